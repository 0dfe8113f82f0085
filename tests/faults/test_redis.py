"""Redis is killed, cut off, or hangs: people are told at once, and when it answers again, work goes on by itself."""

import asyncio
import os
import signal
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.domain.lifecycle import State
from bot.store.embedded import EmbeddedServer, start_embedded
from tests.faults.bots import Nursery
from tests.faults.conftest import Worlds
from tests.faults.rig import DELETED, REVIEW, TASK, Rig, open_rig
from tests.faults.wire import Point

AT_ONCE = 12


@pytest.fixture
async def own_redis() -> AsyncIterator[EmbeddedServer]:
    """A server that belongs to this test, which may kill it."""
    with tempfile.TemporaryDirectory() as folder:
        yield await start_embedded(Path(folder))
        await (await start_embedded(Path(folder))).stop()


async def transaction_points(world: Worlds) -> list[Point]:
    """The points before and after each transaction of a deletion, except those that occur in only one of two."""

    async def play() -> list[Point]:
        async with world() as rig:
            await rig.delete()
            await rig.must_have_ended(State.DELETED)
            return [point for point in rig.wire.passed if point.what.startswith("redis")]

    one, another = await asyncio.gather(play(), play())
    return [point for point in one if point in another]


async def must_be_deleted_once(rig: Rig) -> None:
    """The task was deleted once, and that was announced."""
    await rig.must_have_ended(State.DELETED)
    assert len(rig.codearts.deletions) == 1
    assert rig.codearts.count("DELETE") == 1
    assert 1 <= len(rig.results(DELETED)) <= 2, rig.story()


async def test_a_lost_reply_at_any_transaction(world: Worlds, record_property: Callable[[str, object], None]) -> None:
    """The transaction is repeated and returns the same: nobody notices, and everything is said once."""
    points = [point for point in await transaction_points(world) if point.side == "after"]
    assert len(points) >= 10
    slots = asyncio.Semaphore(AT_ONCE)

    async def lost(point: Point) -> bool:
        async with slots, world() as rig:
            rig.wire.at(point, lambda: None)
            await rig.delete()
            await must_be_deleted_once(rig)
            assert len(rig.results(DELETED)) == 1
            assert not rig.told(rig.alice, "storage"), rig.story()
            return bool(rig.wire.happened)

    reached = sum(await asyncio.gather(*map(lost, points)))
    assert reached >= len(points) - 2  # a click that comes before the bot rests spares it that write
    record_property("points of Redis", reached)


@pytest.mark.parametrize("part", [0, 1])
async def test_redis_killed_at_any_transaction(
    world: Worlds, nursery: Nursery, record_property: Callable[[str, object], None], part: int
) -> None:
    """What it acknowledged is on its disk; after a restart the deletion goes on and its end is announced."""
    points = (await transaction_points(world))[part::2]
    assert len(points) >= 10
    slots = asyncio.Semaphore(AT_ONCE)

    async def killed(point: Point) -> bool:
        async with slots:
            with tempfile.TemporaryDirectory() as folder:
                server = await start_embedded(Path(folder))
                async with open_rig(nursery, server.url, "killed") as rig:
                    starting: list[asyncio.Task[EmbeddedServer]] = []

                    def kill() -> None:
                        os.kill(server.pid, signal.SIGKILL)
                        starting.append(asyncio.create_task(start_embedded(Path(folder))))

                    rig.wire.at(point, kill)
                    await rig.delete()
                    for started in starting:
                        server = await started
                    await must_be_deleted_once(rig)
                    for started in starting:
                        server = await started
                    reached = bool(starting)
                await server.stop()
                return reached

    reached = sum(await asyncio.gather(*map(killed, points)))
    assert reached >= len(points) - 2  # the same
    record_property("points of Redis", reached)


@pytest.mark.parametrize("transaction", ["read", "reviewed"])
async def test_a_hung_redis_at_a_click(own_redis: EmbeddedServer, nursery: Nursery, transaction: str) -> None:
    """Within three seconds Alice is told that it is not known; when Redis answers again, the prompt shows the truth."""
    async with open_rig(nursery, own_redis.url, "hung") as rig:
        await rig.ask()
        hung = rig.wire.next(f"redis {transaction}", "before")
        rig.wire.at(hung, lambda: os.kill(own_redis.pid, signal.SIGSTOP), pass_on=True)
        waking = threading.Timer(20, os.kill, (own_redis.pid, signal.SIGCONT))  # whatever fails, it must not stay so
        waking.start()
        try:
            answer = await rig.alice.clicks(REVIEW, on=rig.channel)
            assert not answer.notice, "Slack was not answered within its three seconds"
            said = "I don't know whether" if transaction == "reviewed" else "I didn't do anything"
            await rig.slack.until(lambda: rig.told(rig.alice, said))
        finally:
            os.kill(own_redis.pid, signal.SIGCONT)
            waking.cancel()
        if transaction == "read":
            await rig.press(REVIEW, rig.at_step_2)
        await rig.slack.until(rig.at_step_2, within=10)
        await rig.confirm()
        await must_be_deleted_once(rig)


async def test_redis_down_at_the_start(nursery: Nursery) -> None:
    """The bot starts, people are told that nothing was done, and it works by itself once Redis is up."""
    with tempfile.TemporaryDirectory() as folder:
        server = await start_embedded(Path(folder))
        await server.stop()
        async with open_rig(nursery, server.url, "down", prepared=False) as rig:
            answer = await rig.alice.types(f"/codecheck delete {TASK}", in_=rig.channel)
            assert "I can't reach my storage, so I didn't do anything." in answer.text
            server = await start_embedded(Path(folder))
            await rig.delete()
            await must_be_deleted_once(rig)
        await server.stop()
