"""What everything is measured in: a Redis, stand-ins for Slack and CodeArts Check, and the programs between them."""

import asyncio
import itertools
import json
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from benchmarks.production import as_in_production
from bot.manifest import parsed_manifest
from bot.store.connection import connect
from bot.store.embedded.process import program
from bot.store.schema import Keys
from codecheck_sandbox.bot_process import BotProcess
from codecheck_sandbox.codearts import CodeArtsStandIn, Task
from codecheck_sandbox.codearts.accounts import WEBSHOP
from codecheck_sandbox.slack import Channel, Person, SlackStandIn
from codecheck_sandbox.world import settings

ROOT = Path(__file__).parents[1]
TASK_NAME = "webshop-frontend"
_PATIENCE = 30  # seconds for what usually takes milliseconds
_PAUSE = 0.002  # seconds between looks at Redis
PEOPLE = 1_500  # enough that nobody asks twice in the minute for which the bot remembers people


@dataclass(frozen=True, slots=True)
class Subject:
    """A program that is measured.

    Args:
        name: what it is called in the results.
        process: its process.
        keys: where it keeps its data.
    """

    name: str
    process: BotProcess
    keys: Keys


@dataclass(frozen=True, slots=True)
class Rig:
    """The parts.

    Args:
        slack: the stand-in Slack.
        codearts: the stand-in CodeArts Check.
        redis: a client of the Redis.
        redis_url: of the same.
        people: who may delete, forever in turn.
        channel: where all of them are.
        folder: for files.
        recording: where the floor and the tutorial's bot find what to send (`benchmarks.recording`).
    """

    slack: SlackStandIn
    codearts: CodeArtsStandIn
    redis: Redis
    redis_url: str
    people: "itertools.cycle[Person]"
    channel: Channel
    folder: Path
    recording: Path
    _stack: AsyncExitStack = field(repr=False)

    async def start(  # noqa: PLR0913 - what can differ between the programs
        self,
        name: str,
        module: str = "bot",
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
        socket_mode: bool = False,
        ready: bool = True,
    ) -> Subject:
        """Start a program; it is stopped at the end.

        Args:
            name: what it is called in the results, and the prefix of its keys.
            module: run by `python -m`.
            arguments: its command line.
            environ: more of its environment.
            folder: its working folder, with its codecheck.toml; by default the rig's.
            socket_mode: whether it uses Socket Mode instead of HTTP.
            ready: whether to wait until it is ready, and not only until it listens.
        """
        whole = {
            **settings(self.slack, self.codearts, self.redis_url, socket_mode=socket_mode),
            "CODECHECK_REDIS_PREFIX": name,
            "PYTHONPATH": str(ROOT),
            "RECORDING": str(self.recording),
            **(environ or {}),
        }
        command = (sys.executable, *as_in_production(module), *(arguments or ("run",)))
        process = BotProcess(whole, folder or self.folder, command)
        self._stack.push_async_callback(_stop, process)
        await process.start(ready=ready)
        return Subject(name, process, Keys(name))

    def new_tasks(self, count: int) -> list[str]:
        """Add tasks to the service. Returns their IDs."""
        ids = [secrets.token_hex(16) for _ in range(count)]
        self.codearts.add_tasks(
            *(Task(each, TASK_NAME, WEBSHOP, "Webshop", "https://example.com/x.git") for each in ids)
        )
        return ids

    async def prompted(self, subject: Subject, task_id: str) -> tuple[str, str] | None:
        """Wait until it is recorded that the prompt for a task is shown.

        Returns:
            The deletion's ID and the prompt's timestamp; None if nothing was requested for this task.
        """
        deletion_id = await self.redis.get(subject.keys.task(task_id))
        if deletion_id is None:
            return None
        key = subject.keys.deletion(str(deletion_id))
        delivery = await self._field(key, "delivery", lambda value: '"prompt"' in value)
        return str(deletion_id), str(json.loads(delivery)["prompt"]["ts"])

    async def confirmable(self, subject: Subject, deletion_id: str) -> None:
        """Wait until it is recorded that a deletion's second button is shown; only then does a click count."""
        key = subject.keys.deletion(deletion_id)
        await self._field(key, "confirmable_at", lambda value: value not in {"", "0"})

    async def _field(self, key: str, name: str, good: Callable[[str], bool]) -> str:
        """Wait until a field of a hash is as it should be."""
        async with asyncio.timeout(_PATIENCE):
            while not good(value := str(await self.redis.hget(key, name) or "")):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(_PAUSE)
        return value


@asynccontextmanager
async def open_rig(folder: Path) -> AsyncIterator[Rig]:
    """Start a Redis that writes its file once a second, and the stand-ins. Everything is stopped at the end."""
    async with AsyncExitStack() as stack:
        redis_url = await stack.enter_async_context(_redis(folder))
        redis = connect(redis_url)
        stack.push_async_callback(redis.aclose)
        await _answers(redis)
        slack = await stack.enter_async_context(SlackStandIn(parsed_manifest()))
        codearts = await stack.enter_async_context(CodeArtsStandIn())
        people = [slack.user(f"U01BENCH{number:04}", f"bench{number}") for number in range(PEOPLE)]
        channel = slack.channel("C01QUALITY", "code-quality", members=people)
        operators = "\n".join(f'{person.id} = "alice"' for person in people)
        toml = f"[operators]\n{operators}\n[confirmation]\ndwell_seconds = 0\n"
        (folder / "codecheck.toml").write_text(toml)
        yield Rig(
            slack,
            codearts,
            redis,
            redis_url,
            itertools.cycle(people),
            channel,
            folder,
            folder / "recording.json",
            stack,
        )


@asynccontextmanager
async def _redis(folder: Path) -> AsyncIterator[str]:
    port = _free_port()
    options: Mapping[str, str] = {
        "port": str(port),
        "bind": "127.0.0.1",
        "dir": str(folder),
        "save": "",
        "appendonly": "yes",
        "appendfsync": "everysec",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    process = await asyncio.create_subprocess_exec(program(), *words, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _answers(redis: Redis) -> None:
    """Wait until the server has started."""
    async with asyncio.timeout(10):
        while True:
            with suppress(RedisError):
                await redis.ping()
                return
            await asyncio.sleep(0.02)


async def _stop(process: BotProcess) -> None:
    if process.running:
        await process.terminate()
