"""Bots as processes of their own, on a Redis whose clock can be moved while it runs."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.domain.deletion import Deletion
from bot.domain.timings import Timings
from bot.manifest import parsed_manifest
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from codecheck_sandbox.bot_process import RUN, BotProcess
from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.slack import Message, SlackStandIn
from codecheck_sandbox.world import settings
from tests.fixtures.world import World
from tests.store.servers import Server, free_port, valkey

_LIBRARY = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
needs_faketime = pytest.mark.skipif(not _LIBRARY.exists(), reason="needs Debian's package faketime")
ADMIN = '[allow]\nadmins = ["U01BOB"]\n[notify]\nchannels = ["C01AUDIT"]\n'


@dataclass
class MovableServer(Server):
    """A server whose clock can be moved; its clock for lengths of time stays as it is."""

    def __post_init__(self) -> None:
        self._file = self.folder / "clock"
        self.move(0)
        self.environ = {
            "LD_PRELOAD": str(_LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def move(self, seconds: int) -> None:
        """Let the clock be so far ahead of the machine's (or behind, if negative) from now on."""
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{seconds:+d}\n")
        beside.replace(self._file)


@asynccontextmanager
async def movable(folder: Path, *options: str) -> AsyncIterator[MovableServer]:
    """A server while the block lasts; its data survive that it is killed."""
    folder.mkdir(exist_ok=True)
    server = MovableServer(valkey(), free_port(), folder, ("--appendonly", "yes", "--appendfsync", "always", *options))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


class Host(World):
    """A world whose bots are processes: they can be killed, stopped and replaced."""

    def __init__(
        self,
        slack: SlackStandIn,
        codearts: CodeArtsStandIn,
        environ: dict[str, str],
        folder: Path,
        command: Sequence[str],
    ) -> None:
        super().__init__(slack, codearts, environ, folder)
        self.audit = slack.channel("C01AUDIT", "audit", members=[self.bob])
        self.processes: list[BotProcess] = []
        self.keys = Keys(environ["CODECHECK_REDIS_PREFIX"])
        self.ready = True
        self._command = command
        self._place = folder

    async def start_replica(self) -> None:
        """One more bot; people reach the latest."""
        bot = BotProcess(self.environ, self._place, self._command)
        self.processes.append(bot)
        await bot.start(ready=self.ready)
        self.slack.connect_http(f"{bot.url}/slack/events")

    async def stop(self) -> None:
        """Kill what is left of them."""
        for bot in self.processes:
            if bot.running:
                os.kill(bot.pid, signal.SIGCONT)
            bot.kill()
            await bot.ended()
        self.processes.clear()

    async def logged(self, event: str, within: float = 15, **values: object) -> dict[str, object]:
        """Wait until some bot has logged this."""
        found: list[dict[str, object]] = []

        async def there() -> bool:
            found[:] = self.lines(event, **values)
            return bool(found)

        try:
            await until(there, within)
        except TimeoutError:
            raise AssertionError(
                f"{event} was not logged, but {[line for bot in self.processes for line in bot.log]}"
            ) from None
        return found[0]

    def lines(self, event: str, **values: object) -> list[dict[str, object]]:
        """The lines that the bots have logged of an event."""
        return [
            line
            for bot in self.processes
            for line in bot.log
            if event in str(line.get("event")) and values.items() <= line.items()
        ]

    async def checks(self) -> dict[str, Any]:
        """What `/readyz` of the latest bot says."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.processes[-1].url}/readyz") as answer:
            return {"status": answer.status, **(await answer.json())["checks"]}

    async def checked(self, holds: Callable[[dict[str, Any]], bool], within: float = 15) -> dict[str, Any]:
        """Wait until `/readyz` says something."""
        found: dict[str, Any] = {}

        async def so() -> bool:
            found.clear()
            found.update(await self.checks())
            return holds(found)

        try:
            await until(so, within)
        except TimeoutError:
            raise AssertionError(f"/readyz says {found}") from None
        return found

    async def frozen(self) -> Message:
        """Wait until the audit channel is told of a freeze. Returns that message."""
        return (await self.slack.until(lambda: [each for each in self.audit.messages if "frozen" in each.text]))[-1]


@asynccontextmanager
async def open_host(  # noqa: PLR0913 - a host has many parts; most have defaults
    folder: Path,
    redis_url: str,
    toml: str = "",
    *,
    bots: int = 1,
    environ: Mapping[str, str] | None = None,
    command: Sequence[str] = RUN,
    ready: bool = True,
) -> AsyncIterator[Host]:
    """Stand-ins and bots; all of it stops at the end of the block.

    Args:
        folder: an empty folder, for codecheck.toml.
        redis_url: the Redis to use; "" for the embedded server of CODECHECK_DATA_DIR.
        toml: codecheck.toml, to which an admin (Bob) and a channel that is told of everything are added.
        bots: how many.
        environ: added to the bots' environment.
        command: what to run in place of `codecheck-bot run`.
        ready: wait until the first bot is ready.
    """
    async with SlackStandIn(parsed_manifest()) as slack, CodeArtsStandIn() as codearts:
        variables = settings(slack, codearts, redis_url, socket_mode=False)
        variables |= {"CODECHECK_REDIS_PREFIX": "host", "CODECHECK_DATA_DIR": str(folder / "none"), **(environ or {})}
        host = Host(slack, codearts, variables, folder, command)
        host.ready = ready
        try:
            await host.restart(toml + ADMIN, Timings())
            for _ in range(bots - 1):
                await host.start_replica()
            yield host
        finally:
            await host.stop()


async def stored(host: Host) -> Deletion:
    """The one deletion, as the store has it."""
    pattern = host.keys.deletion("*").replace("{", "[{]").replace("}", "[}]")
    async with connect(host.environ["REDIS_URL"]) as client:
        (key,) = [str(key) async for key in client.scan_iter(pattern)]
        found = await RedisDeletionStore(RedisCalls(client, host.keys), Timings()).read(key.rpartition(":")[2])
        assert found is not None
        return found


async def until(holds: Callable[[], Awaitable[bool]], within: float = 15) -> None:
    """Look again and again until it holds, and fail if it does not in time."""
    async with asyncio.timeout(within):
        while not await holds():  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.02)
