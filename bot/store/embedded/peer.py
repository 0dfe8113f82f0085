"""Who answers at a socket, as the kernel tells it: before anything is said to a server, it has to be this user's."""

import asyncio
import os
import socket
import struct
import sys
from pathlib import Path

_PATIENCE = 1  # seconds that a server has to answer


class ForeignServerError(Exception):
    """The server at the socket is another user's; its text says whose."""


def server_at(path: Path) -> int | None:
    """The PID of the process that listens at the socket; None if nobody does, 0 if the kernel does not tell.

    Raises:
        ForeignServerError: it is another user's.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        return _connected(connection, path)


async def answering_at(path: Path) -> int | None:
    """The same for a server that answers PING; None also while it loads its data, or hangs.

    Raises:
        ForeignServerError: it is another user's; nothing was said to it.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        pid = _connected(connection, path)
        if pid is None:
            return None
        try:
            # Neither redis-py nor wait_for(), which both swallow a cancellation at times (Python 3.11).
            async with asyncio.timeout(_PATIENCE):
                loop = asyncio.get_running_loop()
                await loop.sock_sendall(connection, b"PING\r\nINFO server\r\n")
                answer = b""
                while b"process_id:" not in answer or not answer.endswith(b"\n"):
                    more = await loop.sock_recv(connection, 65_536)
                    if not more or not (answer := answer + more).startswith(b"+PONG"):
                        return None
        except (OSError, TimeoutError):
            return None
    return pid or int(answer.partition(b"process_id:")[2].split()[0])


def _connected(connection: socket.socket, path: Path) -> int | None:
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
