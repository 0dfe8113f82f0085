"""What `request` and `read` must keep."""

import asyncio
from dataclasses import replace

import pytest

from bot.deletions.ports import Change, Close, ConflictError
from bot.domain.deletion import Deletion, Lifecycle
from bot.domain.lifecycle import Action, Requirement, State
from tests.store.rig import ALICE, PROMPT, SHOWN, TIMINGS, Rig, acting, new


async def test_a_request_is_recorded_and_held_by_who_made_it(rig: Rig) -> None:
    """It is due again only after the lease, and can be confirmed for `ttl` by Redis's clock."""
    request = new(reason="replaced by shop2")
    deletion, created = await rig.store.request(request)
    assert created
    at = deletion.requested_at
    assert deletion == Deletion(
        id=request.id,
        task_id="task-1",
        requester=ALICE,
        operator="alice",
        channel="C0QUALITY",
        reason="replaced by shop2",
        requested_at=at,
        lifecycle=Lifecycle(state=State.REQUESTED, expires_at=at + TIMINGS.ttl, ttl=TIMINGS.ttl),
        shown=SHOWN,
        version=1,
        read_at=at,
    )
    assert await rig.due_at(deletion) == at + TIMINGS.talk_lease
    seconds, microseconds = await rig.redis.time()
    assert at <= seconds * 1_000 + microseconds // 1_000
    assert await rig.events() == ["requested"]


async def test_a_request_can_have_a_time_of_its_own(rig: Rig) -> None:
    """A second person has longer than the requester alone."""
    deletion = await rig.requested(ttl=28_800_000)
    assert deletion.lifecycle.expires_at == deletion.requested_at + 28_800_000


async def test_a_second_request_for_the_task_finds_the_first(rig: Rig) -> None:
    """It changes nothing, records nothing, and is told of the deletion that has the task."""
    first = await rig.requested()
    due_at = await rig.due_at(first)
    found, created = await rig.store.request(new())
    assert not created
    assert replace(found, read_at=first.read_at) == first
    assert await rig.due_at(first) == due_at
    assert await rig.redis.zcard(rig.keys.due) == 1
    assert await rig.events() == ["requested"]


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


async def test_a_late_copy_of_a_request_does_not_revive_it(rig: Rig) -> None:
    """A copy that arrives when the deletion has ended leaves the task free and the deletion as it was."""
    request = new()
    requested, _ = await rig.store.request(request)
    cancelled = await rig.act(requested, Action.CANCEL)
    closed = await rig.store.commit(Change(cancelled, cancelled, then=Close()))
    found, created = await rig.store.request(request)
    assert not created
    assert found.state is State.CANCELLED
    assert await rig.unchanged(closed)
    assert await rig.holder_of("task-1") is None
    assert await rig.due_at(requested) is None


async def test_a_late_copy_of_an_open_request_is_not_held_by_its_caller(rig: Rig) -> None:
    """Whoever only now hears that it was recorded must not act on what another may have taken over."""
    request = new()
    first, _ = await rig.store.request(request)
    due_at = await rig.due_at(first)
    found, created = await rig.store.request(request)
    assert not created
    assert found.id == first.id
    assert await rig.due_at(first) == due_at


async def test_a_task_whose_deletion_has_vanished_can_be_requested(rig: Rig) -> None:
    """A lock that outlived its deletion (someone deleted keys by hand) does not block the task for ever."""
    lost = await rig.requested()
    await rig.redis.delete(rig.keys.deletion(lost.id))
    deletion, created = await rig.store.request(new())
    assert created
    assert await rig.holder_of("task-1") == deletion.id


async def test_a_freeze_refuses_requests(rig: Rig) -> None:
    """Nothing of them is recorded, the task stays free, and the refusal says which freeze it is."""
    freeze, _ = await rig.freezes.freeze(ALICE, "an audit")
    with pytest.raises(ConflictError) as caught:
        await rig.store.request(new())
    assert (caught.value.requirement, caught.value.freeze) == (Requirement.NOT_FROZEN, freeze)
    assert await rig.holder_of("task-1") is None
    assert await rig.redis.zcard(rig.keys.due) == 0
    assert await rig.events() == ["frozen"]
    assert await rig.freezes.unfreeze(ALICE)
    await rig.requested()


async def test_under_a_freeze_a_second_request_still_finds_the_first(rig: Rig) -> None:
    """It asks for nothing new."""
    first = await rig.requested()
    await rig.freezes.freeze(ALICE, "")
    found, created = await rig.store.request(new())
    assert (found.id, created) == (first.id, False)


async def test_a_deletion_can_be_read(rig: Rig) -> None:
    """It is what was written last, as of now, with the freeze in force."""
    reviewed = await rig.reviewed()
    freeze, _ = await rig.freezes.freeze(ALICE, "an audit")
    found = await rig.read(reviewed)
    assert found.read_at >= reviewed.read_at
    assert (found.state, found.delivery.prompt, found.version) == (State.REVIEWED, PROMPT, 3)
    assert found.freeze == freeze


async def test_what_is_not_there_is_read_as_none(rig: Rig) -> None:
    """An ID that nobody knows, or no longer, is no error."""
    assert await rig.store.read("nobody-knows-this") is None


async def test_the_task_of_a_request_is_free_once_it_has_been_cancelled(rig: Rig) -> None:
    """As soon as that is recorded; the cancellation itself is still to be announced."""
    requested = await rig.requested()
    cancelled = await rig.store.commit(acting(requested, Action.CANCEL))
    assert await rig.due_at(cancelled) is not None
    await rig.requested()
