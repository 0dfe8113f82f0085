"""HTTP: Slack's requests and the health endpoints, under uvicorn in the caller's event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import cast

import structlog
import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.observability.health import Readiness, health_routes
from bot.slack.transport.guard import Guard

EVENTS_PATH = "/slack/events"
_GRACE = 5  # seconds for answers under way once no more are taken; Slack itself waits 3
_KEEP_ALIVE = 65  # seconds: longer than load balancers, which else send into a connection that is closing

_log = structlog.get_logger(__name__)


def http_app(app: AsyncApp, signing_secret: str, readiness: Readiness) -> Starlette:
    """`POST /slack/events`, `GET /healthz`, `GET /readyz`."""
    bolt = cast("ASGIApp", AsyncSlackRequestHandler(app, path=EVENTS_PATH))  # Bolt types ASGI more narrowly than ASGI
    events = Route(EVENTS_PATH, Guard(bolt, signing_secret), methods=["POST"])
    return Starlette(routes=[events, *health_routes(readiness)])


def health_app(readiness: Readiness) -> Starlette:
    """The health endpoints alone, for Socket Mode."""
    return Starlette(routes=health_routes(readiness))


class HttpServer:
    """A server under way."""

    def __init__(self, server: "_Server", serving: asyncio.Task[None], address: tuple[str, int]) -> None:
        self._server = server
        self._serving = serving
        self.host, self.port = address

    async def stop(self) -> None:
        """Take no more requests, and answer those under way; harmless when repeated."""
        self._server.should_exit = True
        await self._serving


@asynccontextmanager
async def serve_http(app: ASGIApp, host: str, port: int) -> AsyncIterator[HttpServer]:
    """Serve `app` until the end of the context, or until `stop`.

    Args:
        app: see `http_app`, `health_app`.
        host: the address to listen on.
        port: 0 takes a free one; `HttpServer.port` says which.

    Raises:
        OSError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=2_048)
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_GRACE,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    at = HttpServer(server, serving, listening.getsockname()[:2])
    await server.up.wait()
    _log.info("listening", host=at.host, port=at.port)
    try:
        yield at
    finally:
        await at.stop()


class _Server(uvicorn.Server):
    """uvicorn without its signal handling: it would raise SIGTERM again after its shutdown, in the middle of ours."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
