"""The address at which HTTP is served."""

import errno
import socket
from contextlib import suppress

from bot.domain.errors import BotError

_BACKLOG = 128  # connections that wait to be accepted; also how many are accepted at a stroke


class ListenError(BotError):
    """The address cannot be listened on; `setting`, `what` and `hint` say which setting is wrong and what to do.

    Args:
        setting: HOST or PORT.
        what: goes on after the setting's name.
        hint: a sentence.
    """

    def __init__(self, setting: str, what: str, hint: str) -> None:
        super().__init__(f"{setting} {what}. {hint}")
        self.setting = setting
        self.what = what
        self.hint = hint


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Args:
        host: an address of this machine, or a name of one; `::` takes IPv4 as well if this machine has both.
        port: 0 takes a free one.

    Raises:
        ListenError: the address cannot be listened on.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ListenError(
            "HOST",
            f"({host}) cannot be resolved to an address",
            "Use 127.0.0.1, 0.0.0.0, or an address of this machine.",
        ) from None
    family, *_, address = found[0]
    try:
        listening = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        raise ListenError("HOST", f"({host}) needs IPv6, which this machine does not have", "Use 0.0.0.0.") from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            with suppress(OSError):  # a machine without IPv4 may refuse to take both
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise _explained(error, host, port) from None
    return listening


def _explained(error: OSError, host: str, port: int) -> ListenError:
    match error.errno:
        case errno.EADDRINUSE:
            return ListenError("PORT", f"{port} is in use on {host}", "Stop what listens there, or set another PORT.")
        case errno.EACCES:
            return ListenError("PORT", f"{port} may not be listened on by this user", "Set a PORT above 1023.")
        case errno.EADDRNOTAVAIL:
            return ListenError(
                "HOST", f"({host}) is not an address of this machine", "Use 127.0.0.1, 0.0.0.0, or one that it has."
            )
        case _:
            return ListenError("HOST", f"({host}) cannot be listened on: {error.strerror}", "Use 127.0.0.1 or 0.0.0.0.")
