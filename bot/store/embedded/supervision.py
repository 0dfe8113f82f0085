"""Keeping the server alive for as long as the bot runs."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog

from bot.domain.errors import EmbeddedServerError
from bot.store.embedded.adoption import adopt_or_spawn
from bot.store.embedded.problem import Problem, raise_fatal
from bot.store.embedded.process import last_words, wait_for_end
from bot.store.embedded.server import EmbeddedServer, start_embedded

_LOAD = 600  # seconds that a server which is started again has to load its data
_FIRST_PAUSE = 0.1  # seconds; doubled after each attempt that fails
_LONGEST_PAUSE = 2
_LOOK = 5  # seconds between two looks at the folder and its disk

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_embedded(data_dir: Path, *, create: bool = True) -> AsyncIterator[EmbeddedServer]:
    """The server of `data_dir`, kept alive while the block lasts; it ends then, unless another process uses it.

    Args:
        data_dir: where it keeps its data.
        create: False refuses a folder without data.

    Raises:
        EmbeddedServerError: no server can be had; the text says why and what to do.
    """
    server = await start_embedded(data_dir, create=create)
    supervising = asyncio.create_task(supervise(server), name="supervise the embedded server")
    try:
        yield server
    finally:
        try:
            supervising.cancel()
            with suppress(asyncio.CancelledError):
                await supervising
        finally:
            await server.release()


async def supervise(server: EmbeddedServer) -> None:
    """Start the server again whenever it ends, and log what is wrong with its folder and disk. Runs until cancelled.

    Let it run until nothing needs the server any more, draining included: `systemctl stop` may end the server together
    with the bot, and then it is started again for what is still under way.
    """
    async with asyncio.TaskGroup() as group:
        group.create_task(_keep_running(server))
        group.create_task(_watch_folder(server))


async def _keep_running(server: EmbeddedServer) -> None:
    pid = server.pid
    while True:
        await _end_of(server)
        await asyncio.to_thread(wait_for_end, pid)
        said = last_words(server.folder, pid)
        found = await _start_again(server)
        if found == pid:  # it had only closed the connection
            await asyncio.sleep(_FIRST_PAUSE)
        else:
            _log.warning("embedded redis server restarted", ended=pid, last_words=said, pid=found)
        pid = found


async def _end_of(server: EmbeddedServer) -> None:
    """Wait until the server closes a connection that is used for nothing else; if it is killed, the kernel does."""
    try:
        reader, writer = await asyncio.open_unix_connection(server.folder.socket)
    except OSError:
        return
    try:
        while await reader.read(1_024):
            pass
    except OSError:
        pass
    finally:
        writer.close()


async def _start_again(server: EmbeddedServer) -> int:
    """Adopt or start a server, however long that takes. Each reason why it cannot be is logged once."""
    pause, logged = _FIRST_PAUSE, ""
    while True:
        try:
            raise_fatal(server.troubles())
            return await adopt_or_spawn(server.folder, time.monotonic() + _LOAD)
        except (EmbeddedServerError, OSError) as error:
            if str(error) != logged:
                logged = str(error)
                _log.error("embedded redis server ended, not restarted yet", error=logged)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _watch_folder(server: EmbeddedServer) -> None:
    known: set[Problem] = set()
    while True:
        try:
            found = set(server.troubles())
        except OSError as error:  # what it looks at changes meanwhile
            _log.debug("data folder not checked", error=str(error))
            found = known
        for problem in found - known:
            (_log.error if problem.fatal else _log.warning)("the data folder", problem=str(problem))
        if known and not found:
            _log.info("data folder in order again")
        known = found
        await asyncio.sleep(_LOOK)
