"""Every decision: who x what x in which state x how sure x what is allowed x what Slack says x where x when.

The expectation is a ladder of objections, in the order in which a person is to hear of them: the first that holds is
the reason, and where none does, the act leads on.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import pytest

from bot.domain.confirmation import Confirmation, Rule, Safeguards, SecondStep
from bot.domain.deletion import Action, Decision, Deletion, Prompt, State, decide
from bot.domain.identity import SlackUser
from bot.domain.operators import Known, Profile, Unseen
from bot.domain.policy import Policy
from bot.domain.reasons import Reason

BUTTON, TYPED, BY_TWO = SecondStep
REVIEW, CONFIRM, CANCEL, STOP = Action
IN_TIME, LATE = 1_999, 2_000
TASK = "897acf"

USERS = {
    "alice": SlackUser("T1", "U1"),  # has asked
    "bob": SlackUser("T1", "U2"),
    "carol": SlackUser("T1", "U3"),  # has no operator
    "stranger": SlackUser("T2", "U1"),  # Slack Connect: Alice's user ID, in another workspace
}
LISTED = {"U1": "alice", "U2": "bob"}
ALLOWING = {
    "everyone": Policy("T1", LISTED),
    "bob alone": Policy("T1", LISTED, users=frozenset({"U2"})),
    "bob's group": Policy("T1", LISTED, usergroups=frozenset({"S1"})),
    "an unseen group": Policy("T1", LISTED, usergroups=frozenset({"S1"})),
    "elsewhere": Policy("T1", LISTED, channels=frozenset({"C9"})),
    "another alice": Policy("T1", LISTED | {"U1": "alice.new"}),
    "no operators": Policy("T1"),
}
MEMBERS: dict[str, Profile | Unseen] = dict.fromkeys(USERS, Profile("T1"))
PROFILES: dict[str, dict[str, Profile | Unseen]] = {
    "members": MEMBERS,
    "alice has left": MEMBERS | {"alice": Profile("T1", deactivated=True)},
    "guests": dict.fromkeys(USERS, Profile("T1", guest=True)),
    "bob is a bot": MEMBERS | {"bob": Profile("T1", bot=True)},
    "nothing": dict.fromkeys(USERS, Unseen.NO_ANSWER),
    "nothing of alice": MEMBERS | {"alice": Unseen.NO_ANSWER},
}

# What bars somebody, in the words of the tables above.
SAID: dict[str, dict[str, Reason]] = {
    "alice has left": {"alice": Reason.DEACTIVATED},
    "guests": dict.fromkeys(USERS, Reason.GUEST),
    "bob is a bot": {"bob": Reason.BOT},
}
UNSEEN = {"nothing": {"alice", "bob", "carol"}, "nothing of alice": {"alice"}}
NOT_ALLOWED: dict[str, dict[str, Reason]] = {
    "bob alone": {"alice": Reason.USER_NOT_ALLOWED},
    "bob's group": {"alice": Reason.USER_NOT_ALLOWED},
    "an unseen group": dict.fromkeys(USERS, Reason.GROUPS_NOT_CHECKED),
    "elsewhere": dict.fromkeys(USERS, Reason.CHANNEL_NOT_ALLOWED),
}
LEADS_TO = {
    (State.REQUESTED, REVIEW): State.REVIEWED,
    (State.REQUESTED, CANCEL): State.CANCELLED,
    (State.REVIEWED, CANCEL): State.CANCELLED,
    (State.REVIEWED, CONFIRM): State.EXECUTING,
    (State.SCHEDULED, STOP): State.CANCELLED,
}


class Case(NamedTuple):
    """One row, in names."""

    who: str
    act: Action
    state: State
    step: SecondStep
    grace: int
    allowing: str
    said: str
    ephemeral: bool
    typed: str | None
    now: int


def cases(act: Action, step: SecondStep) -> Iterator[Case]:
    """All rows of an act under a second step."""
    rest = product((0, 5_000), ALLOWING, PROFILES, (False, True), (None, TASK, TASK.upper()), (IN_TIME, LATE))
    for (who, state), others in product(product(USERS, State), list(rest)):
        yield Case(who, act, state, step, *others)


def barred(case: Case, who: str) -> Reason | None:
    """Why somebody may not delete tasks there."""
    if who == "stranger":
        return Reason.OTHER_TEAM
    has_operator = who != "carol" and case.allowing != "no operators"
    if who in UNSEEN.get(case.said, ()):
        return Reason.NOT_CHECKED if has_operator else Reason.NO_OPERATOR
    if who in SAID.get(case.said, {}):
        return SAID[case.said][who]
    return NOT_ALLOWED.get(case.allowing, {}).get(who) if has_operator else Reason.NO_OPERATOR


def expected(case: Case) -> Decision:
    """The first objection, or where the act leads."""
    who, act, by_two = case.who, case.act, case.step is BY_TWO
    bar = barred(case, who)
    brakes = act in (CANCEL, STOP) and bar in (Reason.NOT_CHECKED, Reason.GROUPS_NOT_CHECKED)
    theirs = who == "alice" or act is STOP or (by_two and act in (CONFIRM, CANCEL) and case.state != "requested")
    renamed = case.allowing == "another alice"
    confirms = act is CONFIRM
    ladder = [
        (bar, bar is not None and not brakes),
        (Reason.NOT_REQUESTER, not theirs),
        (Reason.OPERATOR_CHANGED, who == "alice" and renamed and act in (REVIEW, CONFIRM)),
        (Reason.OTHER_STATE, (case.state, act) not in LEADS_TO),
        (Reason.EXPIRED, case.now == LATE and act is not STOP),
        (Reason.NOBODY_ELSE_SEES, by_two and case.ephemeral and act in (REVIEW, CONFIRM)),
        (Reason.WRONG_TASK_ID, confirms and case.typed == TASK.upper()),
        (Reason.TASK_ID_NOT_TYPED, confirms and case.step is TYPED and case.typed is None),
        (Reason.NOT_YOURSELF, confirms and by_two and who == "alice"),
        (Reason.REQUESTER_BARRED, confirms and by_two and (renamed or barred(case, "alice") is not None)),
    ]
    for reason, holds in ladder:
        if holds and reason is not None:
            return Decision(reason)
    to = LEADS_TO[case.state, act]
    return Decision(Reason.ALLOWED, State.SCHEDULED if case.grace and to is State.EXECUTING else to)


def decided(case: Case, *, by_rule: bool = False) -> Decision:
    """What the bot decides; the same safeguards as the usual ones, or by a rule for the channel."""
    safeguards = Safeguards(case.step, case.grace)
    confirmation = Confirmation(safeguards)
    if by_rule:
        rule = Rule(frozenset({"C1"}), safeguards.second_step, safeguards.grace)
        confirmation = Confirmation(Safeguards(), (rule,))
    policy = replace(ALLOWING[case.allowing], confirmation=confirmation)
    in_group = {name: name == "bob" for name in USERS} if case.allowing == "bob's group" else {}
    known = {
        USERS[name]: Known(profile, in_group.get(name, Unseen.NO_ANSWER))
        for name, profile in PROFILES[case.said].items()
    }
    deletion = Deletion(
        id="d1",
        task_id=TASK,
        requester=USERS["alice"],
        operator="alice",
        channel="C1",
        state=case.state,
        requested_at=1_000,
        expires_at=LATE,
        prompt=Prompt("C1", "" if case.ephemeral else "1700000000.000100"),
    )
    return decide(deletion, case.act, USERS[case.who], case.now, policy, known, case.typed)


@pytest.mark.parametrize("step", SecondStep)
@pytest.mark.parametrize("act", Action)
def test_every_decision(act: Action, step: SecondStep) -> None:
    """The whole decision, with its reason and where it leads."""
    wrong = [(case, found) for case in cases(act, step) if (found := decided(case)) != expected(case)]
    assert not wrong, f"{len(wrong)} of them, first {wrong[0]}, expected {expected(wrong[0][0])}"


def test_a_rule_of_the_channel_decides_as_the_usual_safeguards_would() -> None:
    """It makes no difference by which of the two they hold."""
    rows = [case for case in cases(CONFIRM, BY_TWO) if case.state is State.REVIEWED]
    assert all(decided(case, by_rule=True) == expected(case) for case in rows)


def test_the_table_meets_every_reason() -> None:
    """Each reason that a click can have comes up, so no rung of the ladder is idle."""
    met = {expected(case).reason for act, step in product(Action, SecondStep) for case in cases(act, step)}
    elsewhere = {  # of operators that are not listed, of commands, of what the store refuses, of what is not there
        Reason.MAY_NOT_CHECK,
        Reason.ASKED_TOO_OFTEN,
        Reason.SAME_OPERATOR,
        Reason.OPERATORS_DIFFER,
        Reason.MALFORMED_OPERATOR,
        Reason.NOT_ADMIN,
        Reason.FROZEN,
        Reason.TOO_MANY,
        Reason.UNKNOWN_DELETION,
    }
    assert met == set(Reason) - elsewhere
