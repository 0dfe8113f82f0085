"""Every decision: who x what x in which state x how sure x what is known of the requester x what was typed x when.

The expectation is a ladder of objections, in the order in which a person is to hear of them: the first that holds is
the reason, and if none does, the action leads on. Whether someone may do anything at all is asked before
(tests/domain/test_access.py).
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import Identity
from bot.domain.confirmations import KINDS
from bot.domain.decision import Decision, decide
from bot.domain.deletion import Confirmation, Deletion, Prompt
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import AWAITING_CONFIRMATION, ENDED, TRANSITIONS, Action, Requirement, State
from bot.domain.refusal import Reason
from bot.domain.rules import ReasonPolicy, Safeguards, strictest
from tests.domain.samples import ALICE, BOB, CAROL, EXPIRES_AT, FREEZE, NOW, PEOPLE, deletion

PEOPLES = [
    Action.REVIEW,
    Action.CONFIRM,
    Action.WITHDRAW,
    Action.BREAK_GLASS,
    Action.CANCEL,
    Action.DECLINE,
    Action.STOP,
]
KEEPING = {Action.CANCEL, Action.DECLINE, Action.STOP}
NEEDS_OTHERS = {Action.REVIEW, Action.CONFIRM, Action.BREAK_GLASS}
NAME = "webshop-frontend"
GRACE = 5_000
LEADS_TO = {
    (State.REQUESTED, Action.REVIEW): State.REVIEWED,
    (State.REVIEWED, Action.CONFIRM): State.EXECUTING,
    (State.REVIEWED, Action.BREAK_GLASS): State.EXECUTING,  # see test_still_confirmed.py
    (State.REVIEWED, Action.WITHDRAW): State.REVIEWED,
    (State.SCHEDULED, Action.WITHDRAW): State.REVIEWED,
    (State.SCHEDULED, Action.STOP): State.CANCELLED,
    **{
        (state, action): State.CANCELLED
        for state in AWAITING_CONFIRMATION
        for action in (Action.CANCEL, Action.DECLINE)
    },
}


class Case(NamedTuple):
    """One row, in names."""

    by: SlackUser
    action: Action
    state: State
    kind: str
    grace: int
    renamed: bool  # the requester's operator is not the one it was asked for with
    barred: bool  # the requester may no longer ask
    ephemeral: bool
    typed: str | None
    frozen: bool
    now: int


def cases(action: Action, kind: str) -> Iterator[Case]:
    """All rows of an action under a second step."""
    booleans = (False, True)
    rest = product(
        (0, GRACE), booleans, booleans, booleans, (None, NAME, NAME.upper()), booleans, (4_999, NOW, EXPIRES_AT)
    )
    for (by, state), others in product(product((ALICE, BOB), State), list(rest)):
        yield Case(by, action, state, kind, *others)


def expected(case: Case) -> State | Reason:
    """The first objection, or where the action leads."""
    by_others = case.kind == "second_person"
    theirs = case.by == ALICE or case.action is Action.STOP
    theirs = theirs or (by_others and case.state is not State.REQUESTED)
    confirms = case.action is Action.CONFIRM
    leads = LEADS_TO.get((case.state, case.action))
    sent = case.state in (State.EXECUTING, State.ACCEPTED, State.UNKNOWN)
    ladder = [
        (Reason.NOT_REVIEWED if by_others else Reason.NOT_REQUESTER, not theirs),
        (Reason.OPERATOR_CHANGED, case.by == ALICE and case.renamed and case.action not in KEEPING),
        (Reason.TOO_LATE, leads is None and case.action in KEEPING and sent),
        (Reason.OTHER_STATE, leads is None),
        (Reason.EXPIRED, case.state in AWAITING_CONFIRMATION and case.now == EXPIRES_AT),
        (Reason.NOT_CONFIRMED_BY_YOU, case.action is Action.WITHDRAW and _withdraws_nothing(case)),
        (Reason.NOBODY_ELSE_SEES, by_others and case.ephemeral and case.action in NEEDS_OTHERS),
        (Reason.NO_BREAK_GLASS, case.action is Action.BREAK_GLASS),
        (Reason.REQUESTER_BARRED, confirms and by_others and (case.renamed or case.barred)),
        (Reason.NOT_YOURSELF, confirms and by_others and case.by == ALICE),
        (Reason.NAME_NOT_TYPED, confirms and case.kind == "typed" and case.typed is None),
        (Reason.WRONG_CASE, confirms and case.kind == "typed" and case.typed == NAME.upper()),
        (Reason.FROZEN, confirms and case.frozen),
        (Reason.TOO_SOON, confirms and case.now == 4_999),
    ]
    for reason, holds in ladder:
        if holds:
            return reason
    assert leads is not None
    return State.SCHEDULED if case.grace and leads is State.EXECUTING else leads


def _withdraws_nothing(case: Case) -> bool:
    return case.state is State.REVIEWED or case.by != ALICE  # only Alice has confirmed what is scheduled


def before(case: Case) -> Deletion:
    """The deletion that someone acts on."""
    return deletion(
        case.state,
        prompt=Prompt("C1", "" if case.ephemeral else "1.1"),
        safeguards=Safeguards(second_step=case.kind, grace=case.grace),
        freeze=FREEZE if case.frozen else None,
        read_at=case.now,
    )


def decided(case: Case, *, by_settings: bool = False) -> Decision:
    """What the bot decides; by the deletion's own safeguards, or by those of the settings."""
    asked = before(case)
    of_now = asked.safeguards if by_settings else Safeguards()
    if by_settings:
        asked = replace(asked, safeguards=Safeguards())
    alice = Identity(ALICE, "alice.new" if case.renamed else "alice")
    by = alice if case.by == ALICE else PEOPLE[case.by]
    return decide(asked, case.action, by, of_now, requester=None if case.barred else alice, typed=case.typed)


def outcome(decision: Decision) -> State | Reason:
    """Where it leads, or why it does not."""
    return decision.reason if decision.lifecycle is None else decision.lifecycle.state


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("action", PEOPLES)
def test_every_decision(action: Action, kind: str) -> None:
    """With its reason, or where it leads and by which row of the table."""
    for case in cases(action, kind):
        decision = decided(case)
        assert outcome(decision) == expected(case), case
        if decision.transition is None:
            assert decision.lifecycle is None
            continue
        row = decision.transition
        assert row in TRANSITIONS
        assert (row.source, row.action, row.target) == (case.state, case.action, outcome(decision))


@pytest.mark.parametrize("kind", KINDS)
def test_it_makes_no_difference_whose_safeguards_they_are(kind: str) -> None:
    """The deletion's own, or those of settings that have become stricter since."""
    for case in cases(Action.CONFIRM, kind):
        assert outcome(decided(case, by_settings=True)) == expected(case), case


def test_the_table_meets_every_reason() -> None:
    """Each reason that an action can have comes up here or below, so no rung of the ladder is idle."""
    met = {expected(case) for action, kind in product(PEOPLES, KINDS) for case in cases(action, kind)}
    below = {
        Reason.SAME_OPERATOR,
        Reason.ALREADY_CONFIRMED,
        Reason.OPERATOR_CONFIRMED,
        Reason.PROTECTED,
        Reason.REASON_MISSING,
        Reason.WRONG_NAME,
    }
    assert {reason for reason in met if isinstance(reason, Reason)} & below == set()
    assert {
        Reason.NOT_REQUESTER,
        Reason.NOT_REVIEWED,
        Reason.OPERATOR_CHANGED,
        Reason.TOO_LATE,
        Reason.OTHER_STATE,
        Reason.EXPIRED,
        Reason.NOT_CONFIRMED_BY_YOU,
        Reason.NOBODY_ELSE_SEES,
        Reason.REQUESTER_BARRED,
        Reason.NOT_YOURSELF,
        Reason.NAME_NOT_TYPED,
        Reason.WRONG_CASE,
        Reason.TOO_SOON,
        Reason.FROZEN,
    } <= met


# --- dwell ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [(0, False), (0.15, False), (0.3, False), (1.0, False), (1.9, False), (2.0, True), (2.1, True)],
)
def test_a_double_click_is_no_confirmation(seconds: float, counts: bool) -> None:
    """The second confirmation counts from two seconds after its button was shown."""
    shown_at = 50_000
    clicked = deletion(State.REVIEWED, confirmable_at=shown_at + 2_000, read_at=shown_at + round(seconds * 1_000))
    decision = decide(clicked, Action.CONFIRM, PEOPLE[ALICE], Safeguards(dwell=2_000))
    assert outcome(decision) == (State.EXECUTING if counts else Reason.TOO_SOON)


def test_before_the_button_was_shown_nothing_counts() -> None:
    """Whenever it comes: a click by someone who cannot have seen it."""
    never_shown = deletion(State.REVIEWED, confirmable_at=0, read_at=EXPIRES_AT - 1)
    assert outcome(decide(never_shown, Action.CONFIRM, PEOPLE[ALICE], Safeguards())) == Reason.TOO_SOON


def test_a_review_begins_the_wait_for_the_button() -> None:
    """It counts from when it is drawn, not from the click before."""
    decision = decide(deletion(State.REQUESTED, confirmable_at=1), Action.REVIEW, PEOPLE[ALICE], Safeguards())
    assert decision.lifecycle is not None
    assert decision.lifecycle.confirmable_at == 0


# --- what a confirmation leaves -------------------------------------------------------------------------------------


def test_a_confirmation_says_who_when_and_from_when_on_it_may_be_sent() -> None:
    """With a grace it waits; without one it is taken up at once."""
    reviewed = deletion(State.REVIEWED)
    at_once = decide(reviewed, Action.CONFIRM, PEOPLE[ALICE], Safeguards()).lifecycle
    assert at_once == replace(
        reviewed.lifecycle,
        state=State.EXECUTING,
        confirmations=(Confirmation(ALICE, "alice"),),
        confirmed_at=NOW,
        calls=1,
    )
    waiting = decide(reviewed, Action.CONFIRM, PEOPLE[ALICE], Safeguards(grace=GRACE)).lifecycle
    assert waiting == replace(at_once, state=State.SCHEDULED, calls=0, send_at=NOW + GRACE)


@pytest.mark.parametrize("action", sorted(KEEPING))
def test_an_end_says_who_how_and_when(action: Action) -> None:
    """A stop is not a cancellation, and a decline is neither."""
    state = State.SCHEDULED if action is Action.STOP else State.REVIEWED
    decision = decide(deletion(state), action, PEOPLE[ALICE], Safeguards())
    assert decision.lifecycle is not None
    lifecycle = decision.lifecycle
    assert (lifecycle.ended_by, lifecycle.ended_how, lifecycle.ended_at) == (ALICE, action, NOW)


def test_an_old_cancel_button_does_not_claim_that_it_was_sent() -> None:
    """In the grace nothing has been: it can still be stopped."""
    decision = decide(deletion(State.SCHEDULED), Action.CANCEL, PEOPLE[ALICE], Safeguards())
    assert decision.reason is Reason.OTHER_STATE


@pytest.mark.parametrize(
    ("of_deletion", "of_settings", "reason", "objection"),
    [
        (Safeguards(protect=True), Safeguards(), "why", Reason.PROTECTED),
        (Safeguards(), Safeguards(protect=True), "why", Reason.PROTECTED),
        (Safeguards(), Safeguards(reason=ReasonPolicy.REQUIRED), "", Reason.REASON_MISSING),
        (Safeguards(reason=ReasonPolicy.REQUIRED), Safeguards(), "", Reason.REASON_MISSING),
        (Safeguards(reason=ReasonPolicy.REQUIRED), Safeguards(), "why", None),
        (Safeguards(second_step="second_person"), Safeguards(second_step="button"), "", Reason.NOT_YOURSELF),
        (Safeguards(second_step="button"), Safeguards(second_step="typed"), "", Reason.NAME_NOT_TYPED),
        (Safeguards(second_step="three_people"), Safeguards(), "", Reason.NOT_YOURSELF),
    ],
)
def test_the_stricter_safeguard_counts(
    of_deletion: Safeguards, of_settings: Safeguards, reason: str, objection: Reason | None
) -> None:
    """Restarting the bot with others loosens nothing, and what has become stricter counts at once."""
    reviewed = deletion(State.REVIEWED, safeguards=of_deletion, reason=reason)
    decision = decide(reviewed, Action.CONFIRM, PEOPLE[ALICE], of_settings, requester=PEOPLE[ALICE])
    assert outcome(decision) == (objection or State.EXECUTING)


@pytest.mark.parametrize("typed", ["webshop", ""])
def test_a_wrong_name_is_no_confirmation(typed: str) -> None:
    """Nor an empty one."""
    reviewed = deletion(State.REVIEWED, safeguards=Safeguards(second_step="typed"))
    assert outcome(decide(reviewed, Action.CONFIRM, PEOPLE[ALICE], Safeguards(), typed=typed)) == Reason.WRONG_NAME


# --- N of M ---------------------------------------------------------------------------------------------------------


def of_others(confirmers: int, *given: SlackUser, **changes: object) -> Deletion:
    """A deletion that so many others have to confirm, and some of them have."""
    return deletion(
        State.REVIEWED,
        safeguards=Safeguards(second_step="second_person", confirmers=confirmers),
        confirmations=tuple(Confirmation(user, PEOPLE[user].operator) for user in given),
        **changes,
    )


@pytest.mark.parametrize(
    ("confirmers", "given", "by", "result"),
    [
        (1, (), PEOPLE[BOB], State.EXECUTING),
        (2, (), PEOPLE[BOB], State.REVIEWED),
        (2, (BOB,), PEOPLE[CAROL], State.EXECUTING),
        (2, (BOB,), PEOPLE[BOB], Reason.ALREADY_CONFIRMED),
        (2, (BOB,), Identity(BOB, "bob.new"), Reason.ALREADY_CONFIRMED),
        (2, (BOB,), Identity(CAROL, "bob"), Reason.OPERATOR_CONFIRMED),
        (2, (BOB,), Identity(CAROL, "BOB"), Reason.OPERATOR_CONFIRMED),
        (2, (BOB,), PEOPLE[ALICE], Reason.NOT_YOURSELF),
        (2, (BOB,), Identity(CAROL, "alice"), Reason.SAME_OPERATOR),
        (2, (BOB,), Identity(CAROL, "Alice"), Reason.SAME_OPERATOR),
        (3, (BOB,), PEOPLE[CAROL], State.REVIEWED),
    ],
)
def test_so_many_others_have_to_confirm(
    confirmers: int, given: tuple[SlackUser, ...], by: Identity, result: State | Reason
) -> None:
    """Each of them once, none of them the requester, and no operator twice."""
    decision = decide(of_others(confirmers, *given), Action.CONFIRM, by, Safeguards(), requester=PEOPLE[ALICE])
    assert outcome(decision) == result
    if decision.lifecycle is not None:
        assert len(decision.lifecycle.confirmations) == len(given) + 1
        counted = Requirement.WITHIN_LIMITS in (decision.transition.requires if decision.transition else ())
        assert counted is (result is not State.REVIEWED)


def test_a_confirmation_can_be_taken_back() -> None:
    """One's own, before the last and in the grace; the others' stay."""
    decision = decide(of_others(3, BOB, CAROL), Action.WITHDRAW, PEOPLE[BOB], Safeguards())
    assert decision.lifecycle is not None
    assert [each.user for each in decision.lifecycle.confirmations] == [CAROL]
    scheduled = replace(deletion(State.SCHEDULED, send_at=60_000), safeguards=of_others(2).safeguards)
    scheduled = replace(
        scheduled,
        lifecycle=replace(scheduled.lifecycle, confirmations=of_others(2, BOB, CAROL).lifecycle.confirmations),
    )
    decision = decide(scheduled, Action.WITHDRAW, PEOPLE[CAROL], Safeguards())
    assert decision.lifecycle is not None
    lifecycle = decision.lifecycle
    assert (lifecycle.state, lifecycle.confirmed_at, lifecycle.send_at) == (State.REVIEWED, 0, 0)
    assert [each.user for each in lifecycle.confirmations] == [BOB]


# --- any order ------------------------------------------------------------------------------------------------------

SAFEGUARDS = [
    Safeguards(),
    Safeguards(second_step="typed"),
    Safeguards(second_step="second_person"),
    Safeguards(second_step="second_person", confirmers=2),
    Safeguards(grace=GRACE),
    Safeguards(second_step="second_person", grace=GRACE),
    Safeguards(protect=True),
]
acts = st.lists(
    st.tuples(
        st.sampled_from(PEOPLES),
        st.sampled_from([*PEOPLE.values(), Identity(ALICE, "alice.new"), Identity(CAROL, "bob")]),
        st.integers(0, 100_000),
        st.sampled_from(SAFEGUARDS),
        st.sampled_from([PEOPLE[ALICE], None]),
        st.sampled_from([None, "", NAME, NAME.upper(), "897acf"]),
        st.sampled_from([None, None, FREEZE]),
    ),
    max_size=14,
)


@given(acts, st.sampled_from(SAFEGUARDS))
def test_no_call_without_two_confirmations_by_people_allowed_at_each(
    acted: list[tuple[Action, Identity, int, Safeguards, Identity | None, str | None, object]], own: Safeguards
) -> None:
    """Whatever holds at each moment: the requester's review, then the second step as it then is, both in time."""
    held, steps = deletion(State.REQUESTED, safeguards=own), list[Action]()
    for action, by, pause, safeguards, requester, typed, freeze in acted:
        held = replace(held, read_at=held.read_at + pause, freeze=freeze)  # type: ignore[arg-type]  # a Freeze or None
        decision = decide(held, action, by, safeguards, requester=requester, typed=typed)
        if decision.lifecycle is None:
            continue
        strict = strictest(own, safeguards)
        if action in (Action.REVIEW, Action.CONFIRM):
            assert held.read_at < EXPIRES_AT
            steps.append(action)
        if action is Action.REVIEW:
            assert by == PEOPLE[ALICE]
        if action is Action.CONFIRM:
            assert freeze is None
            assert held.lifecycle.confirmable_at
            assert not strict.protect
            assert (by == PEOPLE[ALICE]) is (strict.second_step != "second_person")
            assert typed in (NAME, "897acf") or strict.second_step != "typed"
            assert requester is not None or strict.second_step != "second_person"
        if decision.lifecycle.state in (State.SCHEDULED, State.EXECUTING):
            confirmations = decision.lifecycle.confirmations
            assert Action.REVIEW in steps
            assert len({each.user for each in confirmations}) == len(confirmations) >= 1
            if strict.second_step == "second_person":
                assert len(confirmations) >= strict.confirmers
        held = replace(held, lifecycle=decision.lifecycle)
        if held.state is State.REVIEWED and action is Action.REVIEW:  # the button is shown
            held = replace(held, lifecycle=replace(held.lifecycle, confirmable_at=held.read_at + strict.dwell))
    if held.state in (State.EXECUTING, State.SCHEDULED):
        assert steps[0] is Action.REVIEW
        assert Action.CONFIRM in steps


@pytest.mark.parametrize("action", sorted(set(Action) - set(PEOPLES)))
@pytest.mark.parametrize("state", State)
def test_the_bot_s_own_actions_are_nobody_s(state: State, action: Action) -> None:
    """Whatever an action ID says, no click settles, launches or expires a deletion, or confirms it by another name."""
    decision = decide(deletion(state), action, PEOPLE[ALICE], Safeguards())
    assert decision == Decision(Reason.OTHER_STATE)


@given(acts)
def test_what_has_ended_stays_as_it_is(
    acted: list[tuple[Action, Identity, int, Safeguards, Identity | None, str | None, object]],
) -> None:
    """No action of a person revives it."""
    for state, (action, by, _, safeguards, requester, typed, _freeze) in product(ENDED, acted):
        assert decide(deletion(state), action, by, safeguards, requester=requester, typed=typed).lifecycle is None
