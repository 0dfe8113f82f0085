"""What the freeze and the limits must keep: nothing is confirmed past them, whoever races."""

import asyncio

import pytest

from bot.deletions.ports import ConflictError
from bot.domain.errors import NotRecordedError
from bot.domain.freeze import Freeze
from bot.domain.lifecycle import Action, Requirement, State
from bot.domain.rate_limits import HOUR, Limits
from bot.domain.rules import Safeguards
from tests.store.rig import ADMIN, ALICE, BOB, GRACE, Rig, acting


async def test_a_freeze_says_who_when_and_why(rig: Rig) -> None:
    """By Redis's clock, from the moment it is set until it is released."""
    assert await rig.freezes.current() is None
    freeze, changed = await rig.freezes.freeze(ADMIN, "an audit")
    assert changed
    assert freeze == Freeze(ADMIN, freeze.at, "an audit")
    assert abs(freeze.at - await rig.audit.now()) < 60_000
    assert await rig.freezes.current() == freeze
    assert await rig.freezes.unfreeze(ADMIN)
    assert await rig.freezes.current() is None


async def test_a_second_freeze_leaves_the_first(rig: Rig) -> None:
    """Each change is recorded once."""
    first, _ = await rig.freezes.freeze(ADMIN, "first")
    assert await rig.freezes.freeze(ALICE, "second") == (first, False)
    assert await rig.freezes.unfreeze(ALICE)
    assert not await rig.freezes.unfreeze(ADMIN)
    events = await rig.audit.following()
    assert [(each.get("kind"), each.get("who"), each.get("reason")) for each in events] == [
        ("frozen", ADMIN.id, "first"),
        ("unfrozen", ALICE.id, ""),
    ]


async def test_of_many_freezes_at_once_one_counts(rig: Rig) -> None:
    """And all are told of the same."""
    frozen = await asyncio.gather(*(rig.freezes.freeze(ADMIN, f"reason {number}") for number in range(20)))
    assert [changed for _, changed in frozen].count(True) == 1
    assert len({freeze for freeze, _ in frozen}) == 1
    assert await rig.events() == ["frozen"]


@pytest.mark.parametrize("limits", [Limits(per_hour=2), Limits(per_hour_per_person=2)], ids=["everyone", "person"])
@pytest.mark.parametrize("grace", [0, GRACE], ids=["at once", "with a grace"])
async def test_a_limit_holds_whoever_races(rig: Rig, limits: Limits, grace: int) -> None:
    """Of five confirmations at once two count, and the admins are told of one refusal only."""
    stores = [rig.another_store(limits=limits) for _ in range(5)]
    reviewed = [await rig.reviewed(f"task-{number}", safeguards=Safeguards(grace=grace)) for number in range(5)]
    results = await asyncio.gather(
        *(store.commit(acting(each, Action.CONFIRM)) for store, each in zip(stores, reviewed, strict=True)),
        return_exceptions=True,
    )
    conflicts = [result for result in results if isinstance(result, ConflictError)]
    reached = [conflict.limit for conflict in conflicts if conflict.limit is not None]
    assert {conflict.requirement for conflict in conflicts} == {Requirement.WITHIN_LIMITS}
    assert len(reached) == 3
    assert sum(limit.first for limit in reached) == 1
    for limit in reached:
        assert (limit.limit, limit.per_person) == (2, limits.per_hour == 0)
        assert limit.until > reviewed[0].read_at + HOUR - 100_000
    states = [(await rig.read(each)).state for each in reviewed]
    assert states.count(State.REVIEWED) == 3


async def test_a_person_s_limit_is_that_of_the_requests_of_one(rig: Rig) -> None:
    """Someone else's requests do not use it up."""
    store = rig.another_store(limits=Limits(per_hour_per_person=1))
    await store.commit(acting(await rig.reviewed("task-1"), Action.CONFIRM))
    other = await rig.reviewed("task-2", requester=BOB, operator="bob")
    assert (await store.commit(acting(other, Action.CONFIRM))).state is State.EXECUTING


async def test_room_comes_when_it_is_said_to(rig: Rig) -> None:
    """What was confirmed before the past hour does not count."""
    store = rig.another_store(limits=Limits(per_hour=1))
    first, second = await rig.reviewed("task-1"), await rig.reviewed("task-2")
    confirmed = await store.commit(acting(first, Action.CONFIRM))
    with pytest.raises(ConflictError) as caught:
        await store.commit(acting(second, Action.CONFIRM))
    assert caught.value.limit is not None
    assert caught.value.limit.until == confirmed.read_at + HOUR
    await rig.redis.zincrby(rig.keys.hour("everyone"), -HOUR, first.id)
    assert (await store.commit(acting(second, Action.CONFIRM))).state is State.EXECUTING


async def test_room_comes_when_enough_have_left(rig: Rig) -> None:
    """If the settings take fewer than have been confirmed already, it is not the first of them that makes room."""
    first, second, third = [await rig.reviewed(f"task-{number}") for number in range(3)]
    await rig.act(first, Action.CONFIRM)
    await rig.redis.zincrby(rig.keys.hour("everyone"), -1_000_000, first.id)
    confirmed = await rig.act(second, Action.CONFIRM)
    with pytest.raises(ConflictError) as caught:
        await rig.another_store(limits=Limits(per_hour=1)).commit(acting(third, Action.CONFIRM))
    assert caught.value.limit is not None
    assert caught.value.limit.until == confirmed.read_at + HOUR


async def test_a_second_copy_of_a_confirmation_counts_once(rig: Rig) -> None:
    """It finds that the first has been written."""
    store = rig.another_store(limits=Limits(per_hour=2))
    first, second = await rig.reviewed("task-1"), await rig.reviewed("task-2")
    await store.commit(acting(first, Action.CONFIRM))
    with pytest.raises(ConflictError):
        await store.commit(acting(first, Action.CONFIRM))
    assert await rig.redis.zcard(rig.keys.hour("everyone")) == 1
    await store.commit(acting(second, Action.CONFIRM))


async def test_only_the_last_confirmation_needed_is_counted(rig: Rig) -> None:
    """One of two people is not a deletion yet."""
    both = Safeguards(second_step="second_person", confirmers=2)
    reviewed = await rig.reviewed(safeguards=both)
    first = await rig.act(reviewed, Action.CONFIRM, BOB)
    assert first.state is State.REVIEWED
    assert await rig.redis.zcard(rig.keys.hour("everyone")) == 0
    await rig.act(first, Action.CONFIRM, ADMIN)
    assert await rig.redis.zcard(rig.keys.hour("everyone")) == 1


async def test_the_counters_go_by_themselves(rig: Rig) -> None:
    """An hour after the last confirmation."""
    await rig.executing()
    for who in ("everyone", f"{ALICE.team}/{ALICE.id}"):
        assert 0 < await rig.redis.pttl(rig.keys.hour(who)) <= HOUR


async def test_a_freeze_of_another_kind_of_key_stops_everything(rig: Rig) -> None:
    """What cannot be read is not taken for "not frozen" where it counts: nothing is confirmed."""
    reviewed = await rig.reviewed()
    await rig.redis.set(rig.keys.freeze, "not a hash", px=60_000)
    with pytest.raises(NotRecordedError):
        await rig.store.commit(acting(reviewed, Action.CONFIRM))
    assert await rig.redis.hget(rig.keys.deletion(reviewed.id), "version") == str(reviewed.version)
