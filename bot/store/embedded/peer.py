"""Who answers at a socket, as the kernel tells it: before anything is said to a server, it has to be this user's."""

import os
import socket
import struct
import sys
from pathlib import Path


class ForeignServerError(Exception):
    """The server at the socket is another user's; its text says whose."""


def server_at(path: Path) -> int | None:
    """The PID of the process that listens at the socket; None if nobody does, 0 if the kernel does not tell.

    Raises:
        ForeignServerError: it is another user's.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.setblocking(False)  # noqa: FBT003 - nobody is waited for: a hung server's queue may be full
        try:
            connection.connect(os.fsencode(path))
        except OSError:
            return None
        if sys.platform != "linux":
            return 0  # the folder's own permissions have to do
        pid, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    if uid != os.geteuid():
        raise ForeignServerError(f"process {pid} of the user with the ID {uid}")
    return int(pid)
