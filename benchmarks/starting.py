"""Start-up, and what a program costs that has nothing to do."""

import asyncio
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import aiohttp
import psutil

from benchmarks.payloads import Client, command
from benchmarks.rig import Rig
from benchmarks.spread import Spread, cpu_seconds

_IDLE = 10  # seconds
_SETTLED = 2  # seconds after which a program is idle


async def starting(rig: Rig, rounds: int) -> dict[str, object]:
    """From the start of the process to the first acknowledged request, in turn with a bare Bolt app."""
    taken: dict[str, list[float]] = defaultdict(list)
    for number in range(-1, rounds):  # the first is thrown away: it may compile
        for name, module in (("bot", "bot"), ("bolt", "benchmarks.bare_bolt")):
            seconds = await _start(rig, name, module)
            if number >= 0:
                taken[name].append(seconds * 1_000)
    over = (mine / bare for mine, bare in zip(taken["bot"], taken["bolt"], strict=True))
    return {
        **{f"{name}_ms": asdict(Spread.of(each)) for name, each in taken.items()},
        "over_bolt": asdict(Spread.of(over)),
    }


async def _start(rig: Rig, name: str, module: str) -> float:
    started = time.perf_counter()
    subject = await rig.start(name, module, folder=_small(rig), ready=False)
    async with aiohttp.ClientSession() as session:
        client = Client(session, subject.process.url, rig.slack.signing_secret)
        while True:
            with suppress(RuntimeError):  # 503: not ready yet
                await client.post(command("help", "U01BENCH0000", rig.channel.id))
                break
            await asyncio.sleep(0.005)
    taken = time.perf_counter() - started
    await subject.process.terminate()
    return taken


async def idling(rig: Rig) -> dict[str, dict[str, float]]:
    """The memory and the CPU time of programs that have nothing to do, all at the same time."""
    subjects = (
        await rig.start("idle", folder=_small(rig)),
        await rig.start("idle-socket", folder=_small(rig), socket_mode=True),
        await rig.start("bare_bolt", "benchmarks.bare_bolt", ready=False),
    )
    await asyncio.sleep(_SETTLED)
    before = {subject.name: cpu_seconds(subject.process.pid) for subject in subjects}
    started = time.perf_counter()
    await asyncio.sleep(_IDLE)
    seconds = time.perf_counter() - started
    results = {
        subject.name: {
            "cpu_ms_per_second": round((cpu_seconds(subject.process.pid) - before[subject.name]) / seconds * 1_000, 2),
            "rss_mib": round(psutil.Process(subject.process.pid).memory_info().rss / 2**20, 1),
        }
        for subject in subjects
    }
    for subject in subjects:
        await subject.process.terminate()
    return results


def _small(rig: Rig) -> Path:
    """A folder with a codecheck.toml of a usual size."""
    folder = rig.folder / "small"
    folder.mkdir(exist_ok=True)
    (folder / "codecheck.toml").write_text('[operators]\nU01BENCH0000 = "alice"\n')
    return folder
