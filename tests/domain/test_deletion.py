"""What a click does to a deletion: act x state x who x when, each compared as a whole decision."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.confirmation import Confirmation, Safeguards, SecondStep
from bot.domain.deletion import Action, Decision, Deletion, Prompt, ResponseUrl, State, decide
from bot.domain.identity import SlackUser
from bot.domain.operators import Known, Profile, Unseen
from bot.domain.policy import Policy, Reason

ALICE = SlackUser("T1", "U1")
BOB = SlackUser("T1", "U2")
NO_OPERATOR = SlackUser("T1", "U3")
STRANGER = SlackUser("T2", "U1")  # Slack Connect: Alice's user ID, in somebody else's workspace
POLICY = Policy("T1", {"U1": "alice", "U2": "bob"})
KNOWN = {user: Known(Profile(user.team)) for user in (ALICE, BOB, NO_OPERATOR, STRANGER)}
REQUESTED_AT, EXPIRES_AT = 1_000, 301_000
IN_TIME, LATE = (REQUESTED_AT, EXPIRES_AT - 1), (EXPIRES_AT, EXPIRES_AT + 60_000)

DELETION = Deletion(
    id="d1",
    task_id="897acf",
    requester=ALICE,
    operator="alice",
    channel="C1",
    state=State.REQUESTED,
    requested_at=REQUESTED_AT,
    expires_at=EXPIRES_AT,
)

EDGES = {
    (State.REQUESTED, Action.REVIEW): State.REVIEWED,
    (State.REQUESTED, Action.CANCEL): State.CANCELLED,
    (State.REVIEWED, Action.CONFIRM): State.EXECUTING,
    (State.REVIEWED, Action.CANCEL): State.CANCELLED,
    (State.SCHEDULED, Action.STOP): State.CANCELLED,
}


@pytest.mark.parametrize("now", IN_TIME)
@pytest.mark.parametrize(("state", "act"), list(product(State, Action)))
def test_the_requester_in_time(state: State, act: Action, now: int) -> None:
    """There are four ways on, each from its own state; every other button finds another state than its own."""
    expected = Decision(Reason.ALLOWED, EDGES[state, act]) if (state, act) in EDGES else Decision(Reason.OTHER_STATE)
    assert decide(replace(DELETION, state=state), act, ALICE, now, POLICY, KNOWN) == expected


@pytest.mark.parametrize("now", LATE)
@pytest.mark.parametrize(("state", "act"), list(product(State, Action)))
def test_the_requester_too_late(state: State, act: Action, now: int) -> None:
    """From the last millisecond on nothing is confirmed or cancelled any more."""
    expected = Decision(Reason.EXPIRED if (state, act) in EDGES else Reason.OTHER_STATE)
    if (state, act) == (State.SCHEDULED, Action.STOP):  # what is confirmed does not expire
        expected = Decision(Reason.ALLOWED, State.CANCELLED)
    assert decide(replace(DELETION, state=state), act, ALICE, now, POLICY, KNOWN) == expected


@pytest.mark.parametrize(
    ("by", "policy", "reason"),
    [
        (BOB, POLICY, Reason.NOT_REQUESTER),
        (NO_OPERATOR, POLICY, Reason.NO_OPERATOR),
        (STRANGER, POLICY, Reason.OTHER_TEAM),
        (ALICE, Policy("T1"), Reason.NO_OPERATOR),
        (ALICE, Policy("T1", POLICY.operators, users=frozenset({"U2"})), Reason.USER_NOT_ALLOWED),
        (ALICE, Policy("T1", POLICY.operators, channels=frozenset({"C2"})), Reason.CHANNEL_NOT_ALLOWED),
        (BOB, Policy("T1", POLICY.operators, users=frozenset({"U1"})), Reason.USER_NOT_ALLOWED),
        (BOB, Policy("T1", {"U1": "alice", "U2": "alice"}), Reason.NOT_REQUESTER),
        (STRANGER, Policy("T2", POLICY.operators), Reason.NOT_REQUESTER),  # the bot has moved to their workspace
    ],
    ids=lambda value: str(value) if isinstance(value, Reason) else "",
)
@pytest.mark.parametrize("now", [*IN_TIME, *LATE])
@pytest.mark.parametrize("click", [pair for pair in product(State, Action) if pair[1] is not Action.STOP])
def test_anybody_else_changes_nothing_and_learns_no_state(
    click: tuple[State, Action], now: int, by: SlackUser, policy: Policy, reason: Reason
) -> None:
    """Who may not is told why they may not, the same in every state and at any time."""
    state, act = click
    assert decide(replace(DELETION, state=state), act, by, now, policy, KNOWN) == Decision(reason)


@pytest.mark.parametrize(("state", "act"), [edge for edge in EDGES if edge[1] not in (Action.CANCEL, Action.STOP)])
def test_a_requester_whose_operator_has_changed_cannot_go_on(state: State, act: Action) -> None:
    """Otherwise the prompt would show one operator and the service would note another."""
    renamed = Policy("T1", {"U1": "alice.new"})
    assert decide(replace(DELETION, state=state), act, ALICE, REQUESTED_AT, renamed, KNOWN) == Decision(
        Reason.OPERATOR_CHANGED
    )


@pytest.mark.parametrize("state", [State.REQUESTED, State.REVIEWED])
def test_a_requester_whose_operator_has_changed_can_still_cancel(state: State) -> None:
    """Cancelling calls nothing, and it frees the task to be asked for anew."""
    renamed = Policy("T1", {"U1": "alice.new"})
    decision = decide(replace(DELETION, state=state), Action.CANCEL, ALICE, REQUESTED_AT, renamed, KNOWN)
    assert decision == Decision(Reason.ALLOWED, State.CANCELLED)


clicks = st.lists(
    st.tuples(
        st.sampled_from(Action),
        st.sampled_from([ALICE, BOB, NO_OPERATOR, STRANGER]),
        st.integers(REQUESTED_AT, EXPIRES_AT + 1_000),
        st.sampled_from(
            [POLICY, Policy("T1"), Policy("T1", {"U1": "other"}), Policy("T1", POLICY.operators, frozenset({"U2"}))]
        ),
    ),
    max_size=12,
)


@given(clicks)
def test_nothing_is_executed_but_by_a_review_and_a_confirmation_of_the_requester(
    clicked: list[tuple[Action, SlackUser, int, Policy]],
) -> None:
    """Whatever is clicked by whomever in whatever order: two separate steps, both allowed, both in time."""
    deletion, counted = DELETION, list[Action]()
    for act, by, now, policy in clicked:
        decision = decide(deletion, act, by, now, policy, KNOWN)
        if decision.to is not None:
            assert by == ALICE
            assert policy.permission(by, "C1", KNOWN[by]).given
            assert now < EXPIRES_AT
            deletion = replace(deletion, state=decision.to)
            counted.append(act)
    if deletion.state is State.EXECUTING:
        assert counted == [Action.REVIEW, Action.CONFIRM]
    else:
        assert Action.CONFIRM not in counted


@pytest.mark.parametrize(
    ("state", "verify_until", "ended", "appearance"),
    [
        (State.REQUESTED, 0, False, "requested"),
        (State.REVIEWED, 0, False, "reviewed"),
        (State.EXECUTING, 0, False, "executing"),
        (State.ACCEPTED, 9, False, "accepted"),
        (State.UNKNOWN, 9, False, "unknown"),
        (State.UNKNOWN, 0, True, "unknown.final"),
        (State.DELETED, 0, True, "deleted"),
        (State.FAILED, 0, True, "failed"),
        (State.CANCELLED, 0, True, "cancelled"),
        (State.EXPIRED, 0, True, "expired"),
    ],
)
def test_which_states_are_ends(state: State, verify_until: int, ended: bool, appearance: str) -> None:  # noqa: FBT001
    """An unknown outcome has ended only once nobody looks any more, and then it looks different."""
    deletion = replace(DELETION, state=state, verify_until=verify_until)
    assert (deletion.ended, deletion.appearance) == (ended, appearance)


def test_a_prompt_without_an_address_is_ephemeral() -> None:
    """Only a message with a timestamp can be edited by anybody."""
    assert Prompt("C1").ephemeral
    assert not Prompt("C1", "1700000000.000100").ephemeral


def test_a_response_url_is_not_shown() -> None:
    """Whoever has it can post, so no repr has it."""
    url = "https://hooks.slack.com/commands/T1/2/secret"
    assert "hooks.slack.com" not in repr(ResponseUrl(url, edits_prompt=True))


def care(step: SecondStep = SecondStep.BUTTON, grace: int = 0) -> Policy:
    """POLICY with other safeguards."""
    return Policy("T1", POLICY.operators, confirmation=Confirmation(Safeguards(step, grace)))


TYPED, BY_TWO = care(SecondStep.TYPED), care(SecondStep.SECOND_PERSON)
GONE = KNOWN | {ALICE: Known(Profile("T1", deactivated=True))}
SILENT = KNOWN | {ALICE: Known(Unseen.NO_ANSWER), BOB: Known(Unseen.NO_ANSWER)}


@pytest.mark.parametrize(
    ("state", "act", "by", "policy", "known", "typed", "expected"),
    [
        # typed
        (State.REQUESTED, Action.REVIEW, ALICE, TYPED, KNOWN, None, State.REVIEWED),
        (State.REQUESTED, Action.CONFIRM, ALICE, TYPED, KNOWN, "897acf", Reason.OTHER_STATE),
        (State.REVIEWED, Action.CONFIRM, ALICE, TYPED, KNOWN, None, Reason.TASK_ID_NOT_TYPED),
        (State.REVIEWED, Action.CONFIRM, ALICE, TYPED, KNOWN, "", Reason.WRONG_TASK_ID),
        (State.REVIEWED, Action.CONFIRM, ALICE, TYPED, KNOWN, "897ACF", Reason.WRONG_TASK_ID),
        (State.REVIEWED, Action.CONFIRM, ALICE, TYPED, KNOWN, "897acf0", Reason.WRONG_TASK_ID),
        (State.REVIEWED, Action.CONFIRM, ALICE, TYPED, KNOWN, " 897acf\t", State.EXECUTING),
        (State.REVIEWED, Action.CONFIRM, BOB, TYPED, KNOWN, "897acf", Reason.NOT_REQUESTER),
        (State.REVIEWED, Action.CONFIRM, ALICE, TYPED, GONE, "897acf", Reason.DEACTIVATED),
        (State.REVIEWED, Action.CONFIRM, ALICE, POLICY, KNOWN, "other", Reason.WRONG_TASK_ID),
        # second person
        (State.REQUESTED, Action.REVIEW, BOB, BY_TWO, KNOWN, None, Reason.NOT_REQUESTER),
        (State.REQUESTED, Action.CANCEL, BOB, BY_TWO, KNOWN, None, Reason.NOT_REQUESTER),
        (State.REVIEWED, Action.CONFIRM, ALICE, BY_TWO, KNOWN, None, Reason.NOT_YOURSELF),
        (State.REVIEWED, Action.CONFIRM, BOB, BY_TWO, KNOWN, None, State.EXECUTING),
        (State.REVIEWED, Action.CONFIRM, NO_OPERATOR, BY_TWO, KNOWN, None, Reason.NO_OPERATOR),
        (State.REVIEWED, Action.CONFIRM, STRANGER, BY_TWO, KNOWN, None, Reason.OTHER_TEAM),
        (State.REVIEWED, Action.CONFIRM, BOB, BY_TWO, GONE, None, Reason.REQUESTER_BARRED),
        (State.REVIEWED, Action.CONFIRM, BOB, BY_TWO, {BOB: KNOWN[BOB]}, None, Reason.REQUESTER_BARRED),
        (State.REVIEWED, Action.CANCEL, BOB, BY_TWO, KNOWN, None, State.CANCELLED),
        (State.REVIEWED, Action.CANCEL, ALICE, BY_TWO, KNOWN, None, State.CANCELLED),
        (State.EXECUTING, Action.CONFIRM, BOB, BY_TWO, KNOWN, None, Reason.OTHER_STATE),
        # grace
        (State.REVIEWED, Action.CONFIRM, ALICE, care(grace=5_000), KNOWN, None, State.SCHEDULED),
        (State.REVIEWED, Action.CONFIRM, BOB, care(SecondStep.SECOND_PERSON, 1), KNOWN, None, State.SCHEDULED),
        (State.SCHEDULED, Action.STOP, BOB, POLICY, KNOWN, None, State.CANCELLED),
        (State.SCHEDULED, Action.STOP, NO_OPERATOR, POLICY, KNOWN, None, Reason.NO_OPERATOR),
        (State.SCHEDULED, Action.STOP, STRANGER, POLICY, KNOWN, None, Reason.OTHER_TEAM),
        (State.SCHEDULED, Action.CONFIRM, ALICE, POLICY, KNOWN, None, Reason.OTHER_STATE),
        (State.EXECUTING, Action.STOP, BOB, POLICY, KNOWN, None, Reason.OTHER_STATE),
        # Slack cannot be asked: nothing is confirmed, but whoever is of the workspace may brake
        (State.REQUESTED, Action.REVIEW, ALICE, POLICY, SILENT, None, Reason.NOT_CHECKED),
        (State.REVIEWED, Action.CONFIRM, ALICE, POLICY, SILENT, None, Reason.NOT_CHECKED),
        (State.REVIEWED, Action.CANCEL, ALICE, POLICY, SILENT, None, State.CANCELLED),
        (State.REVIEWED, Action.CANCEL, BOB, POLICY, SILENT, None, Reason.NOT_REQUESTER),
        (State.SCHEDULED, Action.STOP, BOB, POLICY, SILENT, None, State.CANCELLED),
        (State.REVIEWED, Action.CONFIRM, ALICE, POLICY, {}, None, Reason.NOT_CHECKED),
    ],
)
def test_what_each_second_step_takes(  # noqa: PLR0913, PLR0917 - a table
    state: State,
    act: Action,
    by: SlackUser,
    policy: Policy,
    known: dict[SlackUser, Known],
    typed: str | None,
    expected: State | Reason,
) -> None:
    """Who, what, and by which safeguards: the whole decision."""
    decision = decide(replace(DELETION, state=state), act, by, REQUESTED_AT, policy, known, typed)
    wanted = Decision(Reason.ALLOWED, expected) if isinstance(expected, State) else Decision(expected)
    assert decision == wanted


@pytest.mark.parametrize(
    ("state", "act", "by"), [(State.REQUESTED, Action.REVIEW, ALICE), (State.REVIEWED, Action.CONFIRM, BOB)]
)
def test_a_prompt_that_only_the_requester_sees_serves_no_two_people(state: State, act: Action, by: SlackUser) -> None:
    """Drawn under another policy, it goes no further under this one."""
    drawn = replace(DELETION, prompt=Prompt("C1"), state=state)
    assert decide(drawn, act, by, REQUESTED_AT, BY_TWO, KNOWN) == Decision(Reason.NOBODY_ELSE_SEES)


acts = st.lists(
    st.tuples(
        st.sampled_from(Action),
        st.sampled_from([ALICE, BOB, NO_OPERATOR, STRANGER]),
        st.integers(REQUESTED_AT, EXPIRES_AT + 1_000),
        st.sampled_from([POLICY, TYPED, BY_TWO, care(grace=5_000), care(SecondStep.SECOND_PERSON, 9), Policy("T1")]),
        st.sampled_from([KNOWN, GONE, SILENT]),
        st.sampled_from([None, "", "897acf", "897ACF"]),
    ),
    max_size=12,
)


@given(acts)
def test_no_call_without_two_confirmations_by_people_allowed_at_each(
    acted: list[tuple[Action, SlackUser, int, Policy, dict[SlackUser, Known], str | None]],
) -> None:
    """Whatever holds at each moment: the requester's review, then the second step as it then is, both in time."""
    deletion, confirmations = DELETION, list[Action]()
    for act, by, now, policy, known, typed in acted:
        decision = decide(deletion, act, by, now, policy, known, typed)
        if decision.to is None:
            continue
        if act in (Action.REVIEW, Action.CONFIRM):
            assert policy.permission(by, "C1", known[by]).given
            assert now < EXPIRES_AT
            confirmations.append(act)
        if act is Action.CONFIRM:
            step = policy.confirmation.of("C1").second_step
            assert (by == ALICE) is (step is not SecondStep.SECOND_PERSON)
            assert typed == "897acf" or (typed is None and step is not SecondStep.TYPED)
        deletion = replace(deletion, state=decision.to)
    if deletion.state in (State.EXECUTING, State.SCHEDULED):
        assert confirmations == [Action.REVIEW, Action.CONFIRM]


@pytest.mark.parametrize(
    ("left", "appearance", "next_count"),
    [(12_000, "scheduled.20", 10_000), (10_000, "scheduled.10", 5_000), (5_000, "scheduled.5", 0)],
)
def test_a_grace_counts_down_in_steps(left: int, appearance: str, next_count: int) -> None:
    """The prompt is edited a few times, not every second; an ephemeral one only once."""
    deletion = replace(DELETION, state=State.SCHEDULED, send_at=100_000, seen_at=100_000 - left)
    assert (deletion.appearance, deletion.next_count) == (appearance, 100_000 - next_count)
    ephemeral = replace(deletion, prompt=Prompt("C1"))
    assert (ephemeral.appearance, ephemeral.next_count) == ("scheduled", 100_000)
