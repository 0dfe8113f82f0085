"""The stand-in's HTTP server: the Web API, response_urls and Socket Mode on one port."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

from aiohttp import web

from codecheck_sandbox.bodies import readable_body
from codecheck_sandbox.slack.arguments import parse_json
from codecheck_sandbox.slack.faults import (
    RESPONSE_URL,
    ApiError,
    Drop,
    Fault,
    Faults,
    Hang,
    RateLimited,
    Reply,
    ServerError,
    Slow,
)
from codecheck_sandbox.slack.response_urls import ResponseUrls
from codecheck_sandbox.slack.socket_mode import SocketMode
from codecheck_sandbox.slack.web_api import WebApi, too_many_requests
from codecheck_sandbox.slack.wire import Exchange, Wire

_Execute = Callable[[], Awaitable[web.Response]]


class Server:
    """Receives the bot's requests, applies the faults that are set, and records the exchanges."""

    def __init__(  # noqa: PLR0913, PLR0917 - what is behind it
        self,
        host: str,
        tls: ssl.SSLContext | None,
        web_api: WebApi,
        response_urls: ResponseUrls,
        sockets: SocketMode,
        faults: Faults,
        wire: Wire,
    ) -> None:
        self._host = host
        self._tls = tls
        self._web_api = web_api
        self._response_urls = response_urls
        self._sockets = sockets
        self._faults = faults
        self._wire = wire
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.advertised = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    def address(self, path: str, scheme: str = "http") -> str:
        """The URL of a path; https or wss if it serves TLS."""
        return f"{scheme}{'s' if self._tls else ''}://{self._host}:{self.advertised or self._port}{path}"

    async def start(self, port: int) -> None:
        """Listen.

        Args:
            port: 0 for a free one.
        """
        application = web.Application(middlewares=[readable_body])
        application.router.add_route("*", "/api/{method}", self._call)
        application.router.add_post("/{surface:commands|actions}/{team}/{number}/{secret}", self._respond)
        application.router.add_get("/link", self._sockets.serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, port, ssl_context=self._tls).start()
        self._port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening, and end requests that hang."""
        self._closing.set()
        await self._sockets.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]

        async def execute() -> web.Response:
            return await self._web_api.answer(method, request, self._new_socket_url)

        return await self._answer(method, request, execute)

    async def _respond(self, request: web.Request) -> web.Response:
        async def execute() -> web.Response:
            try:
                body = parse_json(await request.text()) if request.content_type == "application/json" else None
            except ValueError:
                body = None
            refused = self._response_urls.use(request.path, body)
            if refused is None:
                return web.Response(text="ok")
            return web.json_response({"ok": False, "error": refused.code}, status=refused.status)

        return await self._answer(RESPONSE_URL, request, execute)

    async def _answer(self, target: str, request: web.Request, execute: _Execute) -> web.Response:
        sent = await request.text()
        fault = self._faults.take(target)
        response = await (execute() if fault is None else self._fail(fault, request, execute))
        self._wire.record(
            Exchange(
                to="slack",
                what=target,
                address=str(request.url),
                headers=dict(request.headers),
                sent=sent,
                status=response.status,
                received=response.text or "",
            )
        )
        return response

    async def _fail(self, fault: Fault, request: web.Request, execute: _Execute) -> web.Response:
        match fault:
            case RateLimited() | ApiError() | Reply():
                return _canned(fault)
            case Slow(seconds):
                response = await execute()
                await self._wait(seconds)
                return response
            case ServerError(status, executed):
                if executed:
                    await execute()
                return web.Response(status=status, text="upstream trouble")
            case Hang(executed) | Drop(executed):
                if executed:
                    await execute()
                if isinstance(fault, Hang):
                    await self._wait(None)
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=499, text="cut off")

    async def _wait(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            pass

    def _new_socket_url(self) -> str:
        return self.address(f"/link?ticket={self._sockets.new_ticket()}", "ws")


def _canned(fault: RateLimited | ApiError | Reply) -> web.Response:
    match fault:
        case RateLimited(seconds):
            return too_many_requests(seconds)
        case ApiError(code):
            return web.json_response({"ok": False, "error": code})
        case Reply(status, text):
            return web.Response(status=status, text=text)
