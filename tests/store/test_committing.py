"""What `commit` must keep: what a write requires holds at its moment, or nothing is written; an end frees its task."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.deletions.ports import Change, Close, ConflictError, Hold, Rest, Then
from bot.domain.after_call import after_call
from bot.domain.audit import of_deletion
from bot.domain.deletion import Confirmation, Deletion, Delivery, Prompt
from bot.domain.errors import NotRecordedError
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.lifecycle import ENDED, Action, Requirement, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.rate_limits import Limits
from bot.domain.rules import Safeguards
from bot.domain.text import Moment, text
from bot.domain.waiting import expired, launched, stopped_by_freeze
from tests.store.rig import (
    ADMIN,
    ALICE,
    BOB,
    GRACE,
    PROMPT,
    TIMINGS,
    Rig,
    acting,
    calling,
    conflict_of,
    obstacle,
    stepping,
)

THENS: dict[str, Then] = {"hold": Hold(), "rest": Rest(2**45), "close": Close()}
every_then = pytest.mark.parametrize("then", THENS.values(), ids=THENS)
DELETED = Outcome(Verdict.DELETED, "success", "OK", took=80)


def everything_changed(deletion: Deletion, state: State) -> Deletion:
    """The deletion with everything changed that may change."""
    lifecycle = replace(
        deletion.lifecycle,
        state=state,
        confirmations=(Confirmation(ALICE, "alice"), Confirmation(BOB, "bob")),
        confirmed_at=1,
        send_at=2,
        called_at=3,
        calls=4,
        sends=5,
        looks=6,
        look_at=7,
        verify_until=8,
        seen=True,
        outcome=Outcome(Verdict.ACCEPTED, "success", "ACCEPTED", why=text("at {when}", when=Moment(5)), took=1_200),
    )
    shown = LookUp(Presence.EXISTS, TaskFacts(name="checks", issues={"critical": 1}))
    delivery = Delivery(
        prompt=Prompt("C0QUALITY"), rendered="executing", notified=frozenset({"accepted:result", "a:C0"}), attempts=6
    )
    return replace(deletion, lifecycle=lifecycle, delivery=delivery, before=deletion.shown, shown=shown)


@every_then
async def test_everything_that_may_change_is_written(rig: Rig, then: Then) -> None:
    """And comes back as it was, under a new version."""
    executing = await rig.executing()
    after = everything_changed(executing, State.DELETED if then == Close() else State.ACCEPTED)
    written = await rig.store.commit(Change(executing, after, then=then))
    assert written == replace(after, version=executing.version + 1, read_at=written.read_at)
    assert await rig.unchanged(written)


async def test_a_write_tells_the_freeze_and_the_time_of_its_moment(rig: Rig) -> None:
    """So that what is drawn next is true."""
    requested = await rig.requested()
    freeze, _ = await rig.freezes.freeze(ADMIN, "an audit")
    written = await rig.store.commit(Change(requested, requested))
    assert written.freeze == freeze
    assert written.read_at >= freeze.at


@every_then
async def test_what_another_has_written_since_is_not_overwritten(rig: Rig, then: Then) -> None:
    """A process that was stopped and wakes up is fenced: nothing changes, neither the deletion nor when it is due."""
    called = await rig.called()
    await rig.pass_time(TIMINGS.call_lease)
    (taken,) = await rig.store.take_due()
    due_at = await rig.due_at(taken)
    stale = stepping(after_call(called, DELETED, TIMINGS), called, then)
    conflict = await conflict_of(rig.store, stale)
    assert conflict.requirement is Requirement.SAME_VERSION
    assert conflict.latest is not None
    assert conflict.latest == replace(taken, read_at=conflict.latest.read_at)
    assert await rig.unchanged(taken)
    assert await rig.due_at(taken) == due_at
    assert await rig.holder_of("task-1") == taken.id


@every_then
async def test_a_late_copy_of_ones_own_earlier_write_changes_nothing(rig: Rig, then: Then) -> None:
    """What was written since must not be undone by a copy that took longer on its way."""
    executing = await rig.executing()
    held = await rig.store.commit(Change(executing, executing))
    drawn = replace(held, delivery=replace(held.delivery, rendered="executing"))
    await rig.store.commit(Change(held, drawn))
    assert await obstacle(rig.store, Change(executing, executing, then=then)) is Requirement.SAME_VERSION
    assert (await rig.read(executing)).delivery.rendered == "executing"


@every_then
async def test_what_has_vanished_is_not_written(rig: Rig, then: Then) -> None:
    """Redis was emptied: no half of a deletion comes back."""
    executing = await rig.executing()
    await rig.redis.delete(*[key async for key in rig.redis.scan_iter(f"{rig.prefix}:*")])
    conflict = await conflict_of(rig.store, Change(executing, executing, then=then))
    assert (conflict.requirement, conflict.latest) == (Requirement.SAME_VERSION, None)
    assert await rig.redis.exists(rig.keys.deletion(executing.id), rig.keys.due) == 0


async def test_what_redis_has_lost_can_be_restored(rig: Rig) -> None:
    """An answer that comes after all is written with all that its holder knows, held, with an event."""
    called = await rig.called()
    await rig.redis.delete(*[key async for key in rig.redis.scan_iter(f"{rig.prefix}:*")])
    step = after_call(called, DELETED, TIMINGS)
    restored = await rig.store.restore(step.deletion, of_deletion(step.deletion, step.transition.event))
    assert replace(restored, read_at=0) == replace(step.deletion, version=called.version + 1, read_at=0)
    assert await rig.unchanged(restored)
    assert await rig.due_at(restored) == restored.read_at + TIMINGS.talk_lease
    assert await rig.events() == ["deleted"]


async def test_what_redis_has_not_lost_is_not_restored(rig: Rig) -> None:
    """It is there after all, and stays as it is."""
    called = await rig.called()
    step = after_call(called, DELETED, TIMINGS)
    with pytest.raises(ConflictError):
        await rig.store.restore(step.deletion, of_deletion(step.deletion, step.transition.event))
    assert await rig.unchanged(called)


# --- each requirement, by a write that needs it ---------------------------------------------------------------------


async def test_an_action_in_another_state_is_not_written(rig: Rig) -> None:
    """A click decided on what was read before someone else's is decided again, on what is there now."""
    requested = await rig.requested()
    reviewed = await rig.act(requested, Action.REVIEW)
    conflict = await conflict_of(rig.store, acting(requested, Action.CANCEL))
    assert conflict.requirement is Requirement.SAME_VERSION
    assert conflict.latest is not None
    assert conflict.latest.state is State.REVIEWED
    assert await rig.unchanged(reviewed)
    assert await rig.events() == ["requested", "reviewed"]


@pytest.mark.parametrize("action", [Action.CONFIRM, Action.CANCEL, Action.DECLINE])
async def test_an_action_that_comes_too_late_is_not_written(rig: Rig, action: Action) -> None:
    """From `expires_at` on by Redis's clock nothing is confirmed or cancelled; the deletion stays due, to expire."""
    reviewed = await rig.reviewed()
    decided_in_time = acting(reviewed, action)
    await rig.pass_time(TIMINGS.ttl)
    assert await obstacle(rig.store, decided_in_time) is Requirement.NOT_EXPIRED
    assert (await rig.read(reviewed)).state is State.REVIEWED
    assert await rig.due_at(reviewed) is not None


async def test_an_action_just_in_time_is_written(rig: Rig) -> None:
    """The whole of `ttl` can be used."""
    reviewed = await rig.reviewed()
    await rig.pass_time(TIMINGS.ttl - 60_000)
    assert (await rig.act(await rig.read(reviewed), Action.CONFIRM)).state is State.EXECUTING


async def test_a_request_does_not_expire_before_its_time(rig: Rig) -> None:
    """A replica that read the clock of another moment cannot end it."""
    reviewed = await rig.reviewed()
    early = expired(replace(reviewed, read_at=reviewed.lifecycle.expires_at))
    assert await obstacle(rig.store, stepping(early, reviewed)) is Requirement.EXPIRED
    await rig.pass_time(TIMINGS.ttl)
    late = await rig.read(reviewed)
    assert (await rig.step(expired(late), late)).state is State.EXPIRED


async def test_a_slip_is_not_written(rig: Rig) -> None:
    """The second confirmation counts from the dwell on, by Redis's clock at the moment of the write."""
    reviewed = await rig.act(await rig.requested(safeguards=Safeguards(dwell=2_000)), Action.REVIEW)
    drawn = replace(reviewed, delivery=replace(reviewed.delivery, prompt=PROMPT, rendered=reviewed.appearance))
    shown = await rig.store.commit(Change(reviewed, drawn, confirmable_in=2_000))
    assert shown.lifecycle.confirmable_at == shown.read_at + 2_000
    assert await rig.unchanged(shown)
    decided_by_another_clock = acting(replace(shown, read_at=shown.read_at + 2_000), Action.CONFIRM)
    assert await obstacle(rig.store, decided_by_another_clock) is Requirement.DWELLED
    await rig.pass_time(2_000)
    assert (await rig.store.commit(decided_by_another_clock)).state is State.EXECUTING


async def test_before_the_delete_button_was_shown_no_confirmation_counts(rig: Rig) -> None:
    """Whatever its sender believes."""
    reviewed = await rig.act(await rig.requested(), Action.REVIEW)
    believed_shown = replace(reviewed, lifecycle=replace(reviewed.lifecycle, confirmable_at=1))
    assert await obstacle(rig.store, acting(believed_shown, Action.CONFIRM)) is Requirement.DWELLED


async def test_a_freeze_between_the_steps_refuses_the_confirmation(rig: Rig) -> None:
    """It says who, when and why; a cancellation is still written."""
    reviewed = await rig.reviewed()
    freeze, _ = await rig.freezes.freeze(ADMIN, "an audit")
    conflict = await conflict_of(rig.store, acting(reviewed, Action.CONFIRM))
    assert (conflict.requirement, conflict.freeze) == (Requirement.NOT_FROZEN, freeze)
    assert conflict.latest is not None
    assert conflict.latest.freeze == freeze
    assert (await rig.read(reviewed)).state is State.REVIEWED
    await rig.act(reviewed, Action.CANCEL)


async def test_a_freeze_in_the_grace_stops_the_call(rig: Rig) -> None:
    """The launch is refused with who froze, and nothing of it is written."""
    held = await rig.scheduled()
    await rig.pass_time(GRACE)
    freeze, _ = await rig.freezes.freeze(ADMIN, "an audit")
    conflict = await conflict_of(rig.store, stepping(launched(held), held))
    assert (conflict.requirement, conflict.freeze) == (Requirement.NOT_FROZEN_SINCE, freeze)
    found = await rig.read(held)
    assert (found.state, found.lifecycle.calls, found.version) == (State.SCHEDULED, 0, held.version)
    assert "launched" not in await rig.events()


async def test_a_freeze_that_ended_before_the_confirmation_stops_nothing(rig: Rig) -> None:
    """The call is taken up as if nothing had been, and nothing is stopped in its name."""
    await rig.freezes.freeze(ADMIN, "an audit")
    await rig.freezes.unfreeze(ADMIN)
    await asyncio.sleep(0.002)  # Redis's clock has gone on by a millisecond
    held = await rig.scheduled()
    await rig.pass_time(GRACE)
    held = await rig.read(held)
    assert held.freeze is None
    assert await obstacle(rig.store, stepping(stopped_by_freeze(held), held)) is Requirement.FROZEN_SINCE
    assert (await rig.step(launched(held), held)).state is State.EXECUTING


async def test_a_freeze_in_the_grace_counts_after_it_has_ended(rig: Rig) -> None:
    """An unfreeze within the grace does not let the call go off, whoever was too slow to stop it in between."""
    held = await rig.scheduled()
    freeze, _ = await rig.freezes.freeze(ADMIN, "an audit")
    await rig.freezes.unfreeze(ADMIN)
    assert await obstacle(rig.store, stepping(launched(held), held)) is Requirement.NOT_FROZEN_SINCE
    await rig.pass_time(GRACE)
    held = await rig.read(held)
    assert held.freeze is not None
    assert held.freeze.by == freeze.by
    assert await obstacle(rig.store, stepping(launched(held), held)) is Requirement.NOT_FROZEN_SINCE
    assert (await rig.step(stopped_by_freeze(held), held)).state is State.CANCELLED


async def test_what_a_freeze_stopped_is_kept_with_who_froze(rig: Rig) -> None:
    """Whoever draws the prompt after a crash can still say it; the task is free, and the log gives the reason."""
    held = await rig.scheduled()
    await rig.freezes.freeze(ADMIN, "an audit")
    frozen = await rig.read(held)
    await rig.step(stopped_by_freeze(frozen), frozen)
    found = await rig.read(held)
    assert (found.state, found.lifecycle.ended_by, found.lifecycle.ended_how) == (
        State.CANCELLED,
        ADMIN,
        Action.FREEZE,
    )
    assert await rig.holder_of("task-1") is None
    last = (await rig.audit.latest())[0]
    assert [last.get(name) for name in ("kind", "who", "reason", "requester")] == [
        "stopped",
        "bot",
        "frozen",
        "U0ALICE",
    ]


async def test_only_a_freeze_stops_as_a_freeze(rig: Rig) -> None:
    """What is about to be sent is not stopped by a freeze that is over, let alone by none."""
    held = await rig.executing()
    assert await obstacle(rig.store, stepping(stopped_by_freeze(held), held)) is Requirement.FROZEN
    await rig.freezes.freeze(ADMIN, "an audit")
    frozen = await rig.read(held)
    await rig.freezes.unfreeze(ADMIN)
    assert await obstacle(rig.store, stepping(stopped_by_freeze(frozen), frozen)) is Requirement.FROZEN
    await rig.freezes.freeze(ADMIN, "an audit")
    assert (await rig.step(stopped_by_freeze(frozen), frozen)).state is State.CANCELLED


@pytest.mark.parametrize("again", [False, True], ids=["the first", "after an interruption"])
async def test_a_freeze_stops_each_sending(rig: Rig, again: bool) -> None:
    """It is not recorded as called; unfrozen, it goes on."""
    held = await (rig.interrupted() if again else rig.executing())
    before = await rig.events()
    freeze, _ = await rig.freezes.freeze(ADMIN, "an audit")
    conflict = await conflict_of(rig.store, calling(held))
    assert (conflict.requirement, conflict.freeze) == (Requirement.NOT_FROZEN, freeze)
    assert await rig.events() == [*before, "frozen"]
    await rig.freezes.unfreeze(ADMIN)
    called = await rig.store.commit(calling(held))
    assert (await rig.events())[-1] == ("called_again" if again else "called")
    assert called.lifecycle.sends == (2 if again else 1)


async def test_a_freeze_leaves_the_outcome_of_a_call_alone(rig: Rig) -> None:
    """What became of a call is recorded, frozen or not: it has been sent."""
    called = await rig.called()
    await rig.freezes.freeze(ADMIN, "an audit")
    await rig.step(after_call(called, DELETED, TIMINGS), called)
    assert (await rig.read(called)).lifecycle.outcome == DELETED


async def test_whoever_has_slept_through_the_lease_sends_nothing(rig: Rig) -> None:
    """Even if nobody has taken it over yet: the version is still the same, but the lease is not."""
    executing = await rig.executing()
    await rig.pass_time(TIMINGS.call_lease)
    assert await obstacle(rig.store, calling(executing)) is Requirement.LEASE_HELD
    assert await rig.unchanged(await rig.read(executing))
    assert "called" not in await rig.events()


async def test_a_grace_is_waited_for(rig: Rig) -> None:
    """By Redis's clock."""
    held = await rig.scheduled()
    assert held.lifecycle.send_at == held.lifecycle.confirmed_at + GRACE
    assert held.lifecycle.calls == 0
    assert await obstacle(rig.store, stepping(launched(held), held)) is Requirement.GRACE_OVER
    await rig.pass_time(GRACE)
    held = await rig.read(held)
    assert (await rig.step(launched(held), held)).lifecycle.calls == 1


async def test_what_is_confirmed_does_not_expire(rig: Rig) -> None:
    """A grace may reach beyond the time to confirm: it can still be stopped, and says by whom."""
    held = await rig.scheduled()
    await rig.pass_time(TIMINGS.ttl)
    stopped = await rig.act(await rig.read(held), Action.STOP, BOB)
    assert (stopped.state, stopped.lifecycle.ended_by) == (State.CANCELLED, BOB)


async def test_a_stop_before_the_call_fences_it(rig: Rig) -> None:
    """Whoever was about to send finds that the deletion is no longer theirs."""
    held = await rig.scheduled()
    await rig.pass_time(GRACE)
    due = await rig.read(held)
    await rig.act(due, Action.STOP, BOB)
    assert await obstacle(rig.store, stepping(launched(due), due)) is Requirement.SAME_VERSION


async def test_a_stop_after_the_call_has_been_taken_up_is_not_written(rig: Rig) -> None:
    """It finds the deletion under way."""
    held = await rig.scheduled()
    await rig.pass_time(GRACE)
    due = await rig.read(held)
    await rig.step(launched(due), due)
    conflict = await conflict_of(rig.store, acting(due, Action.STOP, BOB))
    assert conflict.latest is not None
    assert (conflict.latest.state, conflict.latest.lifecycle.ended_by) == (State.EXECUTING, None)


async def test_a_limit_refuses_the_confirmation(rig: Rig) -> None:
    """It says which limit, and from when on there is room."""
    store = rig.another_store(limits=Limits(per_hour=1))
    first, second = await rig.reviewed("task-1"), await rig.reviewed("task-2")
    await store.commit(acting(first, Action.CONFIRM))
    conflict = await conflict_of(store, acting(second, Action.CONFIRM))
    assert conflict.requirement is Requirement.WITHIN_LIMITS
    assert conflict.limit is not None
    assert (conflict.limit.limit, conflict.limit.per_person) == (1, False)
    assert (await rig.read(second)).state is State.REVIEWED


# --- leases and ends ------------------------------------------------------------------------------------------------


async def state_of(rig: Rig, state: State) -> tuple[Deletion, Callable[[], Awaitable[Deletion]]]:
    """A deletion, and what brings it to `state`."""
    match state:
        case State.REVIEWED:
            requested = await rig.requested()
            return requested, lambda: rig.act(requested, Action.REVIEW)
        case State.CANCELLED | State.EXECUTING:
            reviewed = await rig.reviewed()
            return reviewed, lambda: rig.act(reviewed, Action.CANCEL if state.value == "cancelled" else Action.CONFIRM)
        case State.EXPIRED:
            reviewed = await rig.reviewed()
            await rig.pass_time(TIMINGS.ttl)
            late = await rig.read(reviewed)
            return late, lambda: rig.step(expired(late), late)
        case _:
            called = await rig.called()
            outcome = Outcome(Verdict(state.value))
            return called, lambda: rig.step(after_call(called, outcome, TIMINGS), called)


REACHED = [State.REVIEWED, State.EXECUTING, State.CANCELLED, State.EXPIRED, *map(State, Verdict)]


@pytest.mark.parametrize("state", REACHED)
async def test_holding_goes_on_for_a_fresh_lease(rig: Rig, state: State) -> None:
    """By the state that is written, from now on: a call takes longer than talking does."""
    _, reach = await state_of(rig, state)
    reached = await reach()
    lease = TIMINGS.call_lease if state is State.EXECUTING else TIMINGS.talk_lease
    assert reached.state is state
    assert await rig.due_at(reached) == reached.read_at + lease


@pytest.mark.parametrize("state", REACHED)
async def test_an_end_frees_its_task_and_nothing_else_does(rig: Rig, state: State) -> None:
    """As soon as it is written; an outcome that is still looked into is no end."""
    _, reach = await state_of(rig, state)
    reached = await reach()
    assert await rig.holder_of("task-1") == (None if state in ENDED else reached.id)


@every_then
async def test_an_end_leaves_the_task_to_its_new_holder(rig: Rig, then: Then) -> None:
    """Writing an ended deletion again must not free the task for a third."""
    ended = await rig.act(await rig.requested(), Action.CANCEL)
    successor = await rig.requested()
    await rig.store.commit(Change(ended, ended, then=then))
    assert await rig.holder_of("task-1") == successor.id


async def test_resting_makes_it_due_when_asked(rig: Rig) -> None:
    """Not before, and for whoever comes first; it can be acted on all the while."""
    reviewed = await rig.reviewed()
    resting = await rig.store.commit(Change(reviewed, reviewed, then=Rest(reviewed.lifecycle.expires_at)))
    assert await rig.due_at(resting) == reviewed.lifecycle.expires_at
    assert (await rig.act(resting, Action.CONFIRM)).state is State.EXECUTING


async def test_a_closed_deletion_is_kept_for_the_retention(rig: Rig) -> None:
    """It is never due again, and goes by itself."""
    cancelled = await rig.act(await rig.requested(), Action.CANCEL)
    closed = await rig.store.commit(Change(cancelled, cancelled, then=Close()))
    assert await rig.due_at(closed) is None
    assert TIMINGS.retention - 60_000 < await rig.redis.pttl(rig.keys.deletion(closed.id)) <= TIMINGS.retention
    assert (await rig.read(closed)).state is State.CANCELLED


async def test_an_end_that_is_not_announced_yet_has_no_ttl(rig: Rig) -> None:
    """Nothing that is still to be said may vanish by itself."""
    cancelled = await rig.act(await rig.requested(), Action.CANCEL)
    assert await rig.redis.ttl(rig.keys.deletion(cancelled.id)) == -1


async def test_each_event_has_the_time_of_its_write(rig: Rig) -> None:
    """By Redis's clock, as the deletion has it."""
    requested = await rig.requested()
    (event,) = await rig.audit.following()
    assert event.at == requested.read_at


async def test_a_key_of_another_kind_stops_the_write_before_its_event(rig: Rig) -> None:
    """The log never tells of what did not happen."""
    reviewed = await rig.reviewed()
    await rig.redis.delete(rig.keys.hour("everyone"))
    await rig.redis.set(rig.keys.hour("everyone"), "not a sorted set", px=60_000)
    with pytest.raises(NotRecordedError):
        await rig.act(reviewed, Action.CONFIRM)
    assert await rig.events() == ["requested", "reviewed"]
    assert await rig.unchanged(reviewed)


async def test_what_is_not_a_step_is_not_recorded(rig: Rig) -> None:
    """Drawing, resting and closing say nothing new."""
    held = await rig.scheduled()
    before = await rig.events()
    resting = await rig.store.commit(Change(held, held, then=Rest(held.lifecycle.send_at)))
    await rig.store.commit(Change(resting, resting))
    assert await rig.events() == before


@pytest.mark.parametrize("requirement", Requirement)
async def test_every_requirement_has_its_condition(rig: Rig, requirement: Requirement) -> None:
    """Whatever a row of the table requires, the store can check; if it does not hold, the store says which it was."""
    requested = await rig.requested()
    try:
        await rig.store.commit(Change(requested, requested, requires=(requirement,)))
    except ConflictError as conflict:
        assert conflict.requirement is requirement  # noqa: PT017 - those that hold raise nothing
        assert await rig.unchanged(requested)
