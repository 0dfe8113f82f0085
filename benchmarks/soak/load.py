"""Load: conversations at a steady rate, while a small share of everything that can fail does."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psutil

from benchmarks.soak.faults import Faults
from benchmarks.soak.freezes import Freezes
from benchmarks.soak.resources import Process, Sample, connections, sample
from benchmarks.soak.scene import PREFIX, Scene, on_this_machine
from benchmarks.soak.traffic import LINGER, Traffic
from benchmarks.soak.verdict import Verdict, judge
from codecheck_sandbox.bot_process import BotProcess
from codecheck_sandbox.page.replicas import Replicas
from codecheck_sandbox.world import settings
from tests.wire.proxy import Proxy

_EVERY = 1.0  # seconds between two samples
_TRIPS = 15  # to Redis, for one conversation
MORTAL = "mortal"
"""The replica that is killed and replaced; the others live until the end, and must not grow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to run.

    Args:
        seconds: how long conversations are started.
        rate: how many a second.
        share: of each kind of fault.
        replicas: how many bots, the mortal one among them.
        socket_mode: whether they use Socket Mode.
        ttl: seconds until a request expires.
        linger: seconds for which a conversation is watched after its end.
        seed: of the random numbers.
    """

    seconds: float = 600.0
    rate: float = 20.0
    share: float = 0.01
    replicas: int = 3
    socket_mode: bool = False
    ttl: int = 90
    linger: float = LINGER
    seed: int = 1


@dataclass(slots=True)
class Load:
    """A load under way.

    Args:
        scene: where.
        replicas: the bots.
        proxy: between them and Redis.
        faults: decides what fails.
        freezes: the admin.
        samples: of the replicas that live, by name.
    """

    scene: Scene
    replicas: Replicas
    proxy: Proxy
    faults: Faults
    freezes: Freezes
    options: Options
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    _replacing: "asyncio.Task[None] | None" = None
    _freezing: "asyncio.Task[None] | None" = None

    def disturb(self) -> None:
        """What may happen beside a conversation, to the processes and on the wires."""
        happens, slack, proxy = self.faults.happens, self.scene.slack, self.proxy
        happens("Redis: reply lost", _TRIPS, proxy.lose_reply)
        happens("Redis: request lost", _TRIPS, proxy.lose_request)
        happens("Redis: every connection cut", 1, proxy.cut)
        if self._replacing is None or self._replacing.done():
            happens("a replica killed", 1, self._kill)
        if self._freezing is None or self._freezing.done():
            happens("deletions frozen for a while", 1, self._freeze)
        if self.options.socket_mode:
            happens("Slack: every socket cut", 1, slack.sockets.cut)
            happens("Slack: sockets refreshed", 1, lambda: asyncio.ensure_future(slack.sockets.refresh()))
        else:
            happens("Slack: delivered twice", 3, slack.faults.redeliver_next)

    def _kill(self) -> None:
        self._replacing = asyncio.ensure_future(self._replace())

    def _freeze(self) -> None:
        self._freezing = asyncio.ensure_future(self.freezes.once())

    async def _replace(self) -> None:
        await self.replicas.kill(MORTAL)
        await self.replicas.start(MORTAL)

    async def undisturbed(self) -> None:
        """Wait until the killed replica is back, and the freeze is over."""
        await asyncio.gather(*filter(None, (self._replacing, self._freezing)))

    def processes(self) -> dict[str, Process]:
        """The replicas that lived, by name, with what they have open now that all is quiet."""
        codearts = int(self.scene.codearts.url.rpartition(":")[2])
        servers = {self.proxy.port: "Redis", self.scene.slack.port: "Slack", codearts: "CodeArts"}
        return {
            name: Process(
                [each for each in samples if each.at <= self.options.seconds],
                sample(self.replicas.processes[name].pid, samples[-1].at),
                connections(self.replicas.processes[name].pid, servers),
            )
            for name, samples in self.samples.items()
        }

    async def watch(self) -> None:
        """Sample the replicas that live, for ever."""
        started = time.monotonic()
        while True:
            for name, process in self.replicas.processes.items():
                if name != MORTAL:
                    with suppress(psutil.NoSuchProcess):
                        at = time.monotonic() - started
                        self.samples.setdefault(name, []).append(sample(process.pid, at))
            await asyncio.sleep(_EVERY)


@asynccontextmanager
async def open_load(folder: Path, options: Options) -> AsyncIterator[Load]:
    """Start everything; all of it stops at the end of the block."""
    async with AsyncExitStack() as stack:
        scene = await stack.enter_async_context(on_this_machine(folder, options.ttl))
        port = scene.redis.port
        proxy = await stack.enter_async_context(Proxy(lambda: asyncio.open_connection("127.0.0.1", port)))
        environ = settings(
            scene.slack, scene.codearts, f"redis://127.0.0.1:{proxy.port}", socket_mode=options.socket_mode
        )
        environ["CODECHECK_REDIS_PREFIX"] = PREFIX
        names = [*(f"replica {number}" for number in range(1, options.replicas)), MORTAL]
        processes = {name: BotProcess(environ, folder) for name in names}
        replicas = Replicas(scene.slack, processes, socket_mode=options.socket_mode)
        stack.push_async_callback(replicas.stop_all)
        for name in names:
            await replicas.start(name)
        faults, freezes = Faults(options.share, Random(options.seed)), Freezes(scene.slack, scene.board)
        yield Load(scene, replicas, proxy, faults, freezes, options)


async def run(folder: Path, options: Options) -> Verdict:
    """Run it. Returns what came of it."""
    async with open_load(folder, options) as load:
        traffic = Traffic(load.scene, Random(options.seed), options.linger)
        load.scene.slack.faults.by_chance = load.faults.slack
        load.scene.codearts.answer_by_chance(load.faults.codearts)
        watching = asyncio.create_task(load.watch())
        try:
            await traffic.run(options.rate, options.seconds, load.disturb)
        finally:
            watching.cancel()
        load.scene.slack.faults.by_chance = lambda _: None
        load.scene.codearts.answer_by_chance(lambda _: None)
        await load.undisturbed()
        return await judge(load.scene, traffic, load.faults.counted, load.processes())
