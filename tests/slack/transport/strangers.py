"""Connections of someone who is not Slack."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def strangers(port: int, count: int, sent: bytes) -> AsyncIterator[list[Streams]]:
    """So many connections, each of which has sent this much and then falls silent.

    The kernel keeps little of what the other side does not read, so `is_read` can tell.
    """
    opened: list[Streams] = []
    try:
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8_192)
            writer.write(sent)
            opened.append((reader, writer))
        yield opened
    finally:
        for _, writer in opened:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for _, writer in opened), return_exceptions=True)


def is_read(streams: Streams) -> bool:
    """Whether all but some 100 KB of what was sent has left this side, so that the other side must have read it."""
    return streams[1].transport.get_write_buffer_size() == 0


async def is_cut(streams: Streams) -> bool:
    """Whether the other side has ended the connection; what it sent before is thrown away."""
    reader, _ = streams
    try:
        async with asyncio.timeout(0.01):
            while await reader.read(65_536):
                pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True
