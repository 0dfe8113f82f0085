"""Connections of someone who is not Slack."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def strangers(port: int, count: int, sent: bytes) -> AsyncIterator[list[Streams]]:
    """So many connections, each of which has sent this much and then falls silent.

    The kernel keeps little of what the other side does not read, so `unread` can tell.
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


def unread(streams: Streams) -> int:
    """How many of the sent bytes are still on this side; the other side takes some 300 KB without reading them."""
    return streams[1].transport.get_write_buffer_size()


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
