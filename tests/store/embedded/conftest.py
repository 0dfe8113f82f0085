"""Data folders, and what a test needs to see of the server's process."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be other users")


@pytest.fixture
async def data_dir(tmp_path: Path) -> AsyncIterator[Path]:
    """Where a folder can be made; whatever server is left there is killed at the end."""
    folder = tmp_path / "data"
    yield folder
    for pid in servers_of(folder):
        os.kill(pid, signal.SIGKILL)


def servers_of(folder: Path) -> set[int]:
    """The servers that hold the folder's lock."""
    lock = str(folder.resolve() / "lock")
    found = set()
    for process in psutil.process_iter(["name", "open_files"]):
        named = process.info["name"] in ("valkey-server", "redis-server")
        if named and any(file.path == lock for file in process.info["open_files"] or ()):
            found.add(process.pid)
    return found


async def until(holds: Callable[[], Awaitable[bool]] | Callable[[], bool], within: float = 20) -> None:
    """Wait until it holds, and fail if it does not in time."""
    async with asyncio.timeout(within):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.01)


async def answers(server: EmbeddedServer) -> bool:
    """Whether a server answers at its URL."""
    client = connect(server.url)
    try:
        return bool(await client.ping())
    except Exception:  # noqa: BLE001 - whatever it is, it is no answer
        return False
    finally:
        await client.aclose()
