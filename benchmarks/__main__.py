"""How long Slack waits for an acknowledgement, what a deletion costs, and what a write to Redis takes.

The bot is a separate process; the floor and the clients run in this one. Rounds are interleaved.
"""

import asyncio
import logging
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import cycle, pairwise
from pathlib import Path

import aiohttp
import psutil
import structlog
import uvloop

from benchmarks.client import SignedClient
from benchmarks.floor import serve_floor
from bot.deletions.ports import Change, NewDeletion
from bot.domain.identity import SlackUser
from bot.domain.timings import Timings
from bot.manifest import parsed_manifest
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import start_embedded
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from codecheck_sandbox.codearts import Task
from codecheck_sandbox.codearts.accounts import WEBSHOP
from codecheck_sandbox.slack import Person
from codecheck_sandbox.world import World, open_world

ROUNDS = 100
WARM_UP = 10
_LOOK = 0.05  # seconds until it is recorded that the button has been shown; only then does a click count
NO_DWELL = "[confirmation]\ndwell_seconds = 0\n"


async def main() -> None:
    """Run every benchmark and print the results."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="codecheck-bench-")))
        server = await start_embedded(folder / "redis")
        stack.push_async_callback(server.stop)
        world = await stack.enter_async_context(
            open_world(parsed_manifest(), server.url, folder, socket_mode=False, toml=NO_DWELL)
        )
        session = await stack.enter_async_context(aiohttp.ClientSession())
        floor_url = await stack.enter_async_context(serve_floor(world.slack.signing_secret))
        floor = SignedClient(session, world.slack.signing_secret, floor_url)
        bot = SignedClient(session, world.slack.signing_secret, f"{world.bot.url}/slack/events")
        await _acknowledgements(floor, bot, world)
        await _whole_deletions(world, server.url)
        await _writes(server.url)


async def _acknowledgements(floor: SignedClient, bot: SignedClient, world: World) -> None:
    """A signed slash command and a signed click, each with its write to Redis, compared with the floor."""
    at_floor: list[float] = []
    helped: list[float] = []
    commands: list[float] = []
    clicks: list[float] = []
    tasks = [f"bench{number:06}" for number in range(WARM_UP + ROUNDS)]
    world.codearts.add_tasks(*(Task(task, task, WEBSHOP, "Webshop", "https://example.com/x.git") for task in tasks))
    for number, task in enumerate(tasks):
        before = len(world.channel.messages)
        times = (await floor.command("help"), await bot.command("help"), await bot.command(f"delete {task}"))
        prompt = (await world.slack.until(lambda before=before: world.channel.messages[before:]))[0]  # type: ignore[misc]  # mypy and defaults of lambdas
        clicked = await bot.click("deletion.review", _deletion_id(prompt.blocks), prompt.ts)
        if number >= WARM_UP:
            for figures, seconds in zip((at_floor, helped, commands, clicks), (*times, clicked), strict=True):
                figures.append(seconds)
    base = statistics.median(at_floor)
    print(f"acknowledging, p50 of {ROUNDS}")
    for what, figures in (
        ("floor: only checks the signature", at_floor),
        ("help: no write", helped),
        ("delete: recorded in Redis, every write flushed", commands),
        ("review: recorded in Redis, every write flushed", clicks),
    ):
        p50 = statistics.median(figures)
        print(f"  {what:<50}{p50 * 1_000:7.2f} ms  {p50 / base:6.1f} x floor")


def _deletion_id(blocks: object) -> str:
    """The deletion's ID, from the value of the prompt's buttons."""
    for block in blocks if isinstance(blocks, tuple) else ():
        for element in getattr(block, "elements", ()):
            if value := getattr(element, "value", None):
                return str(value)
    raise RuntimeError("the prompt has no buttons")


async def _whole_deletions(world: World, redis_url: str, count: int = 24) -> None:
    """CPU time of the bot's process, and round trips, for a command, two clicks, one DELETE and its result."""
    process = psutil.Process(world.bot.pid)
    ids = [secrets.token_hex(16) for _ in range(WARM_UP + count)]
    names = {task_id: f"bench-{task_id[:8]}" for task_id in ids}
    world.codearts.add_tasks(
        *(Task(task_id, names[task_id], WEBSHOP, "Webshop", "https://example.com/x.git") for task_id in ids)
    )
    people = cycle((world.alice, world.bob))  # each has a limit of simultaneous look-ups
    for task_id in ids[:WARM_UP]:
        await _delete(world, next(people), task_id, names[task_id])
    async with _round_trips(redis_url) as trips:
        before, started = sum(process.cpu_times()[:2]), time.perf_counter()
        for task_id in ids[WARM_UP:]:
            await _delete(world, next(people), task_id, names[task_id])
        cpu, wall = sum(process.cpu_times()[:2]) - before, time.perf_counter() - started
    print(f"\na whole deletion, mean of {count} one after the other")
    print(f"  {'CPU of the bot':<50}{cpu / count * 1_000:7.2f} ms")
    print(f"  {'from the command to the result':<50}{wall / count * 1_000:7.2f} ms")
    print(f"  {'round trips to Redis':<50}{trips.counted / count:7.1f}    (including the sweep and the seal)")


async def _delete(world: World, by: Person, task_id: str, name: str) -> None:
    await by.types(f"/codecheck delete {task_id}", in_=world.channel)
    await _seen(world, name, "wants to delete")
    await by.clicks("Review deletion…", on=world.channel)
    await _seen(world, name, "for good?")
    await asyncio.sleep(_LOOK)
    await by.clicks(f"Delete {name}", on=world.channel)
    await _seen(world, name, "status: success")


async def _seen(world: World, *texts: str) -> None:
    await world.slack.until(lambda: _shows(world, *texts), within=10)


def _shows(world: World, *texts: str) -> bool:
    return any(all(text in seen.text for text in texts) for seen in world.channel.messages[-3:])


@dataclass(slots=True)
class _Trips:
    counted: int = 0


@asynccontextmanager
async def _round_trips(redis_url: str) -> AsyncIterator[_Trips]:
    """Count the commands that arrive, without those inside the script."""
    trips = _Trips()
    client = connect(redis_url)
    async with client.monitor() as monitor:

        async def count() -> None:
            async for command in monitor.listen():
                trips.counted += command["client_type"] != "lua"

        counting = asyncio.create_task(count())
        yield trips
        counting.cancel()
    await client.aclose()


async def _writes(redis_url: str) -> None:
    """One read and one write of the store, compared with PING."""
    client = connect(redis_url)
    store = RedisDeletionStore(RedisCalls(client, Keys("bench")), Timings())
    alice = SlackUser("T01SANDBOX", "U01ALICE")
    figures: dict[str, list[float]] = {"PING": [], "request": [], "read": [], "commit": []}
    for number in range(WARM_UP + ROUNDS):
        new = NewDeletion(
            id=secrets.token_urlsafe(16),
            task_id=secrets.token_hex(16),
            requester=alice,
            operator="alice",
            channel="C01QUALITY",
        )
        moments = [time.perf_counter()]
        await client.ping()
        moments.append(time.perf_counter())
        deletion, _ = await store.request(new)
        moments.append(time.perf_counter())
        await store.read(deletion.id)
        moments.append(time.perf_counter())
        await store.commit(Change(deletion, deletion))
        moments.append(time.perf_counter())
        if number >= WARM_UP:
            for taken, (start, end) in zip(figures.values(), pairwise(moments), strict=True):
                taken.append(end - start)
    await client.aclose()
    base = statistics.median(figures["PING"])
    print(f"\nthe store, p50 of {ROUNDS}; every write is flushed to the disk")
    for what, taken in figures.items():
        p50 = statistics.median(taken)
        print(f"  {what:<50}{p50 * 1_000:7.2f} ms  {p50 / base:6.1f} x PING")


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main())
