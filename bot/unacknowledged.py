"""A request that was given up must not arrive later: for how long the system keeps sending what nobody acknowledges.

Without a limit, a closed socket goes on sending what it holds for minutes, even after its process was killed. When the
network is back, a DELETE would arrive although people were told that the task is still there, an edit of a prompt would
overwrite a later one, and a command would be recorded of which people were told that it may not have counted.
(tcp(7): TCP_USER_TIMEOUT, which only Linux has. Where the network works, an acknowledgement takes less than a second.)
"""

import socket


def given_up_after(seconds: float) -> list[tuple[int, int, int]]:
    """The options of a socket, as `setsockopt` takes them, with which the system gives up after so many seconds."""
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        return []
    return [(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(seconds * 1_000))]
