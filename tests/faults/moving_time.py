"""A Redis server whose clock can be stepped while it runs (by libfaketime), as NTP does after a suspension."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.store.embedded.process import program

LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), None)
REQUIRED = bool(os.environ.get("CODECHECK_FAKETIME_REQUIRED"))
needs_faketime = pytest.mark.skipif(
    LIBRARY is None and not REQUIRED, reason="libfaketime is not installed (Debian's package: faketime)"
)


def shifted(seconds: int) -> dict[str, str]:
    """What shifts a process's clock for good; its clock for lengths of time stays as it is."""
    return {"LD_PRELOAD": str(LIBRARY), "FAKETIME": f"{seconds:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class Server:
    """A server whose clock can be stepped.

    Args:
        folder: where its socket and its clock are.
    """

    def __init__(self, folder: Path) -> None:
        self.url = f"unix://{folder / 'redis.sock'}"
        self._socket = folder / "redis.sock"
        self._clock = folder / "clock"
        self._offset = 0.0

    def step(self, seconds: float) -> None:
        """Move its clock forward, or backward if negative."""
        self._offset += seconds
        new = self._clock.with_suffix(".new")
        new.write_text(f"{self._offset:+f}")
        new.replace(self._clock)  # so that it never reads half of it

    async def start(self) -> asyncio.subprocess.Process:
        """Start it, and wait until it answers."""
        self.step(0)
        process = await asyncio.create_subprocess_exec(
            *(program(), "--port", "0", "--unixsocket", str(self._socket), "--save", "", "--appendonly", "no"),
            env={
                "LD_PRELOAD": str(LIBRARY),
                "FAKETIME_TIMESTAMP_FILE": str(self._clock),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            },
            stdout=asyncio.subprocess.DEVNULL,
        )
        client = Redis.from_url(self.url)
        try:
            async with asyncio.timeout(20):
                while not await _answers(client):
                    assert process.returncode is None, "the server has ended"
                    await asyncio.sleep(0.01)
        finally:
            await client.aclose()
        return process


async def _answers(client: Redis) -> bool:
    try:
        await client.ping()
    except RedisError:
        return False
    return True


@asynccontextmanager
async def open_server() -> AsyncIterator[Server]:
    """A server while the block lasts."""
    assert LIBRARY is not None, "install libfaketime (Debian's package: faketime)"
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        process = await server.start()
        try:
            yield server
        finally:
            process.kill()
            await process.wait()
