"""A store on the shared server, and servers that a test may mistreat."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer
from tests.store.rig import Rig
from tests.store.servers import DEBIAN, Server, free_port, running, valkey

BINARIES = {"valkey": valkey(), "redis 7.0": DEBIAN}
each_server = pytest.mark.parametrize("server", BINARIES, indirect=True)
"""For tests of what differs between servers."""


@pytest.fixture
async def rig(redis_server: EmbeddedServer, redis_client: Redis, redis_prefix: str) -> AsyncIterator[Rig]:
    """A store under a prefix of this test's own."""
    async with Rig(redis_server.url, redis_client, redis_prefix) as rig:
        yield rig


@pytest.fixture
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Server]:
    """A server that the test may stop, kill and mistreat; it keeps what it acknowledged."""
    binary = BINARIES[getattr(request, "param", "valkey")]
    if not binary.exists():
        pytest.skip(f"{binary} is not installed")
    async with running(binary, tmp_path / "server", "--appendonly", "yes", "--appendfsync", "always") as started:
        yield started


@pytest.fixture
async def own_rig(server: Server) -> AsyncIterator[Rig]:
    """A store on it."""
    client = connect(server.url)
    async with Rig(server.url, client, "own") as rig:
        yield rig
    await client.aclose()


@pytest.fixture
async def sentinel_port(server: Server, tmp_path: Path) -> AsyncIterator[int]:
    """The port of a Sentinel that knows the test's own server as `main`."""
    port = free_port()
    settings = tmp_path / "sentinel.conf"
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\ndir {tmp_path}\nsentinel monitor main 127.0.0.1 {server.port} 1\n"
    )
    sentinel = await asyncio.create_subprocess_exec(
        str(server.binary), str(settings), "--sentinel", stdout=asyncio.subprocess.DEVNULL
    )
    client = connect(f"redis://127.0.0.1:{port}")
    while True:
        try:
            await client.ping()
            break
        except RedisError:
            await asyncio.sleep(0.01)
    await client.aclose()
    yield port
    sentinel.terminate()
    await sentinel.wait()
