"""Locks that the kernel releases when the process that holds them ends (flock)."""

import fcntl
import os
import re
from pathlib import Path


def open_lock(path: Path) -> int:
    """A file descriptor of the lock file, which is made if it does not exist; not locked yet, not inherited.

    Raises:
        OSError: it cannot be opened.
    """
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int, *, shared: bool = False) -> bool:
    """Whether the lock could be had at once. It is held until the last copy of the descriptor is closed."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock, or there is no such file. Makes none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        return try_lock(descriptor, shared=True)
    finally:
        os.close(descriptor)


def holders(path: Path) -> str:
    """The processes that have the file open, for a message; as Linux tells them to this user."""
    try:
        wanted = path.stat()
    except OSError:
        return "no process"
    found = [
        f"{process.name} ({_name(process)})"
        for process in Path("/proc").glob("[0-9]*")
        if int(process.name) != os.getpid() and _has_open(process, (wanted.st_dev, wanted.st_ino))
    ]
    if not found:
        return "a process that this user cannot see"
    return ("process " if len(found) == 1 else "processes ") + ", ".join(found)


def _has_open(process: Path, file: tuple[int, int]) -> bool:
    try:
        descriptors = list((process / "fd").iterdir())
    except OSError:  # it has ended, or is another user's
        return False
    return any(_file(descriptor) == file for descriptor in descriptors)


def _file(descriptor: Path) -> tuple[int, int] | None:
    try:
        found = descriptor.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _name(process: Path) -> str:
    try:
        return re.sub(r"[^\w.-]", "", (process / "comm").read_text(errors="replace")) or "?"
    except OSError:
        return "?"
