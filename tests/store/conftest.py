"""A store on the shared server, and servers that a test may mistreat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer
from tests.store.rig import Rig
from tests.store.servers import DEBIAN, Server, running, valkey

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
