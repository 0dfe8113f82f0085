"""What `doctor` says about the embedded server. It looks, and changes nothing."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from bot.domain.errors import EmbeddedServerError
from bot.store.embedded import locks
from bot.store.embedded.contents import lost_files, too_little_space
from bot.store.embedded.folder import DataFolder, folder_problems
from bot.store.embedded.peer import ForeignServerError, server_at
from bot.store.embedded.problem import Problem, shown
from bot.store.embedded.process import last_words, program

_PATIENCE = 1  # seconds that a server has to answer


def problems(data_dir: Path) -> list[Problem]:
    """Everything that is wrong with the embedded server of a folder; empty if nothing is. Waits a second at most.

    Args:
        data_dir: the folder, which need not exist yet.
    """
    found = list(folder_problems(data_dir))
    try:
        program()
    except EmbeddedServerError as error:
        found.append(Problem(str(error), ""))
    if data_dir.is_dir() and not any(problem.fatal for problem in found):
        folder = DataFolder(data_dir.resolve())
        try:
            found += [*lost_files(folder), *too_little_space(folder), *_server_problems(folder)]
        except OSError as error:
            found.append(Problem(f"{shown(folder.path)} cannot be read: {error.strerror}.", "Check its permissions."))
    return found


def _server_problems(folder: DataFolder) -> Iterator[Problem]:
    try:
        listens = server_at(folder.socket) is not None
    except ForeignServerError as error:
        yield Problem(f"The server at {shown(folder.socket)} is {error}.", "Stop it, or use another folder.")
        return
    free = locks.is_free(folder.lock)
    if listens and free:
        yield Problem(
            f"A server answers at {shown(folder.socket)}, but does not hold {shown(folder.lock)}: the folder was "
            "replaced while it ran.",
            "Stop the bots that use it, and that server.",
        )
    elif not free and not _answers(folder.socket):
        yield Problem(
            f"The embedded Redis server of {shown(folder.path)} does not answer; {locks.holders(folder.lock)} holds "
            f"its lock. The last line of its log: {last_words(folder)}",
            "Wait if it is still loading its data; otherwise stop that process.",
        )


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_PATIENCE)
        try:
            connection.connect(os.fsencode(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(7).startswith(b"+PONG")
        except OSError:
            return False
