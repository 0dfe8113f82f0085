"""A pool for a Redis Cluster: its connections go to the node that has the bot's keys.

All keys have one hash tag, so they are in one slot, on one node. To the bot a cluster is therefore like a primary
behind Sentinels: a server whose address has to be looked up. Each new connection looks it up. When a node says that it
does not have the slot, or no longer, `bot.store.redis_calls` closes all connections. redis-py finds the node of a slot
(`NodesManager`, by CLUSTER SLOTS).
"""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import BlockingConnectionPool, Connection, SSLConnection
from redis.asyncio.cluster import ClusterNode, NodesManager
from redis.crc import key_slot
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisClusterException, SlotNotCoveredError

from bot.store.schema import HASH_TAG

_SLOT = key_slot(HASH_TAG.encode())
_ASKING = 0.5  # seconds for one node: a dead one must leave time to ask the next


class NoOwnerError(ConnectionLost):
    """No node says which of them has the keys."""


class _SlotOwner:
    """Finds the node that has the bot's keys.

    Args:
        nodes: addresses of some of the cluster's nodes; the others are found through these.
        tls: whether to connect over TLS.
        settings: redis-py's settings for a connection.
    """

    def __init__(self, nodes: Sequence[tuple[str, int]], settings: dict[str, Any], *, tls: bool) -> None:
        asking = {
            **settings,
            "socket_timeout": _ASKING,
            "socket_connect_timeout": _ASKING,
            "connection_class": SSLConnection if tls else Connection,
        }
        asking.pop("max_connections", None)
        first = [ClusterNode(host, port, **asking) for host, port in nodes]
        self._nodes = NodesManager(first, require_full_coverage=False, connection_kwargs=asking)

    async def address(self) -> tuple[str, int]:
        """Its address.

        Raises:
            NoOwnerError: no node says.
        """
        try:
            await self._nodes.initialize()
            node = self._nodes.get_node_from_slot(_SLOT)
        except (RedisClusterException, SlotNotCoveredError) as error:
            raise NoOwnerError(
                "no node of the cluster says which of them has the keys: is it a cluster, is it up, and may the Redis "
                "user run CLUSTER SLOTS?"
            ) from error
        return node.host, int(node.port)

    async def aclose(self) -> None:
        """Close the connections by which nodes were asked."""
        await self._nodes.aclose("startup_nodes")
        await self._nodes.aclose("nodes_cache")


class ClusterPool(BlockingConnectionPool):
    """Connections to the node that has the bot's keys. Takes what `_SlotOwner` takes.

    Args:
        timeout: seconds to wait for a free connection.
    """

    def __init__(
        self, nodes: Sequence[tuple[str, int]], settings: dict[str, Any], *, tls: bool, timeout: float
    ) -> None:
        self._owner = _SlotOwner(nodes, settings, tls=tls)
        kind = _SlotSSLConnection if tls else _SlotConnection
        super().__init__(connection_class=kind, timeout=timeout, owner=self._owner, **settings)

    async def aclose(self) -> None:
        """Close all connections."""
        await super().aclose()
        await self._owner.aclose()


class _SlotConnection(Connection):
    """A connection that asks for its address when it is made."""

    def __init__(self, owner: _SlotOwner, **settings: Any) -> None:
        self._owner = owner
        super().__init__(**settings)

    async def connect(self) -> None:
        """Connect to the node that now has the keys."""
        if not self.is_connected:
            self.host, self.port = await self._owner.address()
        await super().connect()  # type: ignore[no-untyped-call]  # so in redis-py


class _SlotSSLConnection(_SlotConnection, SSLConnection):
    """The same over TLS."""
