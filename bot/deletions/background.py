"""Work that continues after Slack has been answered. It is tracked, its failures are logged, and SIGTERM drains it."""

import asyncio
import time
from collections.abc import Coroutine

import structlog

_log = structlog.get_logger(__name__)


class Background:
    """The running asyncio tasks. asyncio itself keeps only weak references to them."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None], *, name: str) -> None:
        """Run `work` as a separate asyncio task. An exception in it is logged with `name`."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("background work failed", work=task.get_name(), exc_info=error)

    async def drain(self, seconds: float) -> int:
        """Wait for running work, at most `seconds`, then cancel the rest.

        Returns:
            How many had to be cancelled. Another replica takes their deletions over once the lease has expired.
        """
        ends = time.monotonic() + seconds
        while self._tasks and (left := ends - time.monotonic()) > 0:  # running work may start more
            await asyncio.wait(set(self._tasks), timeout=left)
        unfinished = set(self._tasks)
        await cancel(*unfinished)
        return len(unfinished)


async def cancel(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks. Repeated each second, since a cancellation can get lost in a client that is just giving up."""
    unfinished = set(tasks)
    while unfinished:
        for task in unfinished:
            task.cancel()
        _, unfinished = await asyncio.wait(unfinished, timeout=1)
