"""What the bot does next with a deletion: the prompt first, then announcements, then looking; and it always ends."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import next_step as steps
from bot.domain.after_call import after_call, after_look, looked
from bot.domain.before_call import before_call
from bot.domain.deletion import Deletion, Prompt
from bot.domain.facts import LookUp
from bot.domain.freeze import Freeze
from bot.domain.lifecycle import ENDED, LOOKED_INTO, Action, State
from bot.domain.next_step import (
    REQUESTER,
    RESULT,
    Call,
    Close,
    Expire,
    Launch,
    LookAtTask,
    LookUpOutcome,
    NextStep,
    Notify,
    Recover,
    Redraw,
    Show,
    StopForFreeze,
    Wait,
    mark,
    next_step,
    targets,
)
from bot.domain.outcome import Outcome, Verdict
from bot.domain.recovery import after_interruption
from bot.domain.step import Step
from bot.domain.timings import Timings
from bot.domain.waiting import expired, launched, shown_first, stopped_by_freeze
from tests.domain.samples import ADMIN, ALICE, BOB, EXISTS, EXPIRES_AT, FREEZE, GONE, NOW, PROMPT, UNSEEN, deletion

TIMINGS = Timings()


def told(state: State, *to: str, **changes: object) -> Deletion:
    """One whose state has been announced to some."""
    done = deletion(state, **changes)
    return replace(done, delivery=replace(done.delivery, notified=frozenset(mark(done, target) for target in to)))


FROM_ALICE = {"ended_by": ALICE, "ended_how": Action.CANCEL}
SOON = {"verify_until": 90_000, "look_at": 12_000}


@pytest.mark.parametrize(
    ("held", "step"),
    [
        (deletion(State.REQUESTED, prompt=None, rendered=""), Show()),
        (deletion(State.REQUESTED), Wait(EXPIRES_AT)),
        (deletion(State.REQUESTED, shown=None), LookAtTask()),
        (deletion(State.REQUESTED, shown=replace(EXISTS, cut_short=True)), LookAtTask()),
        (deletion(State.REQUESTED, prompt=None, rendered="", shown=None), Show()),
        (deletion(State.REQUESTED, shown=UNSEEN), Wait(EXPIRES_AT)),
        (deletion(State.REVIEWED, rendered="requested"), Redraw()),
        (deletion(State.REVIEWED, rendered="requested", shown=None), Redraw()),
        (deletion(State.REVIEWED), Wait(EXPIRES_AT)),
        (deletion(State.REVIEWED, freeze=FREEZE), Wait(EXPIRES_AT)),
        (deletion(State.REVIEWED, freeze=FREEZE, rendered="reviewed looked up"), Redraw()),
        (deletion(State.REQUESTED, read_at=EXPIRES_AT - 1), Wait(EXPIRES_AT)),
        (deletion(State.REQUESTED, read_at=EXPIRES_AT), Expire()),
        (deletion(State.REVIEWED, read_at=EXPIRES_AT, rendered=""), Expire()),
        (deletion(State.REQUESTED, prompt=None, rendered="", read_at=EXPIRES_AT), Expire()),
        (deletion(State.SCHEDULED, send_at=NOW + 4_000), Wait(NOW + 4_000)),
        (deletion(State.SCHEDULED, send_at=NOW + 12_000), Wait(NOW + 12_000)),
        (deletion(State.SCHEDULED, send_at=NOW + 12_000, rendered="reviewed"), Redraw()),
        (deletion(State.SCHEDULED, send_at=NOW), Launch()),
        (deletion(State.SCHEDULED, send_at=NOW, rendered=""), Launch()),
        (deletion(State.SCHEDULED, send_at=NOW + 12_000, freeze=FREEZE), StopForFreeze()),
        (deletion(State.SCHEDULED, send_at=NOW, freeze=FREEZE), StopForFreeze()),
        (deletion(State.EXECUTING, rendered="reviewed"), Call()),
        (deletion(State.EXECUTING, freeze=FREEZE), StopForFreeze()),
        (deletion(State.EXECUTING, called_at=9_000, calls=2), Recover()),
        (deletion(State.EXECUTING, called_at=9_000, calls=2, freeze=FREEZE), Recover()),
        (deletion(State.EXECUTING, called_at=9_000, calls=3, read_at=EXPIRES_AT), Recover()),
        (deletion(State.EXPIRED, rendered="requested"), Redraw()),
        (deletion(State.EXPIRED), Notify(REQUESTER)),
        (told(State.EXPIRED, REQUESTER), Close()),
        (deletion(State.EXPIRED, prompt=None, rendered=""), Notify(REQUESTER)),
        (deletion(State.CANCELLED, rendered="reviewed", **FROM_ALICE), Redraw()),
        (deletion(State.CANCELLED, **FROM_ALICE), Close()),
        (deletion(State.CANCELLED, prompt=None, rendered="", **FROM_ALICE), Close()),
        (deletion(State.CANCELLED, ended_by=BOB, ended_how=Action.DECLINE), Notify(REQUESTER)),
        (deletion(State.CANCELLED, ended_by=ALICE, ended_how=Action.FREEZE), Notify(REQUESTER)),
        (deletion(State.CANCELLED), Notify(REQUESTER)),
        (deletion(State.DELETED, rendered="executing"), Redraw()),
        (deletion(State.DELETED), Notify(RESULT)),
        (deletion(State.DELETED, prompt=None, rendered=""), Notify(RESULT)),
        (told(State.DELETED, RESULT), Close()),
        (deletion(State.FAILED), Notify(RESULT)),
        (deletion(State.GONE), Notify(RESULT)),
        (told(State.FAILED, RESULT), Close()),
        (deletion(State.UNKNOWN, **SOON), Notify(RESULT)),
        (told(State.ACCEPTED, RESULT, **SOON), Wait(12_000)),
        (told(State.ACCEPTED, RESULT, verify_until=90_000, look_at=NOW), LookUpOutcome()),
        (deletion(State.UNKNOWN_FINAL, rendered="unknown"), Redraw()),
        (replace(told(State.UNKNOWN, RESULT), lifecycle=deletion(State.UNKNOWN_FINAL).lifecycle), Redraw()),
        (told(State.UNKNOWN_FINAL, RESULT), Close()),
    ],
)
def test_the_next_step(held: Deletion, step: NextStep) -> None:
    """Of each, as of its moment."""
    assert next_step(held) == step


@pytest.mark.parametrize(
    ("held", "step"),
    [
        (deletion(State.DELETED), Notify(RESULT)),
        (told(State.DELETED, RESULT), Notify("C8")),
        (told(State.DELETED, RESULT, "C8"), Notify("C9")),
        (told(State.DELETED, RESULT, "C8", "C9"), Close()),
        (deletion(State.CANCELLED, **FROM_ALICE), Notify("C8")),
        (told(State.EXPIRED, REQUESTER, "C8", "C9"), Close()),
        (told(State.UNKNOWN, RESULT, **SOON), Wait(12_000)),
        (deletion(State.REQUESTED), Wait(EXPIRES_AT)),
    ],
)
def test_the_channels_of_notify_are_told_of_every_outcome_once(held: Deletion, step: NextStep) -> None:
    """Each after the conversation itself, and each once; what is not settled yet is no outcome."""
    assert next_step(held, ["C8", "C9"]) == step


def test_an_edit_notifies_nobody() -> None:
    """So whoever asked is told if someone else, a freeze or time ended it, and not if they did it themselves."""
    assert targets(deletion(State.CANCELLED, **FROM_ALICE), []) == []
    for changes in ({"ended_by": BOB, "ended_how": Action.STOP}, {"ended_by": ADMIN, "ended_how": Action.FREEZE}):
        assert targets(deletion(State.CANCELLED, **changes), []) == [REQUESTER]
    assert targets(deletion(State.EXPIRED), []) == [REQUESTER]
    assert targets(deletion(State.DELETED), ["C8"]) == [RESULT, "C8"]


@pytest.mark.parametrize("state", State)
def test_a_freeze_at_each_state(state: State) -> None:
    """It stops what can still be stopped, shows on what waits, and leaves alone what has been sent or has ended."""
    at_rest = told(state, RESULT, REQUESTER, **(SOON if state in LOOKED_INTO else {"send_at": NOW + 4_000}))
    frozen = next_step(replace(at_rest, freeze=FREEZE))
    if state in (State.SCHEDULED, State.EXECUTING):
        assert frozen == StopForFreeze()
    elif state in (State.REQUESTED, State.REVIEWED):
        assert frozen == Redraw()
    else:
        assert frozen == next_step(at_rest)


def test_when_something_else_is_to_be_done_than_what_is_waited_for() -> None:
    """A message that Slack delays must not make a request expire late, nor a grace end late."""
    assert steps.deadline(deletion(State.REVIEWED)) == EXPIRES_AT
    assert steps.deadline(deletion(State.SCHEDULED, send_at=77_000)) == 77_000
    assert steps.deadline(deletion(State.DELETED)) > 10**15


# --- it always ends -------------------------------------------------------------------------------------------------


def taken(held: Deletion, step: NextStep, found: LookUp, verdict: Verdict) -> Deletion:  # noqa: C901 - a case for each
    """The deletion after a step that goes as it should; none takes any time."""
    made: Step | Deletion | None
    match step:
        case Show():
            delivery = replace(held.delivery, prompt=PROMPT, rendered=held.appearance)
            return replace(held, delivery=delivery)
        case Redraw():
            return replace(held, delivery=replace(held.delivery, rendered=held.appearance))
        case Notify(target):
            delivery = replace(held.delivery, notified=held.delivery.notified | {mark(held, target)})
            return replace(held, delivery=delivery)
        case LookAtTask():
            made = shown_first(held, found)
        case Expire():
            made = expired(held)
        case StopForFreeze():
            made = stopped_by_freeze(held)
        case Launch():
            made = launched(held)
        case Call():
            made = before_call(held, found)
            if made.transition.action is Action.CALL:
                made = after_call(made.deletion, Outcome(verdict), TIMINGS)
        case Recover():
            made = after_interruption(held, found, TIMINGS) or after_call(held, Outcome(verdict), TIMINGS)
        case _:
            assert isinstance(step, LookUpOutcome)
            made = after_look(held, found) or looked(held, TIMINGS)
    return made.deletion if isinstance(made, Step) else made


@given(
    state=st.sampled_from(State),
    prompt=st.sampled_from([None, PROMPT, Prompt("C1")]),
    rendered=st.sampled_from(["", "requested", "executing"]),
    shown=st.sampled_from([None, EXISTS, UNSEEN, replace(EXISTS, cut_short=True)]),
    now=st.sampled_from([NOW, EXPIRES_AT, 2**41]),
    freeze=st.sampled_from([None, FREEZE]),
    found=st.sampled_from(
        [EXISTS, GONE, UNSEEN, replace(EXISTS, facts=replace(EXISTS.facts, branch="x"), cut_short=True)]
    ),
    verdict=st.sampled_from(Verdict),
    interrupted=st.booleans(),
    notify=st.lists(st.sampled_from(["C8", "C9"]), unique=True),
)
def test_every_deletion_comes_to_rest(  # noqa: PLR0913, PLR0917 - all that there is
    state: State,
    prompt: Prompt | None,
    rendered: str,
    shown: LookUp | None,
    now: int,
    freeze: Freeze | None,
    found: LookUp,
    verdict: Verdict,
    interrupted: bool,
    notify: Sequence[str],
) -> None:
    """Step by step it waits for something that is yet to come, or is closed; and no step comes twice in a row."""
    called = {"calls": 2, "called_at": 9_000} if interrupted and state is State.EXECUTING else {}
    looking = {"look_at": now, "verify_until": now + 60_000} if state in LOOKED_INTO else {}
    held = deletion(
        state, prompt=prompt, rendered=rendered, shown=shown, read_at=now, freeze=freeze, **called, **looking
    )
    last: NextStep | None = None
    for _ in range(20):
        step = next_step(held, notify)
        if isinstance(step, Wait):
            assert step.until > held.read_at
            assert not held.ended
            return
        if isinstance(step, Close):
            assert held.state in ENDED
            return
        assert step != last, "it goes round"
        held, last = taken(held, step, found, verdict), step
    raise AssertionError(f"it does not come to rest: {held}")
