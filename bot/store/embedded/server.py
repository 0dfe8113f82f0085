"""Starts the server, adopts a running one, and releases it."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from redis.exceptions import RedisError

from bot.domain.errors import EmbeddedServerError
from bot.store.connection import connect
from bot.store.embedded import locks
from bot.store.embedded.adoption import adopt_or_spawn, check_time
from bot.store.embedded.contents import has_data, lost_files, too_little_space
from bot.store.embedded.folder import DataFolder, prepare
from bot.store.embedded.problem import Problem, raise_fatal, shown
from bot.store.embedded.process import wait_for_end
from bot.store.embedded.uses import Uses

_PAUSE = 0.01  # seconds
_STOPPING = 5  # seconds that a server has to stop, before the bot ends without it

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A server that runs, and that this process uses until it calls `release` or `stop`, or ends.

    Args:
        url: what `bot.store.connection.connect` takes; it stays the same when the server is started again.
        pid: the server's process ID when it was started or adopted.
        data_dir: where it keeps its data.
    """

    url: str
    pid: int
    data_dir: Path
    _uses: Uses = field(repr=False, compare=False)

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return DataFolder(self.data_dir)

    async def ready(self) -> bool:
        """A readiness check: whether what is recorded now can be found again."""
        return not any(problem.fatal for problem in self.troubles())

    async def release(self) -> None:
        """Release the server, and stop it unless another process uses it.

        Nothing acknowledged is lost: it is on the disk. A server that does not stop is logged and left alone; so is one
        whose folder was replaced, since nothing leads to it any longer.
        """
        if self._uses.end():
            try:
                await self._shut_down()
            except EmbeddedServerError as error:
                _log.warning("embedded redis server not stopped", error=str(error))
            finally:
                self._uses.forget()

    async def stop(self) -> None:
        """Stop the server for good, even if others use it, and wait until its folder is free.

        Raises:
            EmbeddedServerError: it does not stop.
        """
        self._uses.forget()
        await self._shut_down()

    async def _shut_down(self) -> None:
        client = connect(f"{self.url}?socket_timeout=2")
        deadline = time.monotonic() + _STOPPING
        try:
            while not locks.is_free(self.folder.lock):
                if time.monotonic() > deadline:
                    raise EmbeddedServerError(
                        f"The embedded Redis server does not stop: {locks.holders(self.folder.lock)} "
                        f"still holds {shown(self.folder.lock)}."
                    )
                with suppress(RedisError):  # it is still starting, or has just ended
                    await client.shutdown(nosave=True)  # the append-only file has it all
                await asyncio.sleep(_PAUSE)
        finally:
            await client.aclose()
        await asyncio.to_thread(wait_for_end, self.pid)

    def troubles(self) -> Iterator[Problem]:
        """What is wrong now, for a readiness check: the folder was replaced, files are missing, the disk is full."""
        if self._uses.replaced():
            yield Problem(
                f"The data folder {shown(self.data_dir)} was removed or replaced while the bot was using it: "
                "what is recorded now will be lost.",
                "Put the folder back, or restart the bot to go on with what is there now.",
            )
            return
        yield from lost_files(self.folder)
        yield from too_little_space(self.folder)
        if not self.folder.socket.is_socket() and not locks.is_free(self.folder.lock):
            yield Problem(
                f"The embedded Redis server's socket {shown(self.folder.socket)} was removed.",
                f"End {locks.holders(self.folder.lock)}: the bot starts it again, with all its data.",
            )


async def start_embedded(data_dir: Path, *, patience: float = 30, create: bool = True) -> EmbeddedServer:
    """Adopt the server of `data_dir`, or start one.

    Args:
        data_dir: where it keeps its data; made, for this user only, if it does not exist.
        patience: seconds to wait for it; a large data folder takes time to load.
        create: False refuses a folder without data, so that a mistyped one is noticed.

    Raises:
        EmbeddedServerError: no server can be had; the text says why and what to do.
    """
    folder = prepare(data_dir, create=create)
    if not create and not has_data(folder):
        raise Problem(
            f"The data folder {shown(folder.path)} holds no data of a bot.", "Is CODECHECK_DATA_DIR right?"
        ).error()
    deadline = time.monotonic() + patience
    try:
        os.close(locks.open_lock(folder.lock))
        uses = Uses(folder)
        try:
            while not uses.taken():
                check_time(folder, deadline, "is being stopped by another process")
                await asyncio.sleep(_PAUSE)
            for problem in raise_fatal(lost_files(folder)):
                _log.error("data lost", problem=str(problem))
            pid = await adopt_or_spawn(folder, deadline)
        except BaseException:
            uses.forget()
            raise
    except OSError as error:
        raise EmbeddedServerError(
            f"The data folder {shown(folder.path)} cannot be used: {error.strerror}. "
            "Set CODECHECK_DATA_DIR or REDIS_URL."
        ) from error
    return EmbeddedServer(folder.url, pid, folder.path, uses)
