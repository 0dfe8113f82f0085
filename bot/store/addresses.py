"""Connections to Redis that try every address of a host name, and send nothing that was given up long ago.

If one address does not answer, the next is tried at once, as browsers do (RFC 8305).
"""

import asyncio
import socket
from typing import Any

from aiohappyeyeballs import start_connection
from redis.asyncio import Connection, ConnectionPool, Redis

from bot.unacknowledged import given_up_after

_UNACKNOWLEDGED = 2.0  # seconds: as long as `redis_calls` waits for an answer
_HEAD_START = 0.2  # seconds until the next address is tried in parallel


def try_every_address(client: Redis) -> Redis:
    """The client, whose connections to come try every address of a name within the time limit for connecting."""
    pool: ConnectionPool = client.connection_pool
    kind = pool.connection_class
    if issubclass(kind, Connection):  # a Unix socket has no name to look up
        pool.connection_class = type(kind.__name__, (_TriesEveryAddress, kind), {})
    return client


class _TriesEveryAddress(Connection):
    """redis-py lets asyncio connect, which tries one address after the other; uvloop cannot be asked for more."""

    _connected: socket.socket | None = None

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self.socket_connect_timeout):
            addresses = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
            self._connected = await start_connection(addresses, happy_eyeballs_delay=_HEAD_START)
        for option in given_up_after(_UNACKNOWLEDGED):
            self._connected.setsockopt(*option)
        try:
            await super()._connect()  # type: ignore[no-untyped-call]  # redis-py leaves it without types
        except BaseException:
            self._connected.close()
            raise

    def _connection_arguments(self) -> dict[str, Any]:
        arguments = dict(super()._connection_arguments())
        named = (
            {"server_hostname": self.host} if "ssl" in arguments else {}
        )  # else the certificate would not be checked
        return (
            {name: arguments[name] for name in arguments.keys() - {"host", "port"}} | named | {"sock": self._connected}
        )
