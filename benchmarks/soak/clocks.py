"""Clocks: one replica's is ten minutes ahead, another's ten minutes behind, and halfway Redis's jumps ahead as far."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

from benchmarks.soak.balancer import balance
from benchmarks.soak.board import Board
from benchmarks.soak.hosts import NoHostsError
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
from tests.faults.moving_time import LIBRARY, shifted
from tests.host.rig import MovableServer, movable

_OFF = {"ahead": 600, "behind": -600}  # seconds
_JUMP = 600


async def run(folder: Path, options: Options) -> Verdict:
    """Run it. Returns what came of it. Raises `NoHostsError`."""
    if LIBRARY is None:
        raise NoHostsError("libfaketime is missing: install Debian's package faketime")
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackStandIn(parsed_manifest()))
        codearts = await stack.enter_async_context(CodeArtsStandIn(tasks=()))
        redis = await stack.enter_async_context(movable(folder / "redis"))
        scene = set_scene(slack, codearts, redis, folder, options.ttl)
        environ = settings(slack, codearts, redis.url, socket_mode=options.socket_mode)
        environ["CODECHECK_REDIS_PREFIX"] = PREFIX
        processes = {name: BotProcess(environ | shifted(seconds), folder) for name, seconds in _OFF.items()}
        processes["right"] = BotProcess(environ, folder)
        replicas = Replicas(slack, processes, socket_mode=options.socket_mode)
        stack.push_async_callback(replicas.stop_all)
        for name in processes:
            await replicas.start(name)
        if not options.socket_mode:
            stack.push_async_callback(cancel, asyncio.create_task(balance(slack, processes)))
        traffic, counted = Traffic(scene, Random(options.seed), options.linger), Counter[str]()
        jumping = asyncio.create_task(_jump(redis, scene.board, options.seconds / 2, counted))
        await traffic.run(options.rate, options.seconds)
        await jumping
        return await judge(scene, traffic, counted, {})


async def _jump(redis: MovableServer, board: Board, after: float, counted: Counter[str]) -> None:
    await asyncio.sleep(after)
    redis.move(_JUMP)
    board.times_from = time.monotonic() + 3  # seconds until every replica has noticed
    counted["Redis's clock jumped"] += 1
