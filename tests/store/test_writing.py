"""What `hold`, `rest` and `close` must keep: only the latest holder writes, and every end frees its task."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.deletions.ports import DeletionStore
from bot.domain.deletion import Deletion, Prompt, State
from bot.domain.errors import FencedError
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import Text
from tests.store.rig import TIMINGS, Rig, new

Write = Callable[[DeletionStore, Deletion], Awaitable[object]]
WRITES: dict[str, Write] = {
    "hold": lambda store, deletion: store.hold(deletion),
    "rest": lambda store, deletion: store.rest(deletion, deletion.seen_at + 1_000_000),
    "close": lambda store, deletion: store.close(deletion),
}
every_write = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


def progressed(deletion: Deletion, state: State = State.ACCEPTED) -> Deletion:
    """The deletion with everything changed that may change."""
    return replace(
        deletion,
        state=state,
        calls=2,
        looks=3,
        look_at=4,
        verify_until=5,
        tries=6,
        prompt=Prompt("C0QUALITY"),
        drawn="executing",
        told=frozenset({"accepted:result", "accepted:C0AUDIT"}),
        preview=LookUp(Presence.EXISTS, TaskFacts(name="checks", project="billing", branch="main")),
        outcome=Outcome(Verdict.ACCEPTED, "success", "ACCEPTED", why=Text("Taken."), request_id="r-1", took=1_200),
    )


@every_write
async def test_everything_that_may_change_is_written(rig: Rig, write: Write) -> None:
    """And comes back as it was, under a new epoch."""
    executing = await rig.executing()
    after = progressed(executing)
    await write(rig.store, after)
    loaded = await rig.loaded(executing)
    assert loaded == replace(after, epoch=after.epoch + 1, seen_at=loaded.seen_at)


@every_write
async def test_what_another_has_taken_over_cannot_be_written(rig: Rig, write: Write) -> None:
    """A process that was stopped and wakes up is fenced: nothing changes, neither its state nor its deadline."""
    executing = await rig.executing()
    await rig.pass_time(TIMINGS.call_lease)
    claimed = await rig.store.claim()
    assert claimed is not None
    deadline = await rig.deadline(claimed)
    with pytest.raises(FencedError):
        await write(rig.store, progressed(executing, State.DELETED))
    loaded = await rig.loaded(claimed)
    assert loaded == replace(claimed, seen_at=loaded.seen_at)
    assert await rig.deadline(claimed) == deadline
    assert await rig.holder_of("task-1") == claimed.id


@every_write
async def test_a_late_copy_of_ones_own_earlier_write_is_fenced(rig: Rig, write: Write) -> None:
    """What was written since must not be undone by a copy that took longer on its way."""
    executing = await rig.executing()
    held = await rig.store.hold(executing)
    await rig.store.hold(replace(held, drawn="executing"))
    with pytest.raises(FencedError):
        await write(rig.store, executing)
    assert (await rig.loaded(executing)).drawn == "executing"


@every_write
async def test_what_has_vanished_is_not_written(rig: Rig, write: Write) -> None:
    """Redis was emptied: no half of a deletion comes back."""
    executing = await rig.executing()
    await rig.redis.delete(*[key async for key in rig.redis.scan_iter(f"{rig.prefix}:*")])
    with pytest.raises(FencedError):
        await write(rig.store, executing)
    assert await rig.redis.exists(rig.keys.deletion(executing.id), rig.keys.due) == 0


@pytest.mark.parametrize(
    ("state", "lease"),
    [(State.EXECUTING, TIMINGS.call_lease), (State.ACCEPTED, TIMINGS.talk_lease), (State.DELETED, TIMINGS.talk_lease)],
)
async def test_holding_goes_on_for_a_fresh_lease(rig: Rig, state: State, lease: int) -> None:
    """By the state that is written, from now on."""
    executing = await rig.executing()
    await rig.pass_time(TIMINGS.call_lease - 60_000)
    held = await rig.store.hold(replace(executing, state=state))
    assert await rig.deadline(held) == held.seen_at + lease
    assert held.epoch == executing.epoch + 1


async def test_resting_makes_it_due_when_asked(rig: Rig) -> None:
    """Not before, and for whoever comes first."""
    reviewed = await rig.reviewed()
    await rig.store.rest(reviewed, reviewed.expires_at)
    assert await rig.deadline(reviewed) == reviewed.expires_at


async def test_a_resting_deletion_can_be_confirmed(rig: Rig) -> None:
    """Letting go of it leaves the state as it was."""
    reviewed = await rig.reviewed()
    await rig.store.rest(reviewed, reviewed.expires_at)
    await rig.won(await rig.loaded(reviewed), State.EXECUTING)


async def test_a_closed_deletion_is_kept_for_the_retention(rig: Rig) -> None:
    """It is never due again, and goes by itself."""
    executing = await rig.executing()
    await rig.store.close(replace(executing, state=State.DELETED))
    assert await rig.deadline(executing) is None
    assert TIMINGS.retention - 60_000 < await rig.redis.pttl(rig.keys.deletion(executing.id)) <= TIMINGS.retention
    assert (await rig.loaded(executing)).state is State.DELETED


async def test_an_open_deletion_has_no_ttl(rig: Rig) -> None:
    """Nothing that is still to be announced may vanish by itself."""
    held = await rig.store.hold(replace(await rig.executing(), state=State.DELETED))
    assert await rig.redis.ttl(rig.keys.deletion(held.id)) == -1


@every_write
@pytest.mark.parametrize(
    ("state", "verify_until"),
    [(State.DELETED, 0), (State.FAILED, 0), (State.CANCELLED, 0), (State.EXPIRED, 0), (State.UNKNOWN, 0)],
)
async def test_an_end_frees_the_task(rig: Rig, write: Write, state: State, verify_until: int) -> None:
    """As soon as it is written; UNKNOWN is one when it is no longer looked into."""
    executing = await rig.executing()
    await write(rig.store, replace(executing, state=state, verify_until=verify_until))
    _, created = await rig.store.request(new())
    assert created


@pytest.mark.parametrize("name", ["hold", "rest"])
@pytest.mark.parametrize("state", [State.EXECUTING, State.ACCEPTED, State.UNKNOWN])
async def test_what_has_not_ended_keeps_the_task(rig: Rig, name: str, state: State) -> None:
    """An outcome that is still looked into is no end."""
    executing = await rig.executing()
    await WRITES[name](rig.store, replace(executing, state=state, verify_until=executing.expires_at))
    assert await rig.holder_of("task-1") == executing.id


@every_write
async def test_an_end_leaves_the_task_to_its_new_holder(rig: Rig, write: Write) -> None:
    """Writing an ended deletion again must not free the task for a third."""
    ended = await rig.store.hold(replace(await rig.executing(), state=State.DELETED))
    successor = await rig.requested()
    await write(rig.store, ended)
    assert await rig.holder_of("task-1") == successor.id
