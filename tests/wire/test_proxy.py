"""The proxy makes the faults that it is asked for, and no others."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.wire.proxy import Proxy, Streams


@dataclass
class Shouter:
    """A server that answers each line in capitals, and what it has heard."""

    port: int
    heard: list[bytes]

    async def connect(self) -> Streams:
        """A connection to it, past any proxy."""
        return await asyncio.open_connection("127.0.0.1", self.port)


@pytest.fixture
async def shouter() -> AsyncIterator[Shouter]:
    """A running one."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            heard.append(line)
            writer.write(line.upper())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield Shouter(server.sockets[0].getsockname()[1], heard)
    server.close()


@pytest.fixture
async def proxy(shouter: Shouter) -> AsyncIterator[Proxy]:
    """A proxy in front of it."""
    async with Proxy(shouter.connect) as proxy:
        yield proxy


class Client:
    """A connection through the proxy."""

    def __init__(self, streams: Streams) -> None:
        self.reader, self.writer = streams

    @classmethod
    async def to(cls, proxy: Proxy) -> "Client":
        """Connect."""
        return cls(await asyncio.open_connection("127.0.0.1", proxy.port))

    async def ask(self, line: bytes) -> bytes:
        """Send a line and read the answer; b"" where the connection was broken."""
        self.writer.write(line)
        try:
            return await self.reader.readline()
        except ConnectionResetError:
            return b""

    def close(self) -> None:
        """Close."""
        self.writer.close()


async def test_it_passes_everything_on(proxy: Proxy) -> None:
    """As long as nothing else is asked for."""
    client = await Client.to(proxy)
    assert [await client.ask(b"one\n"), await client.ask(b"two\n")] == [b"ONE\n", b"TWO\n"]
    client.close()


async def test_a_lost_reply_was_heard_by_the_server(proxy: Proxy, shouter: Shouter) -> None:
    """Only the one that was asked for is lost, and its connection with it."""
    client = await Client.to(proxy)
    proxy.lose_reply(to=b"two")
    assert await client.ask(b"one\n") == b"ONE\n"
    assert await client.ask(b"two\n") == b""
    again = await Client.to(proxy)
    assert await again.ask(b"two\n") == b"TWO\n"
    assert shouter.heard == [b"one\n", b"two\n", b"two\n"]
    assert proxy.lost == 1
    for connection in (client, again):
        connection.close()


async def test_a_lost_request_was_not_heard_by_the_server(proxy: Proxy, shouter: Shouter) -> None:
    """The client sees the same."""
    client = await Client.to(proxy)
    proxy.lose_request(holding=b"one")
    assert await client.ask(b"one\n") == b""
    assert shouter.heard == []
    client.close()


async def test_a_hung_link_passes_everything_later(proxy: Proxy, shouter: Shouter) -> None:
    """Nothing is lost, and nothing passes meanwhile."""
    client = await Client.to(proxy)
    assert await client.ask(b"one\n") == b"ONE\n"
    proxy.hang()
    asking = asyncio.create_task(client.ask(b"two\n"))
    past = Client(await shouter.connect())
    assert await past.ask(b"three\n") == b"THREE\n"
    assert not asking.done()
    assert b"two\n" not in shouter.heard
    proxy.resume()
    assert await asking == b"TWO\n"
    for connection in (client, past):
        connection.close()


async def test_a_refusing_proxy_listens_again_on_its_port(proxy: Proxy) -> None:
    """New connections are refused, open ones go on."""
    client = await Client.to(proxy)
    assert await client.ask(b"one\n") == b"ONE\n"
    await proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        await Client.to(proxy)
    assert await client.ask(b"two\n") == b"TWO\n"
    await proxy.accept()
    again = await Client.to(proxy)
    assert await again.ask(b"three\n") == b"THREE\n"
    for connection in (client, again):
        connection.close()


async def test_a_cut_breaks_every_connection(proxy: Proxy) -> None:
    """At once, and new ones can be made."""
    clients = [await Client.to(proxy) for _ in range(2)]
    for client in clients:
        assert await client.ask(b"one\n") == b"ONE\n"
    proxy.cut()
    for client in clients:
        assert await client.ask(b"two\n") == b""
        client.close()
    again = await Client.to(proxy)
    assert await again.ask(b"three\n") == b"THREE\n"
    again.close()


async def test_a_delay_comes_before_every_piece(proxy: Proxy) -> None:
    """In both directions."""
    client = await Client.to(proxy)
    proxy.delay = 0.02
    started = asyncio.get_running_loop().time()
    assert await client.ask(b"one\n") == b"ONE\n"
    assert asyncio.get_running_loop().time() - started >= 0.04
    client.close()
