"""One server for each folder: the one that runs is adopted, and only if none does, one is started."""

import asyncio
import os
import time

from bot.domain.errors import EmbeddedServerError
from bot.store.embedded import locks
from bot.store.embedded.contents import too_little_space
from bot.store.embedded.folder import DataFolder
from bot.store.embedded.peer import ForeignServerError, answering_at
from bot.store.embedded.problem import raise_fatal, shown
from bot.store.embedded.process import last_words, spawn

_PAUSE = 0.01  # seconds


async def adopt_or_spawn(folder: DataFolder, deadline: float) -> int:
    """The PID of the server of a folder that has been prepared: the one that runs, or a new one.

    Args:
        folder: the folder.
        deadline: until when to wait for it, on the monotonic clock.

    Raises:
        EmbeddedServerError: no server can be started or adopted; the text says why and what to do.
        OSError: the lock cannot be opened.
    """
    spawned = False
    while True:
        pid = await _answering(folder)
        lock = locks.open_lock(folder.lock)
        try:
            if not locks.try_lock(lock):
                if pid is not None:
                    return pid
            elif pid is not None and await _answering(folder) == pid:
                raise _stranger(folder, f"process {pid}")
            elif spawned:
                raise EmbeddedServerError(f"The embedded Redis server ended at once: {last_words(folder)}")
            else:
                raise_fatal(too_little_space(folder))
                spawn(folder, lock)  # not in a thread, which would go on when this is cancelled
                spawned = True
        finally:
            os.close(lock)
        check_time(folder, deadline, "does not answer")
        await asyncio.sleep(_PAUSE)


async def _answering(folder: DataFolder) -> int | None:
    """The PID of the server that answers; None if none does, or while it loads its data."""
    try:
        return await answering_at(folder.socket)
    except ForeignServerError as error:
        raise _stranger(folder, str(error)) from None


def check_time(folder: DataFolder, deadline: float, what: str) -> None:
    """Nothing, until the deadline.

    Raises:
        EmbeddedServerError: the deadline has passed; the text says what was awaited, and which process blocks it.
    """
    if time.monotonic() > deadline:
        raise EmbeddedServerError(
            f"The embedded Redis server of {shown(folder.path)} {what}; {locks.holders(folder.lock)} holds its lock. "
            f"The last line of its log: {last_words(folder)} Stop that process, or set REDIS_URL."
        )


def _stranger(folder: DataFolder, who: str) -> EmbeddedServerError:
    return EmbeddedServerError(
        f"The server that answers at {shown(folder.socket)} is not the one of {shown(folder.path)}: it is {who}. "
        "Stop it, or set CODECHECK_DATA_DIR to another folder."
    )
