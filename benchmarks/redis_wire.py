"""A proxy in front of Redis that notes what a client sends, by round trip."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

Trip = list[list[str]]
"""The commands of one round trip; there are several if they are pipelined."""


def commands(sent: bytes) -> Trip:
    """Whole commands in Redis's protocol: arrays of bulk strings.

    Raises:
        ValueError: it is something else.
    """
    found: Trip = []
    at = 0

    def number(kind: bytes) -> int:
        nonlocal at
        end = sent.index(b"\r\n", at)
        if sent[at : at + 1] != kind:
            raise ValueError(f"expected {kind!r} at {at}")
        value, at = int(sent[at + 1 : end]), end + 2
        return value

    while at < len(sent):
        pieces = []
        for _ in range(number(b"*")):
            length = number(b"$")
            pieces.append(sent[at : at + length].decode())
            at += length + 2
        found.append(pieces)
    return found


@asynccontextmanager
async def redis_wire(url: str, noted: Callable[[Trip], None]) -> AsyncIterator[str]:
    """Put a proxy in front of a Redis.

    Args:
        url: `redis://host:port`.
        noted: called with each round trip when its first reply comes.

    Yields:
        What `REDIS_URL` has to be.
    """
    parts = urlsplit(url)

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(parts.hostname, parts.port)
        sent = bytearray()

        def request(piece: bytes) -> None:
            sent.extend(piece)
            up_writer.write(piece)

        def reply(piece: bytes) -> None:
            if sent:
                noted(commands(bytes(sent)))
                sent.clear()
            writer.write(piece)

        await asyncio.gather(_each(reader, request, up_writer), _each(up_reader, reply, writer))

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _each(reader: asyncio.StreamReader, pass_on: Callable[[bytes], None], other: asyncio.StreamWriter) -> None:
    """Pass pieces on until one side closes, then close the other."""
    with suppress(ConnectionError):
        while piece := await reader.read(65_536):
            pass_on(piece)
    other.close()
