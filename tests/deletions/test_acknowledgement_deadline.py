"""One deadline for a payload: counted from its arrival, and it names what did not answer first."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.deletions.acknowledgement_deadline import (
    Dependency,
    deadline,
    note_hung,
    payload_arrived,
    since_arrival,
    waiting_for,
)
from bot.domain.errors import MaybeRecordedError, TooSlowError

FOR_EVER = 3_600.0  # seconds: far longer than a test takes


async def hang_for(dependency: Dependency | None, *, writing: bool = False) -> None:
    """Wait for an answer that never comes, until a deadline that is now."""
    async with deadline(0):
        if dependency is None:
            await asyncio.Event().wait()
            return
        with waiting_for(dependency, writing=writing):
            await asyncio.Event().wait()


async def a_little() -> None:
    """Some turns of the event loop."""
    for _ in range(10):
        await asyncio.sleep(0)


async def a_little_within(seconds: float) -> None:
    """The same, with a deadline."""
    async with deadline(seconds):
        await a_little()


async def in_a_payload(work: Callable[[], Awaitable[None]]) -> None:
    """Do it in a task of its own, as each payload has one: what it notes is gone afterwards."""
    await asyncio.create_task(asyncio.wait_for(work(), 20))


async def test_what_is_in_time_is_left_alone() -> None:
    """Nothing is raised, and nothing is said of what answered."""

    async def work() -> None:
        payload_arrived()
        async with deadline(FOR_EVER):
            with waiting_for(Dependency.SLACK):
                await a_little()

    await in_a_payload(work)


async def test_it_counts_from_the_arrival() -> None:
    """What was used up before the block began is not given once more."""

    async def work() -> None:
        payload_arrived()
        await asyncio.sleep(0.05)
        before = since_arrival()
        assert before is not None
        with pytest.raises(TooSlowError):
            await a_little_within(before)
        await a_little_within(FOR_EVER)

    await in_a_payload(work)
    assert since_arrival() is None


@pytest.mark.parametrize("dependency", Dependency)
async def test_what_hangs_is_named(dependency: Dependency) -> None:
    """And that nothing was done, as long as nothing was being written."""

    async def work() -> None:
        payload_arrived()
        with pytest.raises(TooSlowError, match=rf"^{dependency} didn't answer in time, so I didn't do anything"):
            await hang_for(dependency)

    await in_a_payload(work)


async def test_of_two_that_hang_the_first_is_named() -> None:
    """Whoever used up the time is to blame, not whoever was asked when it was over."""

    async def work() -> None:
        payload_arrived()
        note_hung(Dependency.STORAGE)
        with pytest.raises(TooSlowError, match=r"^My storage"):
            await hang_for(Dependency.SLACK)

    await in_a_payload(work)


async def test_a_write_under_way_may_have_happened() -> None:
    """Then nobody knows, whatever else hung before or after."""

    async def work() -> None:
        payload_arrived()
        with pytest.raises(MaybeRecordedError):
            await hang_for(Dependency.STORAGE, writing=True)

    await in_a_payload(work)


async def test_a_bot_that_is_slow_itself_says_so() -> None:
    """Nobody else is blamed."""
    with pytest.raises(TooSlowError, match=r"^The bot didn't answer in time"):
        await hang_for(None)


async def test_payloads_do_not_blame_each_other() -> None:
    """What hung for one says nothing of another."""

    async def other() -> None:
        payload_arrived()
        note_hung(Dependency.STORAGE, writing=True)

    async def work() -> None:
        payload_arrived()
        await in_a_payload(other)
        with pytest.raises(TooSlowError, match=r"^Slack"):
            await hang_for(Dependency.SLACK)

    await in_a_payload(work)
