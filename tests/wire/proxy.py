"""A TCP proxy that fails on demand: between the bot and any server, to make the faults that networks make.

::

    async with Proxy(lambda: asyncio.open_connection("127.0.0.1", 6379)) as proxy:
        client = connect(f"redis://127.0.0.1:{proxy.port}")
        proxy.lose_reply(to=b"EVALSHA")   # the server does it, and the client never hears
        proxy.lose_request(b"EVALSHA")    # the server never hears, and the client cannot tell
        proxy.hang(); proxy.resume()      # connections stay open and nothing passes
        proxy.delay = 0.2                 # seconds, for each piece in either direction
        await proxy.refuse(); await proxy.accept()
        proxy.cut()                       # every connection, at once
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Self

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Proxy:
    """Listens on a free port of 127.0.0.1 while it is entered.

    A request is taken to be one piece read from the client, which holds for small requests on a keep-alive connection.

    Args:
        open_upstream: opens a connection to the server behind.
        tls: to end TLS here; None for plain TCP.
    """

    def __init__(self, open_upstream: Callable[[], Awaitable[Streams]], tls: ssl.SSLContext | None = None) -> None:
        self._open_upstream = open_upstream
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self._requests_to_lose: list[bytes] = []
        self._replies_to_lose: list[bytes] = []
        self.port = 0
        self.delay = 0.0
        self.lost = 0

    async def __aenter__(self) -> Self:
        await self.accept()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()
        self.resume()
        self.cut()
        await asyncio.gather(*(link.ended.wait() for link in set(self._links)))

    async def accept(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Stop listening: new connections are refused, open ones go on."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def cut(self) -> None:
        """Break every open connection."""
        for link in set(self._links):
            link.cut()

    def hang(self) -> None:
        """Let nothing pass; what is sent meanwhile is kept and passes later."""
        self._passing.clear()

    def resume(self) -> None:
        """Let everything pass again."""
        self._passing.set()

    def lose_request(self, holding: bytes = b"", times: int = 1) -> None:
        """Swallow the next `times` requests that hold these bytes, and break their connections."""
        self._requests_to_lose += [holding] * times

    def lose_reply(self, to: bytes = b"", times: int = 1) -> None:
        """Pass on the next `times` requests that hold these bytes, swallow the replies and break the connections."""
        self._replies_to_lose += [to] * times

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link(writer)
        self._links.add(link)
        try:
            upstream_reader, link.upstream = await self._open_upstream()
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump_requests(reader, link))
                pumps.create_task(self._pump_replies(upstream_reader, link))
        except* (OSError, RuntimeError):  # either side has gone (uvloop's own word), or there is no server behind
            pass
        finally:
            link.cut()
            self._links.discard(link)
            link.ended.set()

    async def _pump_requests(self, reader: asyncio.StreamReader, link: "_Link") -> None:
        while piece := await self._read(reader):
            if _take(self._requests_to_lose, piece):
                self.lost += 1
                break
            link.losing_reply = link.losing_reply or _take(self._replies_to_lose, piece)
            await link.send_up(piece)
        link.cut()

    async def _pump_replies(self, reader: asyncio.StreamReader, link: "_Link") -> None:
        while piece := await self._read(reader):
            if link.losing_reply:
                self.lost += 1
                break
            await link.send_down(piece)
        link.cut()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        piece = await reader.read(65_536)
        await asyncio.sleep(self.delay)
        await self._passing.wait()
        return piece


class _Link:
    """One connection of a client, and the one to the server behind it."""

    def __init__(self, client: asyncio.StreamWriter) -> None:
        self._client = client
        self.upstream: asyncio.StreamWriter | None = None
        self.losing_reply = False
        self.ended = asyncio.Event()

    async def send_up(self, piece: bytes) -> None:
        assert self.upstream is not None
        self.upstream.write(piece)
        await self.upstream.drain()

    async def send_down(self, piece: bytes) -> None:
        self._client.write(piece)
        await self._client.drain()

    def cut(self) -> None:
        for writer in (self._client, self.upstream):
            if writer is not None:
                writer.transport.abort()


def _take(patterns: list[bytes], piece: bytes) -> bool:
    """Whether `piece` holds one of the patterns; that one is used up."""
    for pattern in patterns:
        if pattern in piece:
            patterns.remove(pattern)
            return True
    return False
