"""`python -m benchmarks [--stall]`: takes every figure, and keeps them in benchmarks/results/latest.json."""

import argparse
import asyncio
import json
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Awaitable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog
import uvloop

from benchmarks.acknowledgements import acknowledgements
from benchmarks.deletions import deletions
from benchmarks.growth import growth
from benchmarks.profiling import profiling
from benchmarks.recording import record
from benchmarks.replicas import replicas
from benchmarks.results import LATEST, load
from benchmarks.rig import Rig, Subject, open_rig
from benchmarks.stall import stall
from benchmarks.starting import idling, starting
from benchmarks.steps import write
from benchmarks.waiting import waiting

_LIBRARIES = ("slack-bolt", "aiohttp", "httpx", "redis", "pydantic", "uvloop")


async def main() -> None:
    """Take the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often programs that are compared take turns")
    parser.add_argument("--stall", action="store_true", help="only ten thousand requests while everything stalls")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="codecheck-bench-") as folder:
        async with open_rig(Path(folder)) as rig:
            taken = await (_stalled(rig) if options.stall else _figures(rig, Path(folder), options.rounds))
    LATEST.write_text(json.dumps(load() | taken, indent=1) + "\n", encoding="utf-8")


async def _figures(rig: Rig, folder: Path, rounds: int) -> dict[str, object]:
    """Everything except for the stall."""
    conditions = await _conditions(rig) | {"rounds": rounds}
    recording = await _took("recording", record(rig))
    write(recording, rig.recording)
    bot = await rig.start("bot")
    floor = await _program(rig, "floor")
    tutorial = await _program(rig, "tutorial_bot")
    service = {"CODEARTS_ENDPOINT": (await _program(rig, "quick_service")).process.url}
    quick = {
        "http": await rig.start("http", environ=service),
        "socket": await rig.start("socket", environ=service, socket_mode=True),
        "floor": await rig.start("quick-floor", "benchmarks.floor", environ=service, ready=False),
    }
    programs = (bot, tutorial, floor)
    return {
        "conditions": conditions,
        "acknowledgement": await _took("acknowledgements", acknowledgements(rig, quick, rounds)),
        "deletion": await _took("whole deletions", deletions(rig, programs, recording, rounds)),
        "waiting": await _took("what people wait for", waiting(rig, bot, recording)),
        "start": await _took("start", starting(rig, rounds)),
        "idle": await _took("idle", idling(rig)),
        "growth": await _took("growth", growth(rig, service)),
        "replicas": await _took("replicas", replicas(rig, service)),
        "profile": await _took("profile", profiling(rig, folder)),
    }


async def _stalled(rig: Rig) -> dict[str, object]:
    conditions = await _conditions(rig)
    return {"stall": conditions | await _took("stall", stall(rig, await rig.start("bot")))}


async def _program(rig: Rig, name: str) -> Subject:
    """One of the programs of this package, which do not say when they are ready."""
    return await rig.start(name, f"benchmarks.{name}", ready=False)


async def _conditions(rig: Rig) -> dict[str, Any]:
    """When, where and with what, as far as it matters for the figures and says nothing else about the machine."""
    server = await rig.redis.info("server")
    return {
        "taken": datetime.now(UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.system()}, {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 1),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "redis": f"{server.get('server_name', 'redis')} {server.get('valkey_version', server['redis_version'])}",
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


async def _took(what: str, work: Awaitable[Any]) -> Any:
    started = time.perf_counter()
    result = await work
    print(f"{what}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return result


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main())
