"""A world whose connection to Redis can be cut."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from bot.store.embedded import EmbeddedServer
from tests.fixtures.world import OpenWorld, World
from tests.wire.proxy import Proxy


@pytest.fixture
async def redis_proxy(redis_server: EmbeddedServer) -> AsyncIterator[Proxy]:
    """The connection to Redis, which can be cut."""
    path = urlsplit(redis_server.url).path
    async with Proxy(lambda: asyncio.open_unix_connection(path)) as proxy:
        yield proxy


@pytest.fixture
async def distant(open_world: OpenWorld, redis_proxy: Proxy) -> AsyncIterator[World]:
    """A world whose bot reaches Redis through the proxy."""
    async with open_world(environ={"REDIS_URL": f"redis://127.0.0.1:{redis_proxy.port}"}) as world:
        yield world
        redis_proxy.resume()
