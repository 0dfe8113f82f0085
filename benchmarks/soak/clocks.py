"""Clocks: one replica's is ten minutes ahead, another's ten minutes behind, and halfway Redis's jumps ahead as far."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from benchmarks.soak.balancer import balance
from benchmarks.soak.load import Options
from benchmarks.soak.scene import PREFIX, set_scene
from benchmarks.soak.traffic import Traffic
from benchmarks.soak.verdict import Verdict, judge
from bot.deletions.background import cancel
from bot.manifest import parsed_manifest
from codecheck_sandbox.bot_process import BotProcess
from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.page.replicas import Replicas
from codecheck_sandbox.slack import SlackStandIn
from codecheck_sandbox.world import settings
from tests.faults.moving_time import LIBRARY
from tests.host.rig import MovableServer, movable

_OFF = {"ahead": 600, "behind": -600, "right": 0}  # seconds
_JUMP = 600


async def run(folder: Path, options: Options) -> Verdict:
    """Run it. Returns what came of it."""
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackStandIn(parsed_manifest()))
        codearts = await stack.enter_async_context(CodeArtsStandIn(tasks=()))
        redis = await stack.enter_async_context(movable(folder / "redis"))
        scene = set_scene(slack, codearts, redis, folder, options.ttl)
        environ = settings(slack, codearts, redis.url, socket_mode=options.socket_mode)
        environ["CODECHECK_REDIS_PREFIX"] = PREFIX
        processes = {name: BotProcess(environ | _clock(seconds), folder) for name, seconds in _OFF.items()}
        replicas = Replicas(slack, processes, socket_mode=options.socket_mode)
        stack.push_async_callback(replicas.stop_all)
        for name in processes:
            await replicas.start(name)
        if not options.socket_mode:
            stack.push_async_callback(cancel, asyncio.create_task(balance(slack, processes)))
        traffic, counted = Traffic(scene, Random(options.seed)), Counter[str]()
        jumping = asyncio.create_task(_jump(redis, options.seconds / 2, counted))
        await traffic.run(options.rate, options.seconds)
        await jumping
        return await judge(scene, traffic, counted, {})


def _clock(seconds: int) -> dict[str, str]:
    """What shifts a process's clock; lengths of time stay as they are."""
    return {"LD_PRELOAD": str(LIBRARY), "FAKETIME": f"{seconds:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


async def _jump(redis: MovableServer, after: float, counted: Counter[str]) -> None:
    await asyncio.sleep(after)
    redis.move(_JUMP)
    counted["Redis's clock jumped"] += 1
