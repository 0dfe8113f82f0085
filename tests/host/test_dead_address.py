"""A name with two addresses, of which the first belongs to a host that is switched off."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import uvloop

from bot.domain.errors import NotRecordedError
from bot.store.connection import connect
from bot.store.redis_calls import TIME_LIMIT, RedisCalls
from bot.store.schema import Keys
from tests.store.servers import Server, free_port, valkey


class TwoAddresses:
    """What makes a loop's resolver give `localhost` two addresses, the first of them dead."""

    async def getaddrinfo(self, host: str | bytes | None, port: str | bytes | int | None, **more: int) -> Any:
        """Both addresses; typed loosely, since asyncio's own types say more than this needs."""
        addresses = ("127.0.0.2", "127.0.0.1") if host in {b"localhost", "localhost"} else (str(host),)
        resolve = super().getaddrinfo  # type: ignore[misc]  # of the loop
        return [found for address in addresses for found in await resolve(address, port, **more)]


class AsyncioLoop(TwoAddresses, asyncio.SelectorEventLoop):
    """Python's own loop, on which tests run."""


class UvLoop(TwoAddresses, uvloop.Loop):  # type: ignore[misc]  # uvloop types some of it otherwise
    """The loop on which the bot runs."""


LOOPS = pytest.mark.parametrize("loop", [AsyncioLoop, UvLoop])


@pytest.fixture
def dead_port() -> Iterator[int]:
    """A port of 127.0.0.2 whose connections are never answered, and which is free at 127.0.0.1."""
    with ExitStack() as sockets:
        port = free_port()
        sockets.enter_context(socket.create_server(("127.0.0.2", port), backlog=0))
        for _ in range(6):  # fills the queue; what comes after these is dropped without a word
            waiting = sockets.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(("127.0.0.2", port))
        yield port


@LOOPS
def test_the_next_address_is_tried_within_the_time_limit(
    dead_port: int, tmp_path: Path, loop: type[asyncio.AbstractEventLoop]
) -> None:
    """Redis is reached by a name whose first address is dead."""

    async def read() -> int:
        server = Server(valkey(), dead_port, tmp_path)
        await server.start()
        client = connect(f"redis://localhost:{dead_port}")
        try:
            async with asyncio.timeout(TIME_LIMIT):
                return (await RedisCalls(client, Keys("host")).read()).now
        finally:
            await client.aclose()
            await server.stop()

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(read())


@LOOPS
def test_a_sentinel_is_reached_by_the_next_address_too(
    dead_port: int, tmp_path: Path, loop: type[asyncio.AbstractEventLoop]
) -> None:
    """It is asked where the primary is, and that is reached."""

    async def read() -> int:
        primary = Server(valkey(), free_port(), tmp_path)
        await primary.start()
        configuration = tmp_path / "sentinel.conf"
        configuration.write_text(
            f"port {dead_port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {primary.port} 1\n"
        )
        sentinel = await asyncio.create_subprocess_exec(
            str(valkey()), str(configuration), "--sentinel", stdout=asyncio.subprocess.DEVNULL
        )
        client = connect(f"redis+sentinel://localhost:{dead_port}/main/0")
        calls = RedisCalls(client, Keys("host"))
        try:
            async with asyncio.timeout(20):
                while True:
                    try:
                        return (await calls.read()).now
                    except NotRecordedError:  # it is still starting
                        await asyncio.sleep(0.05)
        finally:
            await client.aclose()
            sentinel.kill()
            await sentinel.wait()
            await primary.stop()

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(read())
