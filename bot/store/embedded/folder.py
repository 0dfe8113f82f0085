"""The data folder: what is in it, and whether it can be trusted.

Anyone who can write to it can act as the bot's Redis and make it delete. So it must belong to this user only.
"""

import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from bot.store.embedded.problem import Problem, raise_fatal, shown

_LONGEST_SOCKET_PATH = 103  # bytes; macOS has room for 104, Linux for 108, with a zero byte at the end
_OPEN_TO_WRITE = 0o022
_OPEN_TO_READ = 0o055
_ELSEWHERE = "Set CODECHECK_DATA_DIR to a folder of your own, or set REDIS_URL."


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The files of one embedded server.

    Args:
        path: the folder, without symbolic links.
    """

    path: Path

    @property
    def lock(self) -> Path:
        """Locked by the server for as long as it lives."""
        return self.path / "lock"

    @property
    def users(self) -> Path:
        """Locked, shared, by each process that uses the server."""
        return self.path / "users"

    @property
    def log(self) -> Path:
        """What the server logs."""
        return self.path / "server.log"

    @property
    def data(self) -> Path:
        """The folder of the append-only file: everything that the server knows."""
        return self.path / "appendonlydir"

    @property
    def socket(self) -> Path:
        """Where the server listens: in /tmp if its path here is too long for the kernel, or cannot be part of a URL."""
        here = self.path / "redis.sock"
        if len(os.fsencode(here)) <= _LONGEST_SOCKET_PATH and _is_utf8(here):
            return here
        return _socket_folder() / f"{sha256(os.fsencode(self.path)).hexdigest()[:16]}.sock"

    @property
    def url(self) -> str:
        """What `bot.store.connection.connect` takes."""
        return f"unix://{quote(str(self.socket))}"


def prepare(data_dir: Path, *, create: bool = True) -> DataFolder:
    """Make the folder, close it to others, and make sure that it can be trusted.

    Args:
        data_dir: the folder.
        create: whether it is made if it does not exist.

    Raises:
        EmbeddedServerError: it cannot be used; the text says why and what to do.
    """
    try:
        if create:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not data_dir.exists():
            raise_fatal([Problem(f"There is no data folder {shown(data_dir)}.", "Is CODECHECK_DATA_DIR right?")])
        raise_fatal(folder_problems(data_dir))
        folder = DataFolder(data_dir.resolve(strict=True))
        folder.path.chmod(0o700)
        if folder.socket.parent != folder.path:
            folder.socket.parent.mkdir(mode=0o700, exist_ok=True)
            raise_fatal(replace(problem, fatal=True) for problem in _distrust(folder.socket.parent, stat.S_IFDIR))
    except OSError as error:
        raise _unusable(data_dir, error).error() from error
    return folder


def folder_problems(data_dir: Path) -> Iterator[Problem]:
    """Problems that prevent using the folder. Changes nothing."""
    try:
        yield from _folder_problems(data_dir)
    except OSError as error:
        yield _unusable(data_dir, error)


def _folder_problems(data_dir: Path) -> Iterator[Problem]:
    if not data_dir.exists():
        nearest = next(parent for parent in data_dir.absolute().parents if parent.exists())
        if not os.access(nearest, os.W_OK | os.X_OK):
            yield Problem(
                f"The data folder {shown(data_dir)} cannot be made: {shown(nearest)} cannot be written to.", _ELSEWHERE
            )
        return
    folder = DataFolder(data_dir.resolve())
    distrust = list(_distrust(folder.path, stat.S_IFDIR))
    yield from distrust
    if any(problem.fatal for problem in distrust):
        return
    if not os.access(folder.path, os.W_OK | os.X_OK):
        yield Problem(f"The data folder {shown(folder.path)} cannot be written to.", _ELSEWHERE)
    for path, kind in (
        (folder.lock, stat.S_IFREG),
        (folder.users, stat.S_IFREG),
        (folder.log, stat.S_IFREG),
        (folder.path / "redis.sock", stat.S_IFSOCK),
        (folder.data, stat.S_IFDIR),
    ):
        yield from (problem for problem in _distrust(path, kind) if problem.fatal)


def _distrust(path: Path, kind: int) -> Iterator[Problem]:
    """Why `path` is not what this user's server would have put there; nothing if it is not there."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    names = {stat.S_IFREG: "a file", stat.S_IFDIR: "a folder", stat.S_IFSOCK: "a socket"}
    if stat.S_IFMT(found.st_mode) != kind:
        hint = "Move it away." if kind != stat.S_IFDIR else _ELSEWHERE
        yield Problem(f"{shown(path)} is not {names[kind]}.", hint)
    elif found.st_uid != os.geteuid():
        yield Problem(
            f"{shown(path)} belongs to the user with the ID {found.st_uid}, but the bot runs as {os.geteuid()}.",
            _ELSEWHERE,
        )
    elif kind == stat.S_IFDIR and found.st_mode & _OPEN_TO_WRITE:
        yield Problem(
            f"Other users can write to {shown(path)}, so they could make the bot delete.",
            f"If nobody has, close it: chmod 700 {shown(path)}",
        )
    elif kind == stat.S_IFDIR and found.st_mode & _OPEN_TO_READ:
        yield Problem(f"Other users can read {shown(path)}.", "The bot closes it when it starts.", fatal=False)


def _unusable(data_dir: Path, error: OSError) -> Problem:
    return Problem(f"The data folder {shown(data_dir)} cannot be used: {error.strerror}.", _ELSEWHERE)


def _socket_folder() -> Path:
    return Path(tempfile.gettempdir()) / f"codecheck-{os.geteuid()}"


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
