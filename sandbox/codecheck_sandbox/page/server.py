"""The page's own server, only on 127.0.0.1."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError

from codecheck_sandbox.bodies import readable_body
from codecheck_sandbox.page.actions import ACTION
from codecheck_sandbox.page.controls import CONTROL
from codecheck_sandbox.page.guard import add_headers, guard
from codecheck_sandbox.page.live import Live
from codecheck_sandbox.page.stage import Stage
from codecheck_sandbox.slack import NotPossibleError

_STATIC = Path(str(files("codecheck_sandbox.page") / "static"))


class PageServer:
    """Answers the page's requests.

    Args:
        stage: what the page shows and switches.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._live = Live(stage)

    @property
    def application(self) -> web.Application:
        """Its routes, behind the guard."""
        application = web.Application(middlewares=[guard, readable_body], client_max_size=1 << 18)
        application.on_response_prepare.append(add_headers)
        application.router.add_get("/", self._index)
        application.router.add_get("/events", self._events)
        application.router.add_post("/act", self._act)
        application.router.add_post("/control", self._control)
        application.router.add_static("/static/", _STATIC)
        return application

    def close(self) -> None:
        """End the streams, which would otherwise never end."""
        self._live.close()

    async def _index(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(_STATIC / "index.html")

    async def _events(self, request: web.Request) -> web.StreamResponse:
        try:
            person = self._stage.person(request.query.get("as", ""))
        except NotPossibleError as error:
            raise web.HTTPNotFound(text=f"{error}\n") from None
        return await self._live.stream(request, person)

    async def _act(self, request: web.Request) -> web.Response:
        try:
            answer = await ACTION.validate_json(await request.text()).perform(self._stage)
        except (NotPossibleError, ValidationError) as error:
            return _refused(error)
        return web.json_response({"notice": answer.notice, "errors": dict(answer.errors)})

    async def _control(self, request: web.Request) -> web.Response:
        try:
            await CONTROL.validate_json(await request.text()).turn(self._stage)
        except (NotPossibleError, ValidationError, KeyError, RuntimeError) as error:
            return _refused(error)
        finally:
            self._live.wake()
        return web.json_response({})


def _refused(error: Exception) -> web.Response:
    return web.json_response({"error": str(error)}, status=409)


@asynccontextmanager
async def serve_page(stage: Stage, port: int) -> AsyncIterator[str]:
    """Serve the page while the block lasts.

    Args:
        stage: what it shows and switches.
        port: the port on 127.0.0.1; 0 takes a free one.

    Yields:
        Its URL.

    Raises:
        OSError: the port is not available.
    """
    server = PageServer(stage)
    runner = web.AppRunner(server.application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        server.close()
        await runner.cleanup()
