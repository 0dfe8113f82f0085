"""The old face of the access policy, until the deletions ask the `Authorizer`."""

import pytest

from bot.domain.confirmation import Confirmation, Safeguards, SecondStep
from bot.domain.identity import SlackUser
from bot.domain.operators import Known, Operator, Profile, Source
from bot.domain.policy import Permission, Policy, Reason

ALICE = SlackUser("T1", "U1")
MEMBER = Known(Profile("T1"))
POLICY = Policy("T1", {"U1": "alice"}, admins=frozenset({"U1"}))


def test_a_refusal_names_no_operator() -> None:
    """Only a permission that is given says as whom."""
    assert POLICY.permission(ALICE, "C1", MEMBER) == Permission(Reason.ALLOWED, "alice")
    assert Policy("T1", {"U1": "alice"}, frozenset({"U2"})).permission(ALICE, "C1", MEMBER).operator == ""


def test_who_somebody_is_does_not_depend_on_the_lists() -> None:
    """`whoami` names the operator of somebody who may not ask."""
    policy = Policy("T1", {"U1": "alice"}, frozenset({"U2"}))
    assert policy.operator(ALICE, MEMBER) == Operator("alice", (Source.LISTED,))
    assert policy.operator(SlackUser("T1", "U3"), MEMBER) is Reason.NO_OPERATOR
    assert policy.operator(SlackUser("T2", "U1"), MEMBER) is Reason.OTHER_TEAM


def test_who_may_freeze() -> None:
    """Admins of the bot's workspace."""
    assert POLICY.may_freeze(ALICE) is Reason.ALLOWED
    assert POLICY.may_freeze(SlackUser("T1", "U2")) is Reason.NOT_ADMIN
    assert POLICY.may_freeze(SlackUser("T2", "U1")) is Reason.OTHER_TEAM


@pytest.mark.parametrize("step", SecondStep)
def test_a_second_person_sees_no_direct_message(step: SecondStep) -> None:
    """If somebody else has to confirm, nothing can be asked for in a direct message."""
    policy = Policy("T1", {"U1": "alice"}, confirmation=Confirmation(Safeguards(step)))
    reason = Reason.NOBODY_ELSE_SEES if step is SecondStep.SECOND_PERSON else Reason.ALLOWED
    assert policy.may_ask(ALICE, "D1", MEMBER).reason is reason
    assert policy.may_ask(ALICE, "C1", MEMBER).given
