"""Limits the open connections, and decides which one to close when there are too many.

Anyone can connect and send nothing. Such connections must not use up the process's descriptors, which Redis, Slack and
CodeArts Check need too, nor keep a click on "Stop" from getting through. So their number is limited, and a new one is
always accepted: the one that has gone longest without a request signed by Slack is closed.
"""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp.web import RequestHandler

from bot.observability.seldom import Seldom

HEADER_SECONDS = 5  # from connecting to the end of the first request's headers
_MOST = 512
_SHARE = 4  # one in so many of the descriptors that the process may open


def most_connections() -> int:
    """A quarter of the descriptors that the process may open, and 512 at most."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(_MOST, limit // _SHARE)


class Connections:
    """The open connections.

    Args:
        most: the maximum number.
        header_seconds: how long a new connection may take to send its first request's headers.
    """

    def __init__(self, most: int, header_seconds: float = HEADER_SECONDS) -> None:
        self._most = most
        self._header_seconds = header_seconds
        self._seldom = Seldom()
        self._silent: dict[RequestHandler, asyncio.TimerHandle] = {}  # no request yet
        # In the order in which they are closed:
        self._strangers: dict[RequestHandler, None] = {}  # no request signed by Slack yet
        self._known: dict[RequestHandler, None] = {}  # one is between two requests
        self._busy: set[RequestHandler] = set()  # a signed request is being answered: these are never closed

    @property
    def open_by_kind(self) -> dict[str, int]:
        """How many are open: from strangers, used by Slack before, and in use."""
        return {"stranger": len(self._strangers), "known": len(self._known), "busy": len(self._busy)}

    def opened(self, connection: RequestHandler) -> None:
        """Accept a new connection, and make room for it."""
        if len(self._strangers) + len(self._known) + len(self._busy) >= self._most:
            self._seldom.warn("too many connections, idle ones closed", most=self._most)
            self._drop(next(iter(self._strangers), None) or next(iter(self._known), None) or connection)
        if connection.transport is not None:
            self._strangers[connection] = None
            loop = asyncio.get_running_loop()
            self._silent[connection] = loop.call_later(self._header_seconds, self._drop, connection)

    def closed(self, connection: RequestHandler) -> None:
        """Forget a closed connection."""
        if timer := self._silent.pop(connection, None):
            timer.cancel()
        self._strangers.pop(connection, None)
        self._known.pop(connection, None)
        self._busy.discard(connection)

    def heard(self, connection: RequestHandler) -> None:
        """The headers of a request have arrived."""
        if timer := self._silent.pop(connection, None):
            timer.cancel()

    @contextmanager
    def answering(self, connection: RequestHandler) -> Iterator[None]:
        """A request that Slack signed is being answered."""
        self.closed(connection)
        self._busy.add(connection)
        try:
            yield
        finally:
            self._busy.discard(connection)
            if connection.transport is not None:
                self._known[connection] = None

    def _drop(self, connection: RequestHandler) -> None:
        self.closed(connection)
        transport = connection.transport
        connection.force_close()
        if isinstance(transport, asyncio.Transport):
            transport.abort()  # `close` would first send what is unsent, to someone who may never read it
