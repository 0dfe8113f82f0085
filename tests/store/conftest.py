"""A store on the shared server, with what its tests need to look behind it and to move its time."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.store.embedded import EmbeddedServer
from tests.store.rig import Rig


@pytest.fixture
async def rig(redis_server: EmbeddedServer, redis_client: Redis, redis_prefix: str) -> AsyncIterator[Rig]:
    """A store under a prefix of this test's own."""
    async with Rig(redis_server.url, redis_client, redis_prefix) as rig:
        yield rig
