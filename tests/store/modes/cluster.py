"""A Redis Cluster of three primaries, each with a replica, on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from redis.crc import key_slot

from bot.store.connection import connect
from bot.store.schema import HASH_TAG
from tests.store.modes.processes import all_killed, free_bus_ports, killed, started, until
from tests.store.modes.tls import Certificates

_SLOTS = ((0, 5460), (5461, 10922), (10923, 16383))
_NODE_TIMEOUT = 1_000  # milliseconds after which a node that does not answer is replaced
SLOT = key_slot(HASH_TAG.encode())


@dataclass
class Node:
    """One node.

    Args:
        port: where it listens.
        client: an admin's client.
        process: the server.
    """

    port: int
    client: Redis
    process: asyncio.subprocess.Process


@dataclass
class Cluster:
    """All of them; the replica of a primary is three behind it in the list.

    Args:
        nodes: three primaries, then their replicas.
        tls: the certificates, if it listens with TLS.
    """

    nodes: list[Node]
    tls: Certificates | None

    @property
    def owner(self) -> int:
        """Which primary has the bot's keys at first."""
        return next(number for number, (first, last) in enumerate(_SLOTS) if first <= SLOT <= last)

    def url(self, *numbers: int, user: str = "") -> str:
        """A URL that names some of the nodes."""
        hosts = ",".join(f"127.0.0.1:{self.nodes[number].port}" for number in numbers)
        scheme, query = ("rediss", self.tls.query) if self.tls else ("redis", "")
        return f"{scheme}+cluster://{user}{hosts}{query}"

    async def promoted(self, number: int) -> bool:
        """Whether a node is a primary that all living ones know as such."""
        role = await self.nodes[number].client.execute_command("ROLE")
        return str(role[0]) == "master" and await self._healthy(number)

    async def _healthy(self, number: int) -> bool:
        info = await self.nodes[number].client.execute_command("CLUSTER INFO")
        return "ok" in str(info.get("cluster_state", "") if isinstance(info, dict) else info)


@asynccontextmanager
async def a_cluster(binary: Path, folder: Path, tls: Certificates | None = None) -> AsyncIterator[Cluster]:
    """A cluster while the block lasts."""
    async with all_killed() as stack:
        nodes = []
        for port in free_bus_ports(2 * len(_SLOTS)):
            listening = tls.options(port) if tls else ("--port", str(port))
            process = await started(
                binary,
                folder / str(port),
                *listening,
                *("--cluster-enabled", "yes", "--cluster-node-timeout", str(_NODE_TIMEOUT), "--save", ""),
                *("--repl-diskless-sync-delay", "0", "--appendonly", "no"),
            )
            stack.push_async_callback(killed, process)
            client = connect(f"rediss://127.0.0.1:{port}{tls.query}" if tls else f"redis://127.0.0.1:{port}")
            stack.push_async_callback(client.aclose)
            nodes.append(Node(port, client, process))
        cluster = Cluster(nodes, tls)
        await _join(cluster)
        yield cluster


async def _join(cluster: Cluster) -> None:
    """Let them know one another, share out the slots, and give each primary its replica."""
    primaries, replicas = cluster.nodes[: len(_SLOTS)], cluster.nodes[len(_SLOTS) :]

    async def all_answer() -> bool:
        return all([await node.client.ping() for node in cluster.nodes])

    await until(all_answer)
    for node, (first, last) in zip(primaries, _SLOTS, strict=True):
        await node.client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
    for number, node in enumerate(cluster.nodes):
        await node.client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        await node.client.execute_command("CLUSTER", "MEET", "127.0.0.1", primaries[0].port)

    async def all_met() -> bool:
        return all(
            [len(await node.client.execute_command("CLUSTER NODES")) == len(cluster.nodes) for node in cluster.nodes]
        )

    await until(all_met)
    for primary, replica in zip(primaries, replicas, strict=True):
        await replica.client.execute_command(
            "CLUSTER", "REPLICATE", await primary.client.execute_command("CLUSTER MYID")
        )

    async def in_step() -> bool:
        links = [(await replica.client.info("replication"))["master_link_status"] for replica in replicas]
        healthy = [await cluster._healthy(number) for number in range(len(cluster.nodes))]  # noqa: SLF001 - its own
        return set(links) == {"up"} and all(healthy)

    await until(in_step)
