"""What the bot does next with a deletion, and what a call, a look-up and an interruption make of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.brakes import Freeze
from bot.domain.deletion import ENDS, Deletion, Prompt, State
from bot.domain.facts import LookUp as Seen
from bot.domain.facts import Presence
from bot.domain.identity import SlackUser
from bot.domain.next_step import (
    RESULT,
    Close,
    Expire,
    LookUp,
    Recover,
    Redraw,
    Send,
    Show,
    Step,
    Tell,
    Timings,
    Wait,
    after_interruption,
    after_look,
    after_outcome,
    frozen_after_interruption,
    frozen_in_grace,
    mark,
    next_step,
)
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import Text

NOW, EXPIRES_AT = 10_000, 300_000
TIMINGS = Timings()
GONE, EXISTS, UNSEEN = Seen(Presence.GONE), Seen(Presence.EXISTS), Seen(Presence.UNKNOWN, why=Text("HTTP 429."))
SAID = Outcome(
    Verdict.UNKNOWN, "error", "INTERNAL_SERVER_ERROR", why=Text("The service had an internal error."), took=80
)


def deletion(state: State, **changes: object) -> Deletion:
    """One whose prompt has been posted and shows its state."""
    ready = Deletion(
        id="d1",
        task_id="897acf",
        requester=SlackUser("T1", "U1"),
        operator="alice",
        channel="C1",
        state=state,
        requested_at=1_000,
        expires_at=EXPIRES_AT,
        prompt=Prompt("C1", "1.0"),
        drawn=state,
        seen_at=NOW,
    )
    return replace(ready, **changes)  # type: ignore[arg-type]  # the names are the dataclass's own


def told(state: State, *targets: str) -> Deletion:
    """One whose end has been told to `targets`."""
    done = deletion(state)
    return replace(done, told=frozenset(mark(done, target) for target in targets))


@pytest.mark.parametrize(
    ("held", "step"),
    [
        (deletion(State.REQUESTED, prompt=None, drawn=""), Show()),
        (deletion(State.REQUESTED), Wait(EXPIRES_AT)),
        (deletion(State.REVIEWED, drawn="requested"), Redraw()),
        (deletion(State.REVIEWED), Wait(EXPIRES_AT)),
        (deletion(State.REQUESTED, seen_at=EXPIRES_AT - 1), Wait(EXPIRES_AT)),
        (deletion(State.REQUESTED, seen_at=EXPIRES_AT), Expire()),
        (deletion(State.REVIEWED, seen_at=EXPIRES_AT), Expire()),
        (deletion(State.REQUESTED, prompt=None, drawn="", seen_at=EXPIRES_AT), Expire()),
        (deletion(State.EXECUTING, calls=1, drawn="reviewed"), Send()),
        (deletion(State.EXECUTING, calls=2), Recover()),
        (deletion(State.EXECUTING, calls=3, seen_at=EXPIRES_AT), Recover()),
        (deletion(State.EXPIRED, drawn="requested"), Redraw()),
        (deletion(State.EXPIRED), Close()),
        (deletion(State.EXPIRED, prompt=None, drawn=""), Tell(RESULT)),
        (deletion(State.CANCELLED, drawn="reviewed"), Redraw()),
        (deletion(State.CANCELLED), Close()),
        (deletion(State.CANCELLED, prompt=None, drawn=""), Close()),
        (deletion(State.DELETED, drawn="executing"), Redraw()),
        (deletion(State.DELETED), Tell(RESULT)),
        (told(State.DELETED, RESULT), Close()),
        (deletion(State.FAILED), Tell(RESULT)),
        (told(State.FAILED, RESULT), Close()),
        (deletion(State.UNKNOWN, verify_until=90_000, look_at=12_000), Tell(RESULT)),
        (replace(told(State.ACCEPTED, RESULT), verify_until=90_000, look_at=12_000), Wait(12_000)),
        (replace(told(State.ACCEPTED, RESULT), verify_until=90_000, look_at=NOW), LookUp()),
        (deletion(State.UNKNOWN, verify_until=0, drawn="unknown"), Redraw()),
        (
            deletion(State.UNKNOWN, verify_until=0, drawn="unknown.final", told=frozenset({"unknown:result"})),
            Tell(RESULT),
        ),
        (
            deletion(State.UNKNOWN, verify_until=0, drawn="unknown.final", told=frozenset({"unknown.final:result"})),
            Close(),
        ),
    ],
)
def test_the_next_step(held: Deletion, step: Step) -> None:
    """The prompt first, then the announcements, then looking; it closes when all is done and told."""
    assert next_step(held) == step


@pytest.mark.parametrize(
    ("held", "step"),
    [
        (deletion(State.DELETED), Tell(RESULT)),
        (told(State.DELETED, RESULT), Tell("C8")),
        (told(State.DELETED, RESULT, "C8"), Tell("C9")),
        (told(State.DELETED, RESULT, "C8", "C9"), Close()),
        (deletion(State.CANCELLED), Tell("C8")),
        (told(State.EXPIRED, "C8", "C9"), Close()),
        (deletion(State.REQUESTED), Wait(EXPIRES_AT)),
    ],
)
def test_the_channels_of_notify_are_told_of_every_outcome_once(held: Deletion, step: Step) -> None:
    """Each after the conversation itself, and each once; a request alone is no outcome."""
    assert next_step(held, ["C8", "C9"]) == step


@pytest.mark.parametrize("verdict", [Verdict.DELETED, Verdict.FAILED])
def test_a_certain_outcome_ends_it(verdict: Verdict) -> None:
    """Nothing is left to look into."""
    after = after_outcome(deletion(State.EXECUTING, calls=1), Outcome(verdict, took=80), TIMINGS)
    assert after == deletion(State(verdict), calls=1, drawn="executing", outcome=Outcome(verdict, took=80))


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.UNKNOWN])
def test_an_uncertain_outcome_is_looked_into(verdict: Verdict) -> None:
    """From the answer on, for as long as `verify` says."""
    outcome = Outcome(verdict, took=80)
    assert after_outcome(deletion(State.EXECUTING, calls=1), outcome, TIMINGS) == deletion(
        State(verdict),
        calls=1,
        drawn="executing",
        outcome=outcome,
        look_at=NOW + 80 + TIMINGS.look,
        verify_until=NOW + 80 + TIMINGS.verify,
    )


END = 100_000  # until when the deletions below are looked into
IN_TIME, OVER = END - 1, END


@pytest.mark.parametrize(
    ("state", "sighting", "now", "reached", "why"),
    [
        (State.ACCEPTED, GONE, IN_TIME, State.DELETED, "A look-up shows that the task has gone."),
        (State.UNKNOWN, GONE, IN_TIME, State.DELETED, "A look-up shows that the task has gone."),
        (State.UNKNOWN, GONE, OVER, State.DELETED, "A look-up shows that the task has gone."),
        (State.UNKNOWN, EXISTS, OVER, State.FAILED, "The task is still there: nothing was deleted."),
        (State.ACCEPTED, EXISTS, OVER, State.UNKNOWN, "The service took the deletion, but the task is still there."),
        (State.UNKNOWN, UNSEEN, OVER, State.UNKNOWN, "The task could not be looked up: HTTP 429."),
        (State.ACCEPTED, UNSEEN, OVER, State.UNKNOWN, "The task could not be looked up: HTTP 429."),
        (State.UNKNOWN, Seen(Presence.UNKNOWN), OVER, State.UNKNOWN, "The task could not be looked up."),
    ],
)
def test_a_look_up_settles_an_uncertain_outcome(
    state: State, sighting: Seen, now: int, reached: State, why: str
) -> None:
    """Gone is deleted at any time; the rest is said at the end, and what the service had said is still quoted."""
    looked = after_look(deletion(state, seen_at=now, verify_until=END, look_at=now, outcome=SAID), sighting, TIMINGS)
    assert (looked.state, looked.ended, looked.look_at, looked.verify_until) == (reached, True, 0, 0)
    assert looked.outcome is not None
    assert (looked.outcome.verdict, str(looked.outcome.why)) == (Verdict(reached.value), why)
    assert (looked.outcome.status, looked.outcome.http_status) == ("error", "INTERNAL_SERVER_ERROR")
    assert bool(looked.outcome.hint) == (reached is not State.DELETED)


@pytest.mark.parametrize("state", [State.ACCEPTED, State.UNKNOWN])
@pytest.mark.parametrize("sighting", [EXISTS, UNSEEN])
@pytest.mark.parametrize(
    ("looks", "now", "look_at"),
    [(0, NOW, NOW + 4_000), (1, NOW, NOW + 8_000), (3, NOW, NOW + 30_000), (60, NOW, NOW + 30_000), (9, END - 5, END)],
)
def test_until_then_it_looks_again_ever_later(state: State, sighting: Seen, looks: int, now: int, look_at: int) -> None:
    """Each pause is twice the last, at most half a minute, and the last look is at the very end."""
    before = deletion(state, looks=looks, seen_at=now, verify_until=END, outcome=SAID)
    assert after_look(before, sighting, TIMINGS) == replace(before, looks=looks + 1, look_at=look_at)


CONFIRMED_AT = 50_000
FRESH, STALE = CONFIRMED_AT + TIMINGS.resume - 1, CONFIRMED_AT + TIMINGS.resume


@pytest.mark.parametrize(
    ("sighting", "now", "reached", "why"),
    [
        (GONE, FRESH, State.DELETED, "The call was interrupted. A look-up shows that the task has gone."),
        (GONE, STALE, State.DELETED, "The call was interrupted. A look-up shows that the task has gone."),
        (EXISTS, STALE, State.FAILED, "The call was interrupted, and the task is still there: nothing was deleted."),
        (UNSEEN, FRESH, State.UNKNOWN, "The call was interrupted, and the task could not be looked up: HTTP 429."),
        (UNSEEN, STALE, State.UNKNOWN, "The call was interrupted, and the task could not be looked up: HTTP 429."),
        (
            Seen(Presence.UNKNOWN),
            STALE,
            State.UNKNOWN,
            "The call was interrupted, and the task could not be looked up.",
        ),
    ],
)
def test_an_interrupted_call_is_settled_by_a_look_up(sighting: Seen, now: int, reached: State, why: str) -> None:
    """Gone is deleted, still there and long confirmed is failed, and what cannot be told is looked into."""
    settled = after_interruption(
        deletion(State.EXECUTING, calls=2, confirmed_at=CONFIRMED_AT, seen_at=now), sighting, TIMINGS
    )
    assert settled is not None
    assert settled.outcome is not None
    assert (settled.state, settled.outcome.verdict, str(settled.outcome.why)) == (reached, Verdict(reached.value), why)
    assert settled.ended == (reached in ENDS)


def test_an_interrupted_call_is_sent_again_only_where_the_task_is_there_and_the_confirmation_fresh() -> None:
    """That is the one case in which the DELETE may go out a second time."""
    interrupted = deletion(State.EXECUTING, calls=2, confirmed_at=CONFIRMED_AT, seen_at=FRESH)
    assert after_interruption(interrupted, EXISTS, TIMINGS) is None
    never = Timings(resume=0)
    assert after_interruption(replace(interrupted, seen_at=CONFIRMED_AT), EXISTS, never) is not None


@given(
    st.sampled_from([State.ACCEPTED, State.UNKNOWN]),
    st.lists(st.sampled_from([EXISTS, UNSEEN]), min_size=1, max_size=200),
    st.integers(30_000, 3_600_000),
)
def test_looking_always_comes_to_an_end(state: State, seen: list[Seen], verify: int) -> None:
    """Taking each look when it is due, the time is up exactly at `verify_until`, and nothing ever moves backwards."""
    timings = Timings(verify=verify)
    held = after_outcome(deletion(State.EXECUTING, calls=1), Outcome(Verdict(state.value)), timings)
    until = held.verify_until
    for sighting in seen:
        if held.ended:
            break
        assert NOW < held.look_at <= until
        due = replace(held, seen_at=held.look_at)
        held = after_look(due, sighting, timings)
        assert held.ended == (due.seen_at == until)
        assert held.state is not State.DELETED


def test_a_freeze_in_the_grace_ends_it_as_if_somebody_had_stopped_it() -> None:
    """Whoever froze is the one who stopped it; the reason is kept; its prompt is redrawn, and then it is over."""
    scheduled = deletion(State.SCHEDULED, confirmed_at=NOW, send_at=NOW, seen_at=NOW, drawn="scheduled.5")
    admin = SlackUser("T1", "U9")

    stopped = frozen_in_grace(scheduled, Freeze(admin, NOW, "an audit"))

    assert (stopped.state, stopped.canceller, stopped.calls) == (State.CANCELLED, admin, 0)
    assert stopped.outcome is not None
    assert str(stopped.outcome.why) == "Deletions were frozen before it was sent: an audit"
    assert next_step(stopped) == Redraw()
    assert next_step(replace(stopped, drawn="cancelled")) == Close()


def test_an_interrupted_call_that_a_freeze_keeps_from_being_sent_again_is_looked_into() -> None:
    """The first sending may have been executed: nobody claims that it was not."""
    interrupted = deletion(State.EXECUTING, confirmed_at=NOW, calls=2, seen_at=NOW)

    frozen = frozen_after_interruption(interrupted, TIMINGS)

    assert (frozen.state, frozen.verify_until) == (State.UNKNOWN, NOW + TIMINGS.verify)
    assert not frozen.ended
    assert after_look(replace(frozen, seen_at=frozen.look_at), GONE, TIMINGS).state is State.DELETED
    assert after_look(replace(frozen, seen_at=frozen.verify_until), EXISTS, TIMINGS).state is State.FAILED
