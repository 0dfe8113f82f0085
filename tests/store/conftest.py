"""A store on the shared server, with what its tests need to look behind it and to move its time."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer, start_embedded
from tests.store.rig import Rig


@pytest.fixture
async def rig(redis_server: EmbeddedServer, redis_client: Redis, redis_prefix: str) -> AsyncIterator[Rig]:
    """A store under a prefix of this test's own."""
    async with Rig(redis_server.url, redis_client, redis_prefix) as rig:
        yield rig


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A server that the test may stop, kill and mistreat."""
    yield await start_embedded(tmp_path / "own")
    server = await start_embedded(tmp_path / "own")
    await server.stop()


@pytest.fixture
async def own_rig(own_server: EmbeddedServer) -> AsyncIterator[Rig]:
    """A store on it."""
    client = connect(own_server.url)
    async with Rig(own_server.url, client, "own") as rig:
        yield rig
    await client.aclose()
