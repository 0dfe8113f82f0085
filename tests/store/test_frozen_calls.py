"""What a freeze does to a confirmed deletion: no call begins under it, and one that has begun is let finish."""

from dataclasses import replace

import pytest

from bot.domain.brakes import Freeze
from bot.domain.deletion import Deletion, State
from bot.domain.errors import BrakedError
from bot.domain.identity import SlackUser
from bot.domain.next_step import frozen_after_interruption, frozen_in_grace, launched
from bot.domain.outcome import Outcome, Verdict
from bot.domain.record import What
from bot.store.brakes import RedisBrakes
from bot.store.record import RedisRecord
from tests.store.rig import TIMINGS, Rig

ADMIN = SlackUser("T0TEAM", "U0ADMIN")
BOB = SlackUser("T0TEAM", "U0BOB")


async def frozen(rig: Rig) -> Freeze:
    """Everything, by an admin."""
    freeze, changed = await RedisBrakes(rig.redis, prefix=rig.prefix).freeze(ADMIN, "an audit")
    assert changed
    return freeze


async def unfrozen(rig: Rig) -> None:
    """The same, undone."""
    assert await RedisBrakes(rig.redis, prefix=rig.prefix).unfreeze(ADMIN)


async def told(rig: Rig) -> list[str]:
    """What the record says has happened, in order."""
    return [entry.says("what") for entry in await RedisRecord(rig.redis, prefix=rig.prefix).following()]


async def scheduled(rig: Rig) -> Deletion:
    """A deletion that Bob has confirmed, in its grace."""
    after, won = await rig.store.advance(await rig.reviewed(), State.SCHEDULED, token="2", by=BOB, grace=60_000)
    assert won
    return after


async def interrupted(rig: Rig) -> Deletion:
    """A deletion whose caller has died after the second confirmation, taken up by another."""
    await rig.executing()
    await rig.pass_time(TIMINGS.call_lease)
    taken = await rig.store.claim()
    assert taken is not None
    assert (taken.state, taken.calls) == (State.EXECUTING, 2)
    return taken


async def test_a_freeze_in_the_grace_stops_the_call(rig: Rig) -> None:
    """The launch is refused with who froze, and nothing of it is written."""
    held = await scheduled(rig)
    freeze = await frozen(rig)
    with pytest.raises(BrakedError) as caught:
        await rig.store.hold(launched(held))
    assert caught.value.brake == freeze
    found = await rig.loaded(held)
    assert (found.state, found.calls, found.epoch) == (State.SCHEDULED, 0, held.epoch)
    assert "called" not in await told(rig)


async def test_what_a_freeze_stopped_is_kept_with_who_froze_and_why(rig: Rig) -> None:
    """Whoever draws the prompt after a crash can still say it; the task is free, and the record gives the reason."""
    held = await scheduled(rig)
    await rig.store.hold(frozen_in_grace(held, await frozen(rig)))
    found = await rig.loaded(held)
    assert (found.state, found.canceller, found.confirmer) == (State.CANCELLED, ADMIN, BOB)
    assert found.outcome is not None
    assert "an audit" in str(found.outcome.why)
    assert await rig.holder_of("task-1") is None
    last = (await RedisRecord(rig.redis, prefix=rig.prefix).latest())[0]
    assert [last.says(name) for name in ("what", "who", "why", "requester")] == [
        "cancelled",
        "bot",
        "frozen",
        "U0ALICE",
    ]


async def test_a_freeze_that_has_ended_stops_nothing(rig: Rig) -> None:
    """Unfrozen within the grace, the call is taken up as if nothing had been."""
    held = await scheduled(rig)
    await frozen(rig)
    await unfrozen(rig)
    await rig.store.hold(launched(held))
    assert (await rig.loaded(held)).state is State.EXECUTING


async def test_a_freeze_stops_the_second_sending_of_an_interrupted_call(rig: Rig) -> None:
    """It is not recorded as sent again, and is looked into instead; unfrozen, it could have gone on."""
    taken = await interrupted(rig)
    freeze = await frozen(rig)
    with pytest.raises(BrakedError) as caught:
        await rig.store.hold(taken, What.SENT_AGAIN)
    assert caught.value.brake == freeze
    assert "sent_again" not in await told(rig)
    await unfrozen(rig)
    taken = await rig.store.hold(taken, What.SENT_AGAIN)
    await RedisBrakes(rig.redis, prefix=rig.prefix).freeze(ADMIN, "")
    await rig.store.hold(frozen_after_interruption(taken, TIMINGS))
    assert (await rig.loaded(taken)).state is State.UNKNOWN


async def test_a_freeze_leaves_a_call_under_way_alone(rig: Rig) -> None:
    """What became of a call is recorded, frozen or not: it has been sent."""
    executing = await rig.executing()
    await frozen(rig)
    deleted = Outcome(Verdict.DELETED, "success", "OK")
    await rig.store.hold(replace(executing, state=State.DELETED, outcome=deleted))
    assert (await rig.loaded(executing)).outcome == deleted
