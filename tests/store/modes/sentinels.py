"""A primary, a replica and three Sentinels that watch them, on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.store.connection import connect
from tests.store.modes.processes import all_killed, killed, started, until
from tests.store.modes.tls import Certificates
from tests.store.servers import free_port

SERVICE = "codecheck"
_DOWN_AFTER = 1_000  # milliseconds after which a Sentinel thinks that the primary is down


@dataclass
class Watched:
    """All of them.

    Args:
        primary: the first primary's port and process.
        replica: the same of its replica.
        sentinels: the same of the Sentinels.
        tls: the certificates, if they listen with TLS.
    """

    primary: tuple[int, asyncio.subprocess.Process]
    replica: tuple[int, asyncio.subprocess.Process]
    sentinels: list[tuple[int, asyncio.subprocess.Process]]
    tls: Certificates | None

    def url(self, *sentinels: int, user: str = "") -> str:
        """A URL that names some of the Sentinels."""
        hosts = ",".join(f"127.0.0.1:{self.sentinels[number][0]}" for number in sentinels)
        scheme, query = ("rediss", self.tls.query) if self.tls else ("redis", "")
        return f"{scheme}+sentinel://{user}{hosts}/{SERVICE}/0{query}"

    def url_of(self, port: int) -> str:
        """One server's own URL."""
        return f"rediss://127.0.0.1:{port}{self.tls.query}" if self.tls else f"redis://127.0.0.1:{port}"

    async def says(self, port: int, *command: str | int) -> object:
        """What a server answers an admin."""
        client = connect(self.url_of(port))
        try:
            return await client.execute_command(*command)
        finally:
            await client.aclose()

    async def failed_over(self) -> bool:
        """Whether every Sentinel names the replica as the primary."""
        named = [
            await self.says(port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE)
            for port, process in self.sentinels
            if process.returncode is None
        ]
        return all(isinstance(address, list) and int(address[1]) == self.replica[0] for address in named)


@asynccontextmanager
async def watched(binary: Path, folder: Path, tls: Certificates | None = None) -> AsyncIterator[Watched]:
    """Such an arrangement while the block lasts."""
    async with all_killed() as stack:

        async def server(*options: str) -> tuple[int, asyncio.subprocess.Process]:
            port = free_port()
            listening = tls.options(port) if tls else ("--port", str(port))
            process = await started(binary, folder / str(port), *_plain(listening), "--save", "", *options)
            stack.push_async_callback(killed, process)
            return port, process

        primary = await server()
        replica = await server("--replicaof", f"127.0.0.1 {primary[0]}", "--repl-diskless-sync-delay", "0")
        sentinels = []
        for _ in range(3):
            port = free_port()
            home = folder / str(port)
            home.mkdir()
            (home / "sentinel.conf").write_text(
                f"sentinel monitor {SERVICE} 127.0.0.1 {primary[0]} 2\n"
                f"sentinel down-after-milliseconds {SERVICE} {_DOWN_AFTER}\n"
                f"sentinel failover-timeout {SERVICE} 5000\n",
                encoding="utf-8",
            )
            listening = tls.options(port) if tls else ("--port", str(port))
            process = await started(binary, home, str(home / "sentinel.conf"), "--sentinel", *_plain(listening))
            stack.push_async_callback(killed, process)
            sentinels.append((port, process))
        arrangement = Watched(primary, replica, sentinels, tls)

        async def they_know_one_another() -> bool:
            info = await arrangement.says(replica[0], "INFO", "replication")
            seen = [await arrangement.says(port, "SENTINEL", "SENTINELS", SERVICE) for port, _ in sentinels]
            replicas = [await arrangement.says(port, "SENTINEL", "REPLICAS", SERVICE) for port, _ in sentinels]
            linked = isinstance(info, dict) and info.get("master_link_status") == "up"
            complete = all(isinstance(each, list | dict) and len(each) == len(sentinels) - 1 for each in seen)
            return linked and complete and all(isinstance(each, list | dict) and len(each) == 1 for each in replicas)

        await until(they_know_one_another)
        yield arrangement


def _plain(options: tuple[str, ...]) -> tuple[str, ...]:
    """Without what only a Cluster knows."""
    pairs = zip(options[::2], options[1::2], strict=True)
    return tuple(each for pair in pairs if pair[0] != "--tls-cluster" for each in pair)
