"""What `request` and `load` must keep."""

import asyncio
from dataclasses import replace

from bot.domain.deletion import Deletion, State
from tests.store.rig import ALICE, PROMPT, TIMINGS, Rig, new


async def test_a_request_is_recorded_and_held_by_who_made_it(rig: Rig) -> None:
    """It is due again only after the lease, and can be confirmed for `ttl` by Redis's clock."""
    request = new()
    deletion, created = await rig.store.request(request)
    assert created
    assert deletion == Deletion(
        id=request.id,
        task_id="task-1",
        requester=ALICE,
        operator="alice",
        channel="C0QUALITY",
        state=State.REQUESTED,
        requested_at=deletion.seen_at,
        expires_at=deletion.seen_at + TIMINGS.ttl,
        seen_at=deletion.seen_at,
    )
    assert await rig.deadline(deletion) == deletion.seen_at + TIMINGS.talk_lease
    seconds, microseconds = await rig.redis.time()
    assert deletion.seen_at <= seconds * 1_000 + microseconds // 1_000


async def test_a_second_request_for_the_task_finds_the_first(rig: Rig) -> None:
    """It changes nothing, and is told of the deletion that has the task."""
    first = await rig.requested()
    deadline = await rig.deadline(first)
    found, created = await rig.store.request(new())
    assert not created
    assert replace(found, seen_at=0) == replace(first, seen_at=0)
    assert await rig.deadline(first) == deadline
    assert await rig.redis.zcard(rig.keys.due) == 1


async def test_different_tasks_are_requested_independently(rig: Rig) -> None:
    """A request for one task does not stand in the way of another's."""
    await rig.requested("task-1")
    _, created = await rig.store.request(new("task-2"))
    assert created


async def test_two_requests_at_once_make_one_deletion(rig: Rig) -> None:
    """Whichever replica they reach, one is created, and all are told of the same."""
    stores = [rig.another_store() for _ in range(4)]
    answers = await asyncio.gather(*(store.request(new()) for store in stores * 5))
    assert [created for _, created in answers].count(True) == 1
    assert len({deletion.id for deletion, _ in answers}) == 1


async def test_a_replayed_request_answers_the_same(rig: Rig) -> None:
    """The ID is the token: a second execution creates nothing, and its caller still holds the deletion."""
    request = new()
    first, _ = await rig.store.request(request)
    deadline = await rig.deadline(first)
    await asyncio.sleep(0.002)  # so that a second recording would have another time
    again, created = await rig.store.request(request)
    assert created
    assert (again.epoch, again.requested_at) == (1, first.requested_at)
    assert await rig.deadline(first) == deadline


async def test_a_request_replayed_after_a_takeover_is_not_held_by_its_caller(rig: Rig) -> None:
    """Who only now hears that it was recorded must not act on what another has taken over."""
    request = new()
    await rig.store.request(request)
    await rig.pass_time(TIMINGS.talk_lease)
    assert await rig.store.claim() is not None
    _, created = await rig.store.request(request)
    assert not created


async def test_a_late_copy_of_a_request_does_not_revive_it(rig: Rig) -> None:
    """A copy that arrives when the deletion has ended leaves the task free and the deletion ended."""
    request = new()
    deletion, _ = await rig.store.request(request)
    await rig.store.close(await rig.won(deletion, State.CANCELLED))
    found, created = await rig.store.request(request)
    assert not created
    assert found.state is State.CANCELLED
    assert await rig.holder_of("task-1") is None
    assert await rig.deadline(deletion) is None


async def test_a_task_whose_deletion_has_vanished_can_be_requested(rig: Rig) -> None:
    """A lock that outlived its deletion (somebody deleted keys by hand) does not block the task for ever."""
    lost = await rig.requested()
    await rig.redis.delete(rig.keys.deletion(lost.id))
    deletion, created = await rig.store.request(new())
    assert created
    assert await rig.holder_of("task-1") == deletion.id


async def test_a_deletion_can_be_loaded(rig: Rig) -> None:
    """It is what was written last, seen now."""
    reviewed = await rig.reviewed()
    loaded = await rig.loaded(reviewed)
    assert loaded.seen_at >= reviewed.seen_at
    assert (loaded.state, loaded.prompt, loaded.epoch) == (State.REVIEWED, PROMPT, 2)


async def test_what_is_not_there_is_loaded_as_none(rig: Rig) -> None:
    """An ID that nobody knows, or no longer, is no error."""
    assert await rig.store.load("nobody-knows-this") is None
