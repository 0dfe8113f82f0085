"""What follows from what CodeArts Check says: before the call, after it, after an interruption, and too late."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.after_call import after_call, after_look, late_answer, looked
from bot.domain.before_call import before_call, no_longer_allowed
from bot.domain.deletion import Deletion, Returned
from bot.domain.facts import BRANCH_LIMIT, IDENTITY, CheckState, LookUp, Presence, TaskFacts, fingerprint
from bot.domain.lifecycle import ENDED, LOOKED_INTO, Action, State
from bot.domain.outcome import Outcome, Verdict, of_second_send
from bot.domain.recovery import after_interruption, interrupted
from bot.domain.refusal import Reason, Refused
from bot.domain.text import text
from bot.domain.timings import Timings
from bot.domain.waiting import expired, launched, nobody_else_sees, shown_first, stopped_by_freeze
from tests.domain.samples import ADMIN, EXISTS, EXPIRES_AT, FACTS, FREEZE, GONE, NOW, REQUESTED_AT, UNSEEN, deletion

TIMINGS = Timings()
EXECUTING = deletion(State.EXECUTING)
SAID = Outcome(Verdict.UNKNOWN, "error", "INTERNAL_SERVER_ERROR", why=text("An internal error."), took=80)
THROTTLED = LookUp(Presence.UNKNOWN, why=text("HTTP 429"))


def facts_of(**changes: object) -> LookUp:
    """The task, with something else."""
    return LookUp(Presence.EXISTS, replace(FACTS, **changes))  # type: ignore[arg-type]  # the fields' own names


# --- before the call ------------------------------------------------------------------------------------------------


def test_what_is_as_it_was_shown_is_called() -> None:
    """And it is remembered that it was seen."""
    step = before_call(EXECUTING, EXISTS)
    assert step.transition.action is Action.CALL
    assert step.deletion == replace(EXECUTING, lifecycle=replace(EXECUTING.lifecycle, seen=True))


@pytest.mark.parametrize("shown", [EXISTS, UNSEEN, None])
def test_what_has_gone_before_is_gone_and_not_deleted(shown: LookUp | None) -> None:
    """Nobody claims to have done it, and nothing is sent."""
    step = before_call(replace(EXECUTING, shown=shown), GONE)
    assert step.deletion.state is State.GONE
    assert step.deletion.lifecycle.outcome == Outcome(Verdict.GONE, sent=False)
    assert step.deletion.lifecycle.ended_at == NOW


@pytest.mark.parametrize("name", IDENTITY)
def test_what_has_changed_is_reviewed_again(name: str) -> None:
    """Both confirmations are void, the differences are kept, and there is as much time as at first."""
    now = facts_of(**{name: "another"})
    step = before_call(EXECUTING, now)
    lifecycle = step.deletion.lifecycle
    assert step.transition.action is Action.RETURN
    assert (lifecycle.state, lifecycle.returned) == (State.REQUESTED, Returned.CHANGED)
    assert (lifecycle.confirmations, lifecycle.confirmed_at, lifecycle.confirmable_at) == ((), 0, 0)
    assert lifecycle.expires_at == NOW + EXPIRES_AT - REQUESTED_AT
    assert (step.deletion.before, step.deletion.shown) == (EXISTS, now)


@pytest.mark.parametrize("now", [UNSEEN, THROTTLED, *(facts_of(**{name: ""}) for name in IDENTITY)])
def test_what_could_be_read_and_can_no_longer_is_not_called(now: LookUp) -> None:
    """It fails closed, and offers to try again; what was shown stays shown."""
    step = before_call(EXECUTING, now)
    assert step.deletion.lifecycle.returned is Returned.UNREADABLE
    assert (step.deletion.state, step.deletion.shown) == (State.REQUESTED, EXISTS)


@pytest.mark.parametrize("shown", [None, UNSEEN, THROTTLED])
@pytest.mark.parametrize("now", [EXISTS, UNSEEN])
def test_what_could_never_be_read_is_called_all_the_same(shown: LookUp | None, now: LookUp) -> None:
    """The rights to read are optional."""
    step = before_call(replace(EXECUTING, shown=shown), now)
    assert step.transition.action is Action.CALL
    assert step.deletion.lifecycle.seen is (now.presence is Presence.EXISTS)


@pytest.mark.parametrize("changes", [{"check_state": CheckState.RUNNING}, {"branches": BRANCH_LIMIT}])
def test_what_the_service_would_refuse_is_not_sent(changes: dict[str, object]) -> None:
    """It ends as failed, with what to do."""
    step = before_call(EXECUTING, facts_of(**changes))
    assert step.deletion.state is State.FAILED
    assert step.deletion.lifecycle.outcome is not None
    assert not step.deletion.lifecycle.outcome.sent
    assert step.deletion.lifecycle.outcome.why


def test_each_return_gives_as_much_time_as_the_first() -> None:
    """However often it changes."""
    held = EXECUTING
    for number in range(5):
        held = replace(held, read_at=held.read_at + 250_000)
        step = before_call(held, facts_of(branch=f"branch-{number}"))
        assert step.deletion.lifecycle.expires_at == held.read_at + EXPIRES_AT - REQUESTED_AT
        held = replace(step.deletion, lifecycle=replace(step.deletion.lifecycle, state=State.EXECUTING))


names = st.sampled_from(["", "a", "b", "é"])
facts = st.builds(
    TaskFacts,
    **dict.fromkeys(IDENTITY, names),
    branches=st.sampled_from([None, 1, BRANCH_LIMIT]),
    check_state=st.none() | st.sampled_from(CheckState),
    issue_count=st.none() | st.integers(0, 3),
    missing_right=names,
)
look_ups = st.builds(LookUp, st.sampled_from(Presence), facts)


@given(shown=st.none() | look_ups, now=look_ups)
def test_no_call_unless_the_fingerprint_that_was_shown_equals_the_one_read_last(
    shown: LookUp | None, now: LookUp
) -> None:
    """For every task that could be read when it was shown; and none for what has gone or would be refused."""
    step = before_call(replace(EXECUTING, shown=shown), now)
    if step.transition.action is not Action.CALL:
        return
    assert now.presence is not Presence.GONE
    if shown is not None and shown.presence is Presence.EXISTS:
        assert now.presence is Presence.EXISTS
        assert fingerprint(now.facts, like=shown.facts) == fingerprint(shown.facts)
    if now.presence is Presence.EXISTS:
        assert not now.facts.refused_by_service


@given(shown=facts, now=facts)
def test_what_fits_is_called(shown: TaskFacts, now: TaskFacts) -> None:
    """And nothing else keeps it from that: the guard does not refuse what is in order."""
    known = {name: getattr(shown, name) for name in IDENTITY if getattr(shown, name)}
    now = replace(now, **known, branches=None, check_state=None)
    assert fingerprint(now, like=shown) == fingerprint(shown)
    held = replace(EXECUTING, shown=LookUp(Presence.EXISTS, shown))
    assert before_call(held, LookUp(Presence.EXISTS, now)).transition.action is Action.CALL


# --- after the call -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdict", [Verdict.DELETED, Verdict.FAILED, Verdict.GONE])
def test_a_certain_outcome_ends_it(verdict: Verdict) -> None:
    """Nothing is left to look into."""
    outcome = Outcome(verdict, took=80)
    step = after_call(EXECUTING, outcome, TIMINGS)
    lifecycle = replace(EXECUTING.lifecycle, state=State(verdict.value), outcome=outcome, ended_at=NOW)
    assert step.deletion == replace(EXECUTING, lifecycle=lifecycle)


@pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.UNKNOWN])
def test_an_uncertain_outcome_is_looked_into(verdict: Verdict) -> None:
    """From the answer on, for as long as `verify` says."""
    outcome = Outcome(verdict, took=80)
    lifecycle = after_call(EXECUTING, outcome, TIMINGS).deletion.lifecycle
    assert lifecycle == replace(
        EXECUTING.lifecycle,
        state=State(verdict.value),
        outcome=outcome,
        look_at=NOW + 80 + TIMINGS.look,
        verify_until=NOW + 80 + TIMINGS.verify,
    )


@pytest.mark.parametrize("verdict", Verdict)
def test_what_was_sent_again_is_never_said_to_have_failed(verdict: Verdict) -> None:
    """The first DELETE may have done it, or may be at it, whatever the second one meets."""
    again = after_call(deletion(State.EXECUTING, calls=2), Outcome(verdict, code="x"), TIMINGS).deletion
    assert again.state is (State.UNKNOWN if verdict is Verdict.FAILED else State(verdict.value))
    assert of_second_send(Outcome(verdict)).verdict is not Verdict.FAILED


END = 100_000


@pytest.mark.parametrize(
    ("state", "seen", "found", "over", "reached", "why"),
    [
        (State.ACCEPTED, False, GONE, False, State.DELETED, "seen to be gone"),
        (State.ACCEPTED, True, GONE, True, State.DELETED, "seen to be gone"),
        (State.UNKNOWN, True, GONE, False, State.DELETED, "seen to be gone"),
        (State.UNKNOWN, False, GONE, False, State.GONE, ""),
        (State.UNKNOWN, False, GONE, True, State.GONE, ""),
        (State.UNKNOWN, True, EXISTS, True, State.FAILED, "still there"),
        (State.ACCEPTED, True, EXISTS, True, State.UNKNOWN_FINAL, "took the deletion"),
        (State.UNKNOWN, True, THROTTLED, True, State.UNKNOWN_FINAL, "HTTP 429"),
        (State.ACCEPTED, True, THROTTLED, True, State.UNKNOWN_FINAL, "HTTP 429"),
        (State.UNKNOWN, True, UNSEEN, True, State.UNKNOWN_FINAL, "could not be looked up"),
    ],
)
def test_a_look_up_settles_an_uncertain_outcome(  # noqa: PLR0913, PLR0917 - a table
    state: State,
    seen: bool,
    found: LookUp,
    over: bool,
    reached: State,
    why: str,
) -> None:
    """Gone is deleted only if it was seen before, or taken by the service; what the service said is still quoted."""
    held = deletion(state, seen=seen, verify_until=END, look_at=NOW, outcome=SAID, read_at=END if over else END - 1)
    step = after_look(held, found)
    assert step is not None
    lifecycle = step.deletion.lifecycle
    assert (lifecycle.state, lifecycle.ended, lifecycle.look_at, lifecycle.verify_until) == (reached, True, 0, 0)
    assert lifecycle.ended_at == held.read_at
    assert lifecycle.outcome is not None
    assert why in str(lifecycle.outcome.why)
    assert (lifecycle.outcome.status, lifecycle.outcome.http_status) == ("error", "INTERNAL_SERVER_ERROR")
    assert bool(lifecycle.outcome.hint) is (reached in (State.FAILED, State.UNKNOWN_FINAL))


@pytest.mark.parametrize("state", sorted(LOOKED_INTO))
@pytest.mark.parametrize("found", [EXISTS, UNSEEN])
@pytest.mark.parametrize(
    ("looks", "now", "pause"), [(0, NOW, 4_000), (1, NOW, 8_000), (3, NOW, 30_000), (60, NOW, 30_000), (9, END - 5, 5)]
)
def test_until_then_it_looks_again_ever_later(state: State, found: LookUp, looks: int, now: int, pause: int) -> None:
    """Each pause is twice the last, at most half a minute, and the last look is at the very end."""
    held = deletion(state, looks=looks, read_at=now, verify_until=END, outcome=SAID)
    assert after_look(held, found) is None
    lifecycle = looked(held, TIMINGS).lifecycle
    assert lifecycle == replace(held.lifecycle, looks=looks + 1, look_at=now + pause)


@given(
    st.sampled_from([Verdict.ACCEPTED, Verdict.UNKNOWN]),
    st.lists(st.sampled_from([EXISTS, UNSEEN]), min_size=1, max_size=200),
    st.integers(30_000, 3_600_000),
)
def test_looking_always_comes_to_an_end(verdict: Verdict, seen: list[LookUp], verify: int) -> None:
    """Taking each look when it is due, the time is up exactly at `verify_until`, and nothing ever moves backwards."""
    timings = Timings(verify=verify)
    held = after_call(EXECUTING, Outcome(verdict), timings).deletion
    until = held.lifecycle.verify_until
    for found in seen:
        assert NOW < held.lifecycle.look_at <= until
        held = replace(held, read_at=held.lifecycle.look_at)
        step = after_look(held, found)
        assert (step is not None) is (held.read_at == until)
        if step is not None:
            assert step.deletion.state not in (State.DELETED, State.GONE)
            break
        held = looked(held, timings)


# --- after an interruption ------------------------------------------------------------------------------------------

CONFIRMED_AT = 50_000
FRESH, STALE = CONFIRMED_AT + TIMINGS.resume - 1, CONFIRMED_AT + TIMINGS.resume


def interrupted_at(now: int, *, seen: bool = True, send_at: int = 0) -> Deletion:
    """A call that another process began."""
    return deletion(
        State.EXECUTING,
        calls=2,
        sends=1,
        called_at=50_500,
        confirmed_at=CONFIRMED_AT,
        read_at=now,
        seen=seen,
        send_at=send_at,
    )


@pytest.mark.parametrize(
    ("found", "seen", "now", "reached", "why"),
    [
        (GONE, True, FRESH, State.DELETED, "after an interruption"),
        (GONE, True, STALE, State.DELETED, "after an interruption"),
        (GONE, False, FRESH, State.GONE, ""),
        (EXISTS, True, STALE, State.UNKNOWN, "still there"),
        (THROTTLED, True, FRESH, State.UNKNOWN, "HTTP 429"),
        (THROTTLED, True, STALE, State.UNKNOWN, "HTTP 429"),
        (UNSEEN, True, STALE, State.UNKNOWN, "could not be looked up"),
    ],
)
def test_an_interrupted_call_is_settled_by_a_look_up(
    found: LookUp,
    seen: bool,
    now: int,
    reached: State,
    why: str,
) -> None:
    """Gone is deleted if it was seen before; what is still there or cannot be told is looked into."""
    step = after_interruption(interrupted_at(now, seen=seen), found, TIMINGS)
    assert step is not None
    assert step.deletion.state is reached
    assert step.deletion.lifecycle.outcome is not None
    assert why in str(step.deletion.lifecycle.outcome.why)


@pytest.mark.parametrize("send_at", [0, CONFIRMED_AT + 1_000_000])
def test_an_interrupted_call_is_sent_again_only_if_the_task_is_there_and_the_confirmation_fresh(send_at: int) -> None:
    """That is the one case in which a DELETE may go out a second time; a grace counts from its end."""
    late = send_at - CONFIRMED_AT if send_at else 0
    assert after_interruption(interrupted_at(FRESH + late, send_at=send_at), EXISTS, TIMINGS) is None
    assert after_interruption(interrupted_at(STALE + late, send_at=send_at), EXISTS, TIMINGS) is not None
    assert after_interruption(interrupted_at(CONFIRMED_AT), EXISTS, Timings(resume=0)) is not None


@pytest.mark.parametrize(("verify", "until"), [(300_000, NOW + 300_000), (1_000, 8_000 + TIMINGS.call_lease)])
def test_an_interrupted_call_is_looked_into_until_the_longest_call_must_be_over(verify: int, until: int) -> None:
    """The first DELETE may still be on its way: only then is "still there" the last word."""
    held = deletion(State.EXECUTING, calls=2, called_at=8_000)
    lifecycle = interrupted(held, text("why"), Timings(verify=verify)).deletion.lifecycle
    assert (lifecycle.state, lifecycle.verify_until) == (State.UNKNOWN, until)
    assert lifecycle.look_at <= until


# --- too late -------------------------------------------------------------------------------------------------------

DELETED, FAILED = Outcome(Verdict.DELETED, "success", "OK"), Outcome(Verdict.FAILED, "error", code="x")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("sent_again", [False, True])
@pytest.mark.parametrize("verdict", Verdict)
def test_a_late_answer(state: State, sent_again: bool, verdict: Verdict) -> None:
    """A success corrects whatever else was said; a refusal only what nobody knew, if nobody has sent another DELETE."""
    latest = deletion(state, sends=2 if sent_again else 1, verify_until=END, look_at=END)
    step = late_answer(latest, Outcome(verdict, "said"), sends=1)
    corrects = {
        Verdict.DELETED: {
            State.EXECUTING,
            State.UNKNOWN,
            State.ACCEPTED,
            State.UNKNOWN_FINAL,
            State.FAILED,
            State.GONE,
        },
        Verdict.FAILED: set() if sent_again else {State.UNKNOWN, State.UNKNOWN_FINAL},
    }
    assert (step is not None) is (state in corrects.get(verdict, set()))
    if step is not None:
        lifecycle = step.deletion.lifecycle
        assert (lifecycle.state, lifecycle.outcome) == (State(verdict.value), Outcome(verdict, "said"))
        assert (lifecycle.look_at, lifecycle.verify_until, lifecycle.ended_at) == (0, 0, NOW)


@pytest.mark.parametrize("outcome", [DELETED, FAILED])
def test_a_late_answer_to_what_was_never_sent_corrects_nothing(outcome: Outcome) -> None:
    """It says nothing of the service."""
    assert late_answer(deletion(State.UNKNOWN), replace(outcome, sent=False), sends=1) is None


# --- ends without a call --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.SCHEDULED, State.EXECUTING])
def test_a_freeze_ends_what_can_still_be_stopped(state: State) -> None:
    """Whoever froze is the one who stopped it, so an unfreeze cannot let it go off."""
    step = stopped_by_freeze(deletion(state, freeze=FREEZE))
    lifecycle = step.deletion.lifecycle
    assert (lifecycle.state, lifecycle.ended_by, lifecycle.ended_how) == (State.CANCELLED, ADMIN, Action.FREEZE)
    assert lifecycle.ended_at == NOW


def test_a_grace_that_is_over_is_taken_up_once() -> None:
    """From then on nobody can stop it."""
    step = launched(deletion(State.SCHEDULED))
    assert (step.deletion.state, step.deletion.lifecycle.calls) == (State.EXECUTING, 1)


def test_a_request_that_nobody_confirmed_has_expired() -> None:
    """At the time at which that is found."""
    step = expired(deletion(State.REVIEWED, read_at=EXPIRES_AT))
    assert (step.deletion.state, step.deletion.lifecycle.ended_at) == (State.EXPIRED, EXPIRES_AT)


def test_a_permission_that_has_gone_ends_it_before_anything_is_sent() -> None:
    """With why, for support."""
    outcome = no_longer_allowed(EXECUTING, Refused(Reason.DEACTIVATED)).deletion.lifecycle.outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.sent, outcome.code) == (Verdict.FAILED, False, "deactivated")


def test_a_request_that_nobody_else_sees_ends_with_what_to_do() -> None:
    """A second person could never confirm it."""
    lifecycle = nobody_else_sees(deletion(State.REQUESTED)).deletion.lifecycle
    assert lifecycle.state is State.CANCELLED
    assert lifecycle.ended_by is None
    assert lifecycle.outcome is not None
    assert lifecycle.outcome.hint


@pytest.mark.parametrize("state", [State.REQUESTED, State.REVIEWED])
def test_a_task_that_turns_out_to_be_gone_is_not_asked_about(state: State) -> None:
    """The prompt had been posted before the look-up answered; what is there is filled in."""
    gone = shown_first(deletion(state, shown=None), GONE)
    assert not isinstance(gone, Deletion)
    assert gone.deletion.state is State.GONE
    filled = shown_first(deletion(state, shown=None), EXISTS)
    assert isinstance(filled, Deletion)
    assert (filled.shown, filled.lifecycle.confirmable_at) == (EXISTS, 0)


@pytest.mark.parametrize("found", [UNSEEN, replace(UNSEEN, cut_short=True), replace(EXISTS, cut_short=True)], ids=str)
def test_what_is_known_is_kept_when_the_rest_cannot_be_read(found: LookUp) -> None:
    """A second look-up that fails takes nothing off the prompt, nor what a confirmation is bound to; it is the last."""
    filled = shown_first(deletion(State.REQUESTED, shown=replace(EXISTS, cut_short=True)), found)
    assert isinstance(filled, Deletion)
    assert filled.shown == EXISTS


def test_every_end_has_its_time() -> None:
    """By whichever way it is reached."""
    ends = [
        before_call(EXECUTING, GONE),
        expired(deletion(State.REQUESTED)),
        stopped_by_freeze(deletion(State.SCHEDULED, freeze=FREEZE)),
        nobody_else_sees(deletion(State.REQUESTED)),
        no_longer_allowed(EXECUTING, Refused(Reason.GUEST)),
        *(after_call(EXECUTING, outcome, TIMINGS) for outcome in (DELETED, FAILED)),
        *(
            step
            for state, found in product(LOOKED_INTO, (GONE, EXISTS, UNSEEN))
            if (step := after_look(deletion(state, read_at=END, verify_until=END, outcome=SAID), found))
        ),
    ]
    assert all(step.deletion.state in ENDED and step.deletion.lifecycle.ended_at for step in ends)
