"""How long Slack waits for an acknowledgement, what a deletion costs, and what a step in Redis takes.

The bot is a process of its own; the floor and the clients run in this one. Rounds are interleaved.
"""

import asyncio
import secrets
import statistics
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import psutil
import uvloop

from benchmarks.client import SignedClient
from benchmarks.floor import serve_floor
from bot.deletions.ports import NewDeletion
from bot.domain.deletion import State
from bot.domain.identity import SlackUser
from bot.domain.next_step import Timings
from bot.manifest import parsed_manifest
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import start_embedded
from codecheck_sandbox.codearts import Task
from codecheck_sandbox.codearts.accounts import WEBSHOP
from codecheck_sandbox.world import World, open_world

ROUNDS = 100
WARM_UP = 10


async def main() -> None:
    """Take every figure and print it."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="codecheck-bench-")))
        server = await start_embedded(folder / "redis")
        stack.push_async_callback(server.stop)
        world = await stack.enter_async_context(open_world(parsed_manifest(), server.url, folder, socket_mode=False))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        floor_url = await stack.enter_async_context(serve_floor(world.slack.signing_secret))
        floor = SignedClient(session, world.slack.signing_secret, floor_url)
        bot = SignedClient(session, world.slack.signing_secret, f"{world.bot.url}/slack/events")
        await _acknowledgements(floor, bot, world)
        await _whole_deletions(world)
        await _transitions(server.url)


async def _acknowledgements(floor: SignedClient, bot: SignedClient, world: World) -> None:
    """A signed slash command and a signed click, each with its write to Redis, against the floor."""
    at_floor: list[float] = []
    helped: list[float] = []
    commands: list[float] = []
    clicks: list[float] = []
    for number in range(WARM_UP + ROUNDS):
        task = f"bench{number:06}"
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
        ("floor: checks the signature alone", at_floor),
        ("help: no write", helped),
        ("delete: recorded in Redis, every write flushed", commands),
        ("review: recorded in Redis, every write flushed", clicks),
    ):
        p50 = statistics.median(figures)
        print(f"  {what:<50}{p50 * 1_000:7.2f} ms  {p50 / base:6.1f} x floor")


def _deletion_id(blocks: object) -> str:
    """What the prompt's buttons carry."""
    for block in blocks if isinstance(blocks, tuple) else ():
        for element in getattr(block, "elements", ()):
            if value := getattr(element, "value", None):
                return str(value)
    raise RuntimeError("the prompt has no buttons")


async def _whole_deletions(world: World, count: int = 20) -> None:
    """CPU time of the bot's process for a command, two clicks, one DELETE and its announcement."""
    process = psutil.Process(world.bot.pid)
    ids = [secrets.token_hex(16) for _ in range(count)]
    world.codearts.add_tasks(
        *(Task(task_id, "bench", WEBSHOP, "Webshop", "https://example.com/x.git") for task_id in ids)
    )
    before, started = sum(process.cpu_times()[:2]), time.perf_counter()
    for task_id in ids:
        await world.alice.types(f"/codecheck delete {task_id}", in_=world.channel)
        await _seen(world, "Step 1 of 2", task_id)
        await world.alice.clicks("Review deletion…", on=world.channel)
        await _seen(world, "Step 2 of 2", task_id)
        await world.alice.clicks(f"Delete task {task_id[:6]}…", on=world.channel)
        await _seen(world, "status: success", task_id)
    cpu, wall = sum(process.cpu_times()[:2]) - before, time.perf_counter() - started
    print(f"\na whole deletion, mean of {count} one after the other")
    print(f"  {'CPU of the bot':<50}{cpu / count * 1_000:7.2f} ms")
    print(f"  {'from the command to the result':<50}{wall / count * 1_000:7.2f} ms")


async def _seen(world: World, *texts: str) -> None:
    await world.slack.until(
        lambda: any(all(text in seen.text for text in texts) for seen in world.channel.messages[-3:]), within=10
    )


async def _transitions(redis_url: str) -> None:
    """One step of the store, and the PING beside it."""
    client = connect(redis_url)
    store = RedisDeletionStore(client, prefix="bench", timings=Timings())
    alice = SlackUser("T01SANDBOX", "U01ALICE")
    pings: list[float] = []
    requests: list[float] = []
    advances: list[float] = []
    for number in range(WARM_UP + ROUNDS):
        new = NewDeletion(secrets.token_urlsafe(16), secrets.token_hex(16), alice, "alice", "C01QUALITY")
        started = time.perf_counter()
        await client.ping()
        pinged = time.perf_counter()
        deletion, _ = await store.request(new)
        requested = time.perf_counter()
        await store.advance(deletion, State.REVIEWED, token=secrets.token_urlsafe(16))
        advanced = time.perf_counter()
        if number >= WARM_UP:
            pings.append(pinged - started)
            requests.append(requested - pinged)
            advances.append(advanced - requested)
    await client.aclose()
    base = statistics.median(pings)
    print(f"\na transition in Redis, p50 of {ROUNDS}; every write is flushed to the disk")
    for what, figures in (("PING", pings), ("request", requests), ("advance", advances)):
        p50 = statistics.median(figures)
        print(f"  {what:<50}{p50 * 1_000:7.2f} ms  {p50 / base:6.1f} x PING")


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main())
