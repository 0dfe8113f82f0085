"""The HTTP server (aiohttp's): its routes, and how it starts and stops."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp

from bot.observability.exposition import Exposition
from bot.observability.health import Handler, Readiness, health_routes
from bot.observability.metrics import CONNECTIONS
from bot.slack.transport.connections import Connections, most_connections
from bot.slack.transport.events import Events
from bot.slack.transport.listening import listen
from bot.slack.transport.replays import Replays

EVENTS_PATH = "/slack/events"
_GRACE = 5  # seconds to finish answers once no new requests are accepted; Slack itself waits 3
_KEEP_ALIVE = 65  # seconds: longer than load balancers, which would otherwise send into a connection that is closing
_LINGER = 1  # seconds in which the rest of a refused body is thrown away, so that the refusal can be read
_BUFFER = 16_384  # bytes of a body that wait for us to read them

_log = structlog.get_logger(__name__)
_parser_log = logging.getLogger(f"{__name__}.parser")
_parser_log.setLevel(logging.CRITICAL)  # aiohttp logs a traceback for anything that is not HTTP


class HttpApp:
    """What is served.

    Args:
        readiness: what `/readyz` says.
        events: what answers Slack; None in Socket Mode.
        exposition: what `/metrics` says; None if there is no such path.
    """

    def __init__(
        self, readiness: Readiness, events: Events | None = None, exposition: Exposition | None = None
    ) -> None:
        self._gets: Mapping[str, Handler] = health_routes(readiness)
        if exposition is not None:
            self._gets = {**self._gets, "/metrics": exposition.answer}
        self._events = events

    async def answer(self, request: web.BaseRequest, connections: Connections) -> web.StreamResponse:
        """Answer one request. A trailing slash makes no difference, and nothing is redirected."""
        path = request.path.rstrip("/")
        if self._events is not None and path == EVENTS_PATH:
            if request.method == "POST":
                return await self._events.post(request, connections)
            return await self._events.get(request)
        if path not in self._gets:
            return web.Response(status=HTTPStatus.NOT_FOUND, text="not found")
        if request.method not in {"GET", "HEAD"}:
            return web.Response(status=HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        return await self._gets[path](request)


def http_app(app: AsyncApp, signing_secret: str, readiness: Readiness, replays: Replays | None = None) -> HttpApp:
    """`POST /slack/events`, `GET /healthz`, `GET /readyz`."""
    return HttpApp(readiness, Events(signing_secret, app, replays=replays))


class HttpServer:
    """A running server."""

    def __init__(self, runner: web.ServerRunner, address: tuple[str, int]) -> None:
        self._runner = runner
        self.host, self.port = address

    async def stop(self) -> None:
        """Accept no more requests, and finish those under way. Harmless when repeated."""
        await self._runner.cleanup()


@asynccontextmanager
async def serve_http(
    app: HttpApp, host: str, port: int, connections: Connections | None = None
) -> AsyncIterator[HttpServer]:
    """Serve `app` until the end of the context, or until `stop`.

    Args:
        app: what is served.
        host: the address to listen on.
        port: 0 takes a free one; `HttpServer.port` says which.
        connections: bounds what is open.

    Raises:
        ListenError: the address cannot be listened on.
    """
    listening = listen(host, port)
    server = _Server(app, connections or Connections(most_connections()))
    runner = web.ServerRunner(server, shutdown_timeout=_GRACE)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    at = HttpServer(runner, listening.getsockname()[:2])
    _log.info("listening", host=at.host, port=at.port)
    try:
        yield at
    finally:
        await at.stop()


def _open(connections: Connections, kind: str) -> float:
    return connections.open_by_kind[kind]


class _Server(web.Server):
    """aiohttp's server, which tells `Connections` what comes and goes."""

    def __init__(self, app: HttpApp, connections: Connections) -> None:
        super().__init__(
            self._answer,
            access_log=None,
            logger=_parser_log,
            keepalive_timeout=_KEEP_ALIVE,
            lingering_time=_LINGER,
            read_bufsize=_BUFFER,
            auto_decompress=False,  # Slack signs what it sends, and sends it as it is
        )
        self._app = app
        self._tracked = connections
        for kind in connections.open_by_kind:
            CONNECTIONS.labels(kind).set_function(partial(_open, connections, kind))

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """One more."""
        super().connection_made(handler, transport)
        self._tracked.opened(handler)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """One fewer."""
        super().connection_lost(handler, exc)
        self._tracked.closed(handler)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self._tracked.heard(request.protocol)
        try:
            response = await self._app.answer(request, self._tracked)
        except ConnectionError:
            raise  # the client has gone
        except Exception:  # noqa: BLE001 - a bug of ours must not show a stack trace to the client
            _log.exception("request failed")
            response = web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, text="failed")
            response.force_close()
        response.headers["Server"] = "codecheck-bot"  # or aiohttp names itself, Python and both versions
        return response
