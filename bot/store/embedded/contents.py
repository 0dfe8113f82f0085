"""The files of the append-only file, and the room that they need.

https://valkey.io/topics/persistence: a manifest names a base file and what has been appended since.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from bot.store.embedded.folder import DataFolder
from bot.store.embedded.problem import Problem, shown

MIB = 1_048_576
FULL = MIB  # bytes: with less, no server is started, since it would end at its first write
_SPARE = 64 * MIB  # bytes that must be left beside a second copy of the data, which a rewrite makes
_READY = "Ready to accept connections"  # what a server logs once it has made its files
_RESTORE = "Restore the folder from a backup; or, to start with nothing, move it away."


def has_data(folder: DataFolder) -> bool:
    """Whether a server has kept anything here."""
    return _manifest(folder) is not None


def lost_files(folder: DataFolder) -> Iterator[Problem]:
    """Files that a server left here and that are no longer there. Changes nothing."""
    manifest = _manifest(folder)
    if manifest is not None:
        if (lacks := _lacking(folder, manifest)) and manifest == _manifest(folder):  # not just rewritten
            yield Problem(f"Data are missing: {shown(folder.data)} lacks {lacks}.", _RESTORE)
    elif list(folder.data.glob("*.aof")) or list(folder.data.glob("*.rdb")):
        # A server would begin a new history in the old file, and the next start would read both as one.
        yield Problem(f"Data cannot be read: {shown(folder.data)} has lost its manifest.", _RESTORE)
    elif _READY in _text(folder.log):
        yield Problem(
            f"All data are gone: {shown(folder.path)} was used before, but holds none any more.",
            "Restore them from a backup; otherwise every request, freeze and audit event is lost.",
            fatal=False,
        )


def _lacking(folder: DataFolder, manifest: str) -> str:
    """The files that the manifest names and that are not there."""
    named = re.findall(r"^file (\S+) seq \d+ type [bi]", manifest, re.MULTILINE)  # "h" is history: it is being removed
    if not named:
        return "every file that its manifest should name"
    return ", ".join(name for name in named if not (folder.data / name).is_file())


def too_little_space(folder: DataFolder) -> Iterator[Problem]:
    """Whether the disk is full, or soon will be. Changes nothing."""
    free = free_bytes(folder)
    needed = _SPARE + sum(map(_size, folder.data.glob("*")))
    below = (free // MIB).bit_length()  # told in powers of two, so that it is told again each time half of it has gone
    where = f"The disk of {shown(folder.path)}"
    if free < FULL:
        yield Problem(f"{where} is full.", "Free some space: the embedded Redis server then starts again by itself.")
    elif free < needed:
        yield Problem(
            f"{where} has less than {1 << below} MiB left.",
            "Free some space: when it is full, the bot stops working.",
            fatal=False,
        )


def free_bytes(folder: DataFolder) -> int:
    """How much this user can still write."""
    disk = os.statvfs(folder.path)
    return disk.f_frsize * (disk.f_bfree if os.geteuid() == 0 else disk.f_bavail)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # a rewrite has just replaced it
        return 0


def _manifest(folder: DataFolder) -> str | None:
    return _text(folder.data / "appendonly.aof.manifest") or None


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return ""
