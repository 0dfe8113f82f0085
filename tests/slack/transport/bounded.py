"""The bot over HTTP with bounds of a test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from slack_bolt.async_app import AsyncApp

from bot.observability.health import Readiness
from bot.slack.transport.body import Bodies
from bot.slack.transport.connections import Connections
from bot.slack.transport.events import Events
from bot.slack.transport.http import HttpApp, HttpServer, serve_http
from tests.slack.signing import SECRET, SignedSlack, signed_headers

MOST = 10


def half_a_body(length: int = 60_000, sent: int = 10) -> bytes:
    """A request whose headers look as if Slack had signed it, and whose body does not come."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed_headers("not this").items())
    return f"POST /slack/events HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: {length}\r\n\r\n".encode() + b"x" * sent


@asynccontextmanager
async def served(
    app: AsyncApp | None, connections: Connections, bodies: Bodies | None = None
) -> AsyncIterator[HttpServer]:
    """The bot with bounds of the test's own."""
    http = HttpApp(Readiness(), Events(SECRET, app, bodies))
    async with serve_http(http, "127.0.0.1", 0, connections) as serving:
        yield serving


def slack_at(server: HttpServer, session: aiohttp.ClientSession) -> SignedSlack:
    """Slack, which knows where the bot is."""
    return SignedSlack(session, f"http://127.0.0.1:{server.port}")
