"""What a freeze and the limits must keep: nothing is confirmed past them, whoever races."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.brakes import Burst, Freeze, Limits
from bot.domain.deletion import State
from bot.domain.errors import BrakedError
from bot.domain.identity import SlackUser
from bot.store.brakes import RedisBrakes
from bot.store.record import RedisRecord
from tests.store.rig import ALICE, Rig, new

ADMIN = SlackUser("T0TEAM", "U0ADMIN")


@pytest.fixture
def brakes(rig: Rig) -> RedisBrakes:
    """The brakes beside the rig's store."""
    return RedisBrakes(rig.redis, prefix=rig.prefix)


async def test_a_freeze_between_the_steps_refuses_the_confirmation(rig: Rig, brakes: RedisBrakes) -> None:
    """It says who, when and why; a cancel is still taken."""
    reviewed = await rig.reviewed()
    freeze, changed = await brakes.freeze(ADMIN, "an audit")
    assert changed
    assert (freeze.by, freeze.why) == (ADMIN, "an audit")
    with pytest.raises(BrakedError) as caught:
        await rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    assert caught.value.brake == freeze
    assert (await rig.loaded(reviewed)).state is State.REVIEWED
    await rig.won(reviewed, State.CANCELLED)


async def test_a_freeze_refuses_requests(rig: Rig, brakes: RedisBrakes) -> None:
    """Nothing is recorded of them as requested, and the task stays free."""
    freeze, _ = await brakes.freeze(ADMIN, "")
    with pytest.raises(BrakedError) as caught:
        await rig.store.request(new())
    assert caught.value.brake == freeze == Freeze(ADMIN, freeze.at)
    assert await rig.holder_of("task-1") is None
    assert await brakes.unfreeze(ADMIN)
    assert await brakes.frozen() is None
    await rig.requested()


async def test_a_second_freeze_leaves_the_first(rig: Rig, brakes: RedisBrakes) -> None:
    """Each change is recorded once."""
    first, _ = await brakes.freeze(ADMIN, "first")
    assert await brakes.freeze(ALICE, "second") == (first, False)
    assert await brakes.unfreeze(ALICE)
    assert not await brakes.unfreeze(ADMIN)
    entries = await RedisRecord(rig.redis, prefix=rig.prefix).following()
    assert [(e.says("what"), e.says("who"), e.says("why")) for e in entries] == [
        ("frozen", ADMIN.id, "first"),
        ("unfrozen", ALICE.id, ""),
    ]


@pytest.mark.parametrize("limits", [Limits(per_hour=2), Limits(per_hour_per_person=2)], ids=["everybody", "person"])
async def test_a_burst_is_refused_atomically(rig: Rig, limits: Limits) -> None:
    """Of five confirmations at once two win, and the admins are told of one refusal alone."""
    store = rig.limited_store("", limits)
    reviewed = [await rig.reviewed(f"task-{i}") for i in range(5)]
    outcomes = await asyncio.gather(
        *(store.advance(one, State.EXECUTING, token=one.id) for one in reviewed), return_exceptions=True
    )
    braked = [outcome.brake for outcome in outcomes if isinstance(outcome, BrakedError)]
    bursts = [brake for brake in braked if isinstance(brake, Burst)]
    assert len(bursts) == 3
    assert sum(burst.first for burst in bursts) == 1
    for burst in bursts:
        assert (burst.limit, burst.of_person) == (2, limits.per_hour == 0)
        assert burst.until > reviewed[0].seen_at + 3_500_000
    waits = [one for one in reviewed if (await rig.loaded(one)).state is State.REVIEWED]
    assert len(waits) == 3


async def test_a_replayed_confirmation_counts_once(rig: Rig) -> None:
    """The same token again is no second confirmation."""
    store = rig.limited_store("", Limits(per_hour=2))
    first, second = await rig.reviewed("task-1"), await rig.reviewed("task-2")
    for _ in range(3):
        _, won = await store.advance(first, State.EXECUTING, token="same")
        assert won
    _, won = await store.advance(second, State.EXECUTING, token="other")
    assert won


async def test_an_hour_later_there_is_room(rig: Rig) -> None:
    """What was confirmed before the past hour does not count."""
    store = rig.limited_store("", Limits(per_hour=1))
    first, second = await rig.reviewed("task-1"), await rig.reviewed("task-2")
    await store.advance(first, State.EXECUTING, token="1")
    await rig.redis.zincrby(rig.keys.hour("everybody"), -3_600_001, first.id)
    _, won = await store.advance(second, State.EXECUTING, token="2")
    assert won


@pytest.mark.parametrize(
    ("script", "sound", "broken"),
    [("advance", "if frozen(freeze) then", "if false then"), ("advance", "if confirms == '1' then", "if false then")],
)
async def test_a_planted_bug_is_caught(rig: Rig, brakes: RedisBrakes, script: str, sound: str, broken: str) -> None:
    """A confirmation that does not look at the freeze fails these tests."""
    text = getattr(rig.scripts, script)
    assert text.count(sound) == 1
    async with rig.planted(script, text.replace(sound, broken)) as planted:
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            await test_a_freeze_between_the_steps_refuses_the_confirmation(planted, brakes)


async def test_the_freeze_of_a_deletion_is_not_kept(rig: Rig) -> None:
    """What was shown on a prompt is no part of the deletion."""
    requested = await rig.requested()
    await rig.store.hold(replace(requested, freeze=Freeze(ADMIN, 1)))
    assert (await rig.loaded(requested)).freeze is None
