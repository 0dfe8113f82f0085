"""The bot is killed before and after every I/O of a deletion, a cancellation and an expiry; a new one takes over.

Each scenario is played once to find its points, then once for each point. People behave as usual: after Slack's error
they wait until the bot is back, and press the button again if it is still there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest

from bot.domain.lifecycle import State
from bot.domain.timings import Timings
from tests.faults.conftest import Worlds
from tests.faults.rig import DELETED, KEEP, QUICK, REVIEW, SEEN_GONE, Rig
from tests.faults.wire import Point

AT_ONCE = 20  # worlds side by side: waiting for leases costs time, but no work
TRIES = 3


@dataclass(frozen=True, slots=True)
class Life:
    """What people do, and how it ends.

    Args:
        play: does it.
        end: the state that it must lead to.
        least: at how many points the bot is killed at the least, so that the loop cannot shrink unseen.
        timings: of the bots.
    """

    play: Callable[[Rig], Awaitable[None]]
    end: State
    least: int
    timings: Timings = QUICK


async def delete(rig: Rig) -> None:
    """Alice asks and confirms twice."""
    await rig.delete()


async def cancel(rig: Rig) -> None:
    """Alice asks, reviews, and changes her mind."""
    await rig.ask()
    await rig.press(REVIEW, rig.at_step_2)
    await rig.press(KEEP, lambda: not rig.at_step_2())


async def expire(rig: Rig) -> None:
    """Alice asks, and forgets about it."""
    await rig.ask()


DELETION = Life(delete, State.DELETED, least=44)
CANCELLATION = Life(cancel, State.CANCELLED, least=28)
EXPIRY = Life(expire, State.EXPIRED, least=18, timings=replace(QUICK, ttl=4_000))


async def points_of(life: Life, world: Worlds, *, socket_mode: bool) -> list[Point]:
    """Every request and reply of a scenario without faults, except those that occur in only one of two runs."""

    async def play() -> list[Point]:
        async with world(socket_mode=socket_mode, timings=life.timings) as rig:
            await life.play(rig)
            await rig.must_have_ended(life.end)
            assert len(rig.results(DELETED)) == (life.end is State.DELETED)
            return rig.wire.passed

    one, another = await asyncio.gather(play(), play())
    return [point for point in one if point in another]


async def survives(life: Life, point: Point, world: Worlds, *, socket_mode: bool) -> bool:
    """Play a scenario in which the bot is killed at `point`. Returns whether that point was reached."""
    async with world(socket_mode=socket_mode, timings=life.timings, ack_seconds=1.5) as rig:
        rig.wire.at(point, rig.kill_and_restart)
        await life.play(rig)
        await rig.must_have_ended(life.end)
        deletes = life.end is State.DELETED
        assert [gone.operator for gone in rig.codearts.deletions] == ["alice"] * deletes
        assert rig.codearts.count("DELETE") == deletes, "sent again although the first had arrived"
        if deletes:
            assert 1 <= len(rig.results(DELETED)) <= 2, rig.story()
            assert rig.results("status: success") or rig.results(SEEN_GONE)
        return bool(rig.wire.happened)


@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket"])
@pytest.mark.parametrize("life", [DELETION, CANCELLATION, EXPIRY], ids=["deletion", "cancel", "expiry"])
async def test_killed_at_any_moment(
    life: Life, world: Worlds, record_property: Callable[[str, object], None], *, socket_mode: bool
) -> None:
    """The deletion ends correctly and visibly, the task is deleted at most once, and no message is false."""
    points = await points_of(life, world, socket_mode=socket_mode)
    assert len(points) >= life.least, points
    slots = asyncio.Semaphore(AT_ONCE)

    async def at(point: Point) -> bool:
        async with slots:
            try:
                # A click that comes before the bot has noted what it drew spares it that write: then once more.
                for _ in range(TRIES):
                    if await survives(life, point, world, socket_mode=socket_mode):
                        return True
            except Exception as error:
                error.add_note(f"killed {point}")
                raise
            return False

    reached = await asyncio.gather(*map(at, points))
    record_property("kill points", sum(reached))
    # A point or two depends on what comes first, such as a sweep or a click, and need not come up again.
    missed = [str(point) for point, hit in zip(points, reached, strict=True) if not hit]
    assert sum(reached) >= life.least, f"the bot was not killed at {missed}"
