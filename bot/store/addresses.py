"""A name with several addresses: if one does not answer, the next is tried at once, as browsers do (RFC 8305)."""

from typing import Any

from redis.asyncio import Connection, ConnectionPool, Redis

_HEAD_START = 0.2  # seconds that an address has before the next is tried beside it


def try_every_address(client: Redis) -> Redis:
    """The client, whose connections to come try every address of a name within the time limit for connecting."""
    pool: ConnectionPool = client.connection_pool
    if issubclass(pool.connection_class, Connection):  # a Unix socket has no name to look up
        pool.connection_class = _trying(pool.connection_class)
    return client


def _trying(kind: type[Connection]) -> type[Connection]:
    """A kind of connection that tries every address; redis-py leaves that to `asyncio.open_connection`, if asked."""

    def arguments(self: Connection) -> dict[str, Any]:
        return {**kind._connection_arguments(self), "happy_eyeballs_delay": _HEAD_START}  # noqa: SLF001 - there is no other way in

    return type(kind.__name__, (kind,), {"_connection_arguments": arguments})
