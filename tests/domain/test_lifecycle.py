"""The table of transitions: every row can happen, nothing else can, and the documentation shows it."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from bot.domain import still_confirmed
from bot.domain.access import Identity
from bot.domain.after_call import after_call, after_look, late_answer
from bot.domain.before_call import before_call, before_confirming, no_longer_allowed
from bot.domain.confirmations import KINDS
from bot.domain.decision import decide
from bot.domain.deletion import Confirmation, Deletion
from bot.domain.lifecycle import (
    AWAITING_CONFIRMATION,
    ENDED,
    LOOKED_INTO,
    TRANSITIONS,
    Action,
    EventKind,
    Requirement,
    State,
    Transition,
    diagram,
    possible,
    transition,
)
from bot.domain.outcome import Outcome, Verdict
from bot.domain.recovery import after_interruption, interrupted
from bot.domain.refusal import Reason, Refused
from bot.domain.rules import Safeguards
from bot.domain.step import Step
from bot.domain.text import text
from bot.domain.timings import Timings
from bot.domain.waiting import expired, launched, nobody_else_sees, shown_first, stopped_by_freeze
from tests.domain.samples import ALICE, BOB, EXISTS, FREEZE, GONE, PEOPLE, UNSEEN, deletion

TIMINGS = Timings()
ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"


def decided() -> Iterator[Transition]:
    """Every row that a person's action takes."""
    for state, action, kind, grace, confirmers in product(State, Action, KINDS, (0, 5_000), (1, 2)):
        safeguards = Safeguards(second_step=kind, grace=grace, confirmers=confirmers, break_glass=True)
        for by in (ALICE, BOB):
            given = (Confirmation(by, PEOPLE[by].operator),) if action is Action.WITHDRAW else ()
            held = deletion(state, safeguards=safeguards, confirmations=given)
            requester = Identity(ALICE, "alice")
            admin = replace(PEOPLE[by], admin=True)
            found = decide(held, action, admin, safeguards, requester=requester, typed=held.name, why="prod is down")
            if found.transition is not None:
                yield found.transition


def stepped() -> Iterator[Transition]:
    """Every row that the bot's own steps take, each tried from wherever it may be taken."""
    steps: list[Step | Deletion | None] = []
    for state in AWAITING_CONFIRMATION:
        held = deletion(state, shown=None)
        steps += [expired(held), nobody_else_sees(held), shown_first(held, GONE), shown_first(held, EXISTS)]
    scheduled, executing = deletion(State.SCHEDULED, freeze=FREEZE), deletion(State.EXECUTING, freeze=FREEZE)
    changed = replace(EXISTS, facts=replace(EXISTS.facts, branch="release"))
    steps += [before_confirming(deletion(State.REVIEWED), found) for found in (EXISTS, GONE, UNSEEN, changed)]
    by_others = Safeguards(second_step="second_person")
    steps.append(still_confirmed.objection(deletion(State.EXECUTING), PEOPLE, by_others))
    steps += [launched(scheduled), stopped_by_freeze(scheduled), stopped_by_freeze(executing)]
    steps += [no_longer_allowed(executing, Refused(Reason.GUEST)), interrupted(executing, text("why"), TIMINGS)]
    for found, seen in product((EXISTS, GONE, UNSEEN), (False, True)):
        steps.append(before_call(executing, found))
        again = deletion(State.EXECUTING, calls=2, seen=seen)
        steps.append(after_interruption(again, found, TIMINGS))
        for state, verify_until in product(LOOKED_INTO, (1, 2**40)):
            steps.append(after_look(deletion(state, seen=seen, verify_until=verify_until), found))
    steps += [after_call(executing, Outcome(verdict), TIMINGS) for verdict in Verdict]
    steps += [late_answer(deletion(state), Outcome(verdict), sends=1) for state, verdict in product(State, Verdict)]
    for step in steps:
        if isinstance(step, Step):
            yield step.transition


def test_every_row_can_happen_and_nothing_else_does() -> None:
    """What decisions and steps lead to is the table, no more and no less."""
    taken = {*decided(), *stepped()}
    assert taken <= set(TRANSITIONS)
    assert [row for row in TRANSITIONS if row not in taken] == []


def test_no_row_stands_twice() -> None:
    """From a state an action leads to another by one row."""
    steps = [(row.source, row.action, row.target) for row in TRANSITIONS]
    assert len(steps) == len(set(steps))


@pytest.mark.parametrize("state", State)
def test_every_state_is_reached_and_left_unless_it_is_an_end(state: State) -> None:
    """What has ended is only ever corrected by a late answer."""
    assert state is State.REQUESTED or any(row.target is state for row in TRANSITIONS)
    leaving = {row.action for row in TRANSITIONS if row.source is state}
    assert leaving <= {Action.CORRECT} if state in ENDED else leaving


def test_nothing_is_called_without_two_confirmations() -> None:
    """Every way to EXECUTING leads over a review and a confirmation; the call itself over the lease and the freeze."""
    into = [row for row in TRANSITIONS if row.target is State.EXECUTING and row.source is not State.EXECUTING]
    assert {(row.source, row.action) for row in into} == {
        (State.REVIEWED, Action.CONFIRM),
        (State.REVIEWED, Action.BREAK_GLASS),
        (State.SCHEDULED, Action.LAUNCH),
    }
    assert {row.source for row in TRANSITIONS if row.target is State.SCHEDULED} == {State.REVIEWED}
    assert {row.source for row in TRANSITIONS if row.target is State.REVIEWED} == {
        State.REQUESTED,
        State.REVIEWED,
        State.SCHEDULED,
        State.EXECUTING,  # a confirmation has lapsed
    }
    call = transition(State.EXECUTING, Action.CALL, State.EXECUTING)
    assert set(call.requires) == {Requirement.LEASE_HELD, Requirement.NOT_FROZEN}


def test_every_confirmation_asks_for_the_time_the_freeze_and_the_dwell() -> None:
    """And the last one for the limits; in one order, so that people hear of the same obstacle first."""
    for row in TRANSITIONS:
        if row.action is Action.CONFIRM:
            counted = row.target is not State.REVIEWED
            assert row.requires[:3] == (Requirement.NOT_EXPIRED, Requirement.NOT_FROZEN, Requirement.DWELLED)
            assert (Requirement.WITHIN_LIMITS in row.requires) is counted


def test_what_keeps_a_task_is_never_stopped_by_a_freeze_or_a_limit() -> None:
    """Whoever asks to stop is heard."""
    for row in TRANSITIONS:
        if row.action in {Action.CANCEL, Action.DECLINE, Action.STOP, Action.WITHDRAW}:
            assert set(row.requires) <= {Requirement.NOT_EXPIRED}


def test_an_end_is_an_event_of_its_own() -> None:
    """Whoever reads the log sees which it was."""
    for row in TRANSITIONS:
        if row.action is Action.SETTLE:
            assert row.event is EventKind(row.target.value)


def test_what_is_not_in_the_table_must_not_happen() -> None:
    """It is an error of the program, not a state."""
    with pytest.raises(KeyError):
        transition(State.REQUESTED, Action.CONFIRM, State.EXECUTING)
    assert not possible(State.DELETED, Action.CANCEL)
    assert possible(State.SCHEDULED, Action.STOP)


def test_the_diagram_shows_every_row() -> None:
    """And every end, and where it begins."""
    drawn = diagram()
    assert drawn.startswith("stateDiagram-v2\n    [*] --> requested: request\n")
    for row in TRANSITIONS:
        assert any(
            line.startswith(f"    {row.source} --> {row.target}: ") and row.action in line.split(": ")[1].split(", ")
            for line in drawn.splitlines()
        )
    for state in ENDED:
        assert f"    {state} --> [*]\n" in drawn


@pytest.mark.skipif(not ARCHITECTURE.exists(), reason="docs/architecture.md is still to be written")
def test_the_documentation_shows_the_diagram_of_the_code() -> None:
    """It was not drawn by hand."""
    assert diagram() in ARCHITECTURE.read_text()
