"""What nobody acknowledges is given up by the system too: nothing arrives long after the bot has stopped waiting."""

import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from aiohttp import web

from bot.codearts.connection import http_client
from bot.slack.transport.bolt import slack_session
from bot.store.connection import connect
from tests.store.servers import running, valkey

Handler = Callable[[web.Request], Awaitable[web.Response]]
linux = pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux has it")


async def slack(url: str) -> None:
    """One call by the session for everything that is sent to Slack."""
    async with slack_session() as session, session.get(url) as answer:
        await answer.read()


async def codearts(url: str) -> None:
    """One call by the client for CodeArts Check and IAM."""
    async with http_client(url) as client:
        await client.get("/")


@linux
@pytest.mark.parametrize("call", [slack, codearts])
async def test_requests(call: Callable[[str], Awaitable[None]]) -> None:
    """A closed socket would otherwise send a DELETE, or an edit of a prompt, for minutes more."""
    limits: list[int] = []

    async def look(request: web.Request) -> web.Response:
        assert request.transport is not None
        limits.append(limit_of(request.transport.get_extra_info("peername")[1]))
        return web.Response()

    async with serving(look) as url:
        await call(url)
    assert limits == [5_000]


@linux
async def test_transactions(tmp_path: Path) -> None:
    """A request would otherwise be recorded when nobody expects it any more."""
    async with running(valkey(), tmp_path / "redis") as server, connect(server.url) as client:
        await client.ping()
        (found,) = [each for each in psutil.Process().net_connections("tcp") if each.raddr[1:] == (server.port,)]
        assert limit_of(found.laddr[1]) == 2_000


def limit_of(port: int) -> int:
    """TCP_USER_TIMEOUT of this process's socket with a local port, in milliseconds."""
    (found,) = [each for each in psutil.Process().net_connections("tcp") if each.laddr[1] == port]
    with socket.socket(fileno=os.dup(found.fd)) as seen:
        return seen.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """A server on 127.0.0.1; yields its URL."""
    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
