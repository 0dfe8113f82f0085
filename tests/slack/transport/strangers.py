"""Connections of someone who is not Slack."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def strangers(port: int, count: int, sent: bytes) -> AsyncIterator[list[Streams]]:
    """So many connections, each of which has sent this much and then falls silent."""
    opened: list[Streams] = []
    try:
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            opened.append((reader, writer))
        yield opened
    finally:
        for _, writer in opened:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for _, writer in opened), return_exceptions=True)


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
