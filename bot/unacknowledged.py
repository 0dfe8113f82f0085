"""A request that was given up must not arrive later: for how long the system keeps sending what nobody acknowledges.

Without a limit, a closed socket goes on sending what it holds for minutes, even after its process was killed. When the
network is back, a DELETE would arrive although people were told that the task is still there, and an edit of a prompt
would overwrite a later one. (tcp(7): TCP_USER_TIMEOUT, which only Linux has.)
"""

import socket

SECONDS = 5  # where the network works, an acknowledgement takes less than one

SOCKET_OPTIONS = (
    [(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SECONDS * 1_000)] if hasattr(socket, "TCP_USER_TIMEOUT") else []
)
