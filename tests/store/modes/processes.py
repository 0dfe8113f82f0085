"""Servers of Redis' other modes, as processes of a test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.store.servers import free_port


async def started(binary: Path, folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    """Start one in a folder of its own; what it says goes to a log there."""
    folder.mkdir(exist_ok=True)
    with (folder / "log").open("wb") as log:
        return await asyncio.create_subprocess_exec(
            str(binary), *arguments, "--dir", str(folder), "--bind", "127.0.0.1", stdout=log, stderr=log
        )


async def killed(process: asyncio.subprocess.Process) -> None:
    """Kill it, if it still runs."""
    if process.returncode is None:
        process.kill()
        await process.wait()


@asynccontextmanager
async def all_killed() -> AsyncIterator[AsyncExitStack]:
    """A stack for `killed`."""
    async with AsyncExitStack() as stack:
        yield stack


def free_bus_ports(count: int) -> list[int]:
    """Ports whose bus ports, 10,000 above, are valid and free too."""
    found: list[int] = []
    while len(found) < count:
        port = free_port() % 20_000 + 20_000
        if port not in found:
            found.append(port)
    return found


async def until(holds: Callable[[], Awaitable[bool]], within: float = 30) -> None:
    """Wait until it holds; whatever a server refuses meanwhile counts as no."""
    async with asyncio.timeout(within):
        while True:
            try:
                if await holds():
                    return
            except Exception:  # noqa: BLE001, S110 - it is not up yet
                pass
            await asyncio.sleep(0.05)
