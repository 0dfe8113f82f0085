"""What `take_due` and `pending` must keep: what is due is taken by one, and nothing stands in the others' way."""

import asyncio
from dataclasses import replace

import pytest

from bot.deletions.ports import Change, PendingIds, Rest
from bot.domain.deletion import Deletion
from bot.domain.errors import NotRecordedError
from bot.domain.lifecycle import Action, Requirement, State
from bot.store.listing import Listing
from tests.store.rig import TIMINGS, Rig, acting, calling, new, obstacle


async def taken(rig: Rig) -> Deletion:
    """The one that is due."""
    (deletion,) = await rig.store.take_due()
    return deletion


async def test_nothing_is_taken_before_it_is_due(rig: Rig) -> None:
    """Whoever holds a deletion is left alone for the whole lease."""
    deletion = await rig.requested()
    await rig.pass_time(TIMINGS.talk_lease - 60_000)
    assert await rig.store.take_due() == []
    assert (await rig.read(deletion)).version == 1


async def test_what_is_due_is_taken_over(rig: Rig) -> None:
    """Under a new version and a lease of its own, with all that was known; and once."""
    reviewed = await rig.reviewed()
    await rig.pass_time(TIMINGS.talk_lease)
    before = await rig.read(reviewed)
    deletion = await taken(rig)
    assert deletion == replace(before, version=before.version + 1, read_at=deletion.read_at)
    assert await rig.due_at(deletion) == deletion.read_at + TIMINGS.talk_lease
    assert await rig.store.take_due() == []


async def test_an_interrupted_call_is_counted_and_recorded(rig: Rig) -> None:
    """Whoever takes it over must know that the DELETE may have been sent, and has a call's lease."""
    deletion = await rig.interrupted()
    assert deletion.lifecycle.calls == 2
    assert await rig.due_at(deletion) == deletion.read_at + TIMINGS.call_lease
    assert (await rig.events())[-2:] == ["called", "taken_over"]


async def test_a_call_that_never_began_is_no_interrupted_one(rig: Rig) -> None:
    """Nothing can have been sent before that was recorded."""
    await rig.executing()
    await rig.pass_time(TIMINGS.call_lease)
    assert (await taken(rig)).lifecycle.calls == 1
    assert (await rig.events())[-1] == "confirmed"


async def test_taking_over_a_prompt_is_not_recorded(rig: Rig) -> None:
    """It says nothing of the deletion."""
    await rig.requested()
    await rig.pass_time(TIMINGS.talk_lease)
    await taken(rig)
    assert await rig.events() == ["requested"]


async def test_an_executing_deletion_is_left_alone_for_its_own_lease(rig: Rig) -> None:
    """A call takes longer than talking does."""
    await rig.executing()
    await rig.pass_time(TIMINGS.talk_lease + 60_000)
    assert await rig.store.take_due() == []


async def test_whoever_has_a_call_in_flight_does_not_take_it_over(rig: Rig) -> None:
    """A process never recovers a call that it has not heard the end of; another one may."""
    called = await rig.called()
    await rig.pass_time(TIMINGS.call_lease)
    assert await rig.store.take_due({called.id}) == []
    assert [deletion.id for deletion in await rig.another_store().take_due()] == [called.id]


async def test_what_came_due_after_the_last_trusted_reading_is_left(rig: Rig) -> None:
    """It may have come due by a jump of the clock that nobody has noticed yet."""
    held = await rig.requested()
    await rig.pass_time(TIMINGS.talk_lease)
    due = await rig.due_at(held)
    assert due is not None
    assert await rig.store.take_due(by=round(due) - 1) == []
    (taken,) = await rig.store.take_due(by=round(due) + 1)
    assert taken.id == held.id


async def test_calls_in_flight_here_do_not_stand_in_the_way(rig: Rig) -> None:
    """However many of them are due by a jump of the clock, others are found behind them."""
    held = [await rig.requested(f"task-{number}") for number in range(20)]
    await rig.pass_time(TIMINGS.talk_lease)
    (taken,) = await rig.store.take_due({each.id for each in held[:-1]})
    assert taken.id == held[-1].id


async def test_the_longest_overdue_is_taken_first(rig: Rig) -> None:
    """Nothing starves, however much is due."""
    ids = []
    for number in range(20):
        ids.append((await rig.requested(f"task-{number}")).id)
        await rig.pass_time(1_000)
    await rig.pass_time(TIMINGS.talk_lease)
    swept = []
    while batch := await rig.store.take_due():
        swept += [deletion.id for deletion in batch]
    assert swept == ids


async def test_a_vanished_deletion_does_not_stand_in_the_way(rig: Rig) -> None:
    """An ID without a deletion is forgotten, and the others are taken."""
    lost = await rig.requested("task-1")
    other = await rig.requested("task-2")
    await rig.redis.delete(rig.keys.deletion(lost.id), rig.keys.task("task-1"))
    await rig.pass_time(TIMINGS.talk_lease)
    await rig.redis.zincrby(rig.keys.due, -TIMINGS.talk_lease, lost.id)
    assert (await taken(rig)).id == other.id
    assert await rig.due_at(lost) is None


async def spoilt(rig: Rig, how: str) -> Deletion:
    """A deletion that this version cannot read."""
    deletion = await rig.requested("task-1")
    key = rig.keys.deletion(deletion.id)
    match how:
        case "another kind of key":
            await rig.redis.delete(key)
            await rig.redis.set(key, "not a hash", px=600_000)
            await rig.redis.delete(rig.keys.task("task-1"))
        case "a newer state":
            await rig.redis.hset(key, "lifecycle", '{"state":"awaiting the moon","expires_at":0}')
        case "garbage":
            await rig.redis.hset(key, "lifecycle", "{")
        case "a number that is none":
            await rig.redis.hset(key, "version", "many")
        case _:
            await rig.redis.hdel(key, "expires_at")
    return deletion


@pytest.mark.parametrize(
    "how", ["another kind of key", "a newer state", "garbage", "a number that is none", "a missing field"]
)
async def test_an_unreadable_deletion_does_not_stand_in_the_way(rig: Rig, how: str) -> None:
    """It is set aside for an hour, left to a newer replica; the others are taken and listed."""
    unreadable = await spoilt(rig, how)
    other = await rig.requested("task-2")
    pending, listed = await rig.store.pending(), await rig.store.pending_ids()
    assert ([deletion.id for deletion in pending.deletions], pending.complete) == ([other.id], False)
    assert [deletion.id for deletion in await rig.store.several(listed.ids)] == [other.id]
    assert not listed.complete or how in {"a number that is none", "a missing field"}  # the list does not look there
    for deletion in (unreadable, other):
        await rig.redis.zadd(rig.keys.due, {deletion.id: 1})
    assert (await taken(rig)).id == other.id
    assert await rig.store.take_due() == []
    due_at = await rig.due_at(unreadable)
    assert due_at is not None
    assert due_at > other.requested_at + 3_500_000
    await rig.redis.delete(rig.keys.deletion(unreadable.id), rig.keys.task("task-1"))


@pytest.mark.parametrize("how", ["another kind of key", "a newer state", "garbage"])
async def test_an_unreadable_deletion_is_answered_as_not_acted_on(rig: Rig, how: str) -> None:
    """A click on it changes nothing and ends in no traceback; nor does a request for its task."""
    unreadable = await spoilt(rig, how)
    with pytest.raises(NotRecordedError):
        await rig.store.read(unreadable.id)
    if how != "another kind of key":
        with pytest.raises(NotRecordedError):
            await rig.store.request(new("task-1"))
    await rig.redis.delete(rig.keys.deletion(unreadable.id), rig.keys.task("task-1"))


async def test_an_unreadable_deletion_that_somebody_holds_is_left_alone(rig: Rig) -> None:
    """Listing what waits must not make a newer replica's grace end an hour later."""
    unreadable = await spoilt(rig, "a newer state")
    due_at = await rig.due_at(unreadable)
    assert (await rig.store.pending()).deletions == ()
    assert await rig.due_at(unreadable) == due_at


async def test_an_id_that_is_due_and_comes_to_be_while_it_is_looked_at_is_not_forgotten(rig: Rig) -> None:
    """Only what has vanished at the moment of the write is."""
    deletion = await rig.requested()
    await Listing(rig.calls).set_aside(deletion.id, {}, KeyError())
    assert await rig.due_at(deletion) is not None


async def test_each_due_deletion_is_taken_by_one(rig: Rig) -> None:
    """However many replicas sweep at once."""
    ids = {(await rig.requested(f"task-{number}")).id for number in range(24)}
    await rig.pass_time(TIMINGS.talk_lease)
    stores = [rig.another_store() for _ in range(4)]

    async def sweep(number: int) -> list[str]:
        swept: list[str] = []
        while batch := await stores[number].take_due():
            swept += [deletion.id for deletion in batch]
        return swept

    swept = [deletion_id for ids_ in await asyncio.gather(*map(sweep, range(4))) for deletion_id in ids_]
    assert len(swept) == len(set(swept))
    swept += await sweep(0)  # if others took all that one looked at, it ended early
    assert sorted(swept) == sorted(ids)


async def test_what_is_due_is_taken_by_its_due_time_only(rig: Rig) -> None:
    """If its holder has just taken a fresh lease, whoever read it as due before is too late, by the clock alone."""
    requested = await rig.requested()
    assert await rig.store._take(requested) is None  # noqa: SLF001 - the moment cannot be met otherwise
    assert await rig.unchanged(requested)


async def test_a_takeover_voids_what_was_held(rig: Rig) -> None:
    """An action decided before it is decided again; a call decided before it is not sent."""
    requested = await rig.requested("task-1")
    executing = await rig.executing("task-2")
    await rig.pass_time(TIMINGS.call_lease)
    assert len(await rig.store.take_due()) == 2
    assert await obstacle(rig.store, acting(requested, Action.REVIEW)) is Requirement.SAME_VERSION
    assert await obstacle(rig.store, calling(executing)) is Requirement.SAME_VERSION


async def test_what_waits_is_listed_until_it_ends(rig: Rig) -> None:
    """Whoever holds it, and with the freeze of the moment; what has ended is not, though not yet announced."""
    waiting = await rig.reviewed("task-1")
    await rig.act(await rig.requested("task-2"), Action.CANCEL)
    resting = await rig.requested("task-3")
    await rig.store.commit(Change(resting, resting, then=Rest(resting.lifecycle.expires_at)))
    freeze, _ = await rig.freezes.freeze(waiting.requester, "")
    pending = await rig.store.pending()
    listed = pending.deletions
    assert pending.complete
    assert {deletion.id for deletion in listed} == {waiting.id, resting.id}
    assert {deletion.freeze for deletion in listed} == {freeze}
    assert {deletion.state for deletion in listed} == {State.REVIEWED, State.REQUESTED}


async def test_the_newest_that_waits_is_listed_first(rig: Rig) -> None:
    """Pages begin with what people have just asked for, whatever is due first; what has ended is on none."""
    older = await rig.requested("task-1")
    await rig.pass_time(1_000)
    newer = await rig.reviewed("task-2")
    await rig.act(await rig.requested("task-3"), Action.CANCEL)
    assert await rig.store.pending_ids() == PendingIds((newer.id, older.id), complete=True)
    assert [deletion.id for deletion in await rig.store.several([older.id, newer.id])] == [older.id, newer.id]


async def test_more_than_one_round_trip_of_them_is_listed(rig: Rig) -> None:
    """Of very many the first 500; then there may be more."""
    for number in range(499):
        await rig.requested(f"task-{number}")
    pending = await rig.store.pending()
    assert (len(pending.deletions), pending.complete) == (499, True)
    await asyncio.gather(rig.requested("task-499"), rig.requested("task-500"))
    pending = await rig.store.pending()
    assert (len(pending.deletions), pending.complete) == (500, False)
    listed = await rig.store.pending_ids()
    assert (len(listed.ids), listed.complete) == (500, False)
