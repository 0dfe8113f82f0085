"""A store on the shared server, with what its tests need to look behind it and to move its time."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

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


@pytest.fixture
async def sentinel_port(own_rig: Rig, own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[int]:
    """The port of a Sentinel that knows the test's own server as `main`."""
    port, primary_port = free_port(), free_port()
    await own_rig.redis.config_set("bind", "127.0.0.1")
    await own_rig.redis.config_set("port", primary_port)
    settings = tmp_path / "sentinel.conf"
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\ndir {tmp_path}\nsentinel monitor main 127.0.0.1 {primary_port} 1\n"
    )
    binary = psutil.Process(own_server.pid).exe()
    sentinel = await asyncio.create_subprocess_exec(
        binary, str(settings), "--sentinel", stdout=asyncio.subprocess.DEVNULL
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


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
