"""Who may ask for a deletion, and where."""

import pytest

from bot.domain.confirmation import Confirmation, Safeguards, SecondStep
from bot.domain.identity import SlackUser
from bot.domain.operators import Known, Profile, Unseen
from bot.domain.policy import Permission, Policy, Reason

OPEN = Policy("T1", {"U1": "alice", "U2": "bob"})
FOR_U1 = Policy("T1", {"U1": "alice", "U2": "bob"}, users=frozenset({"U1"}))
IN_C1 = Policy("T1", {"U1": "alice", "U2": "bob"}, channels=frozenset({"C1"}))
NARROW = Policy("T1", {"U1": "alice", "U2": "bob"}, users=frozenset({"U1"}), channels=frozenset({"C1"}))
NOBODY = Policy("T1")
MEMBER = Known(Profile("T1"))
TEAMLESS = Policy("", {"U1": "alice"})

ALICE = Permission(Reason.ALLOWED, "alice")
BOB = Permission(Reason.ALLOWED, "bob")


@pytest.mark.parametrize(
    ("policy", "user", "channel", "permission"),
    [
        (OPEN, SlackUser("T1", "U1"), "C1", ALICE),
        (OPEN, SlackUser("T1", "U2"), "D1", BOB),
        (OPEN, SlackUser("T1", "U3"), "C1", Permission(Reason.NO_OPERATOR)),
        (OPEN, SlackUser("T2", "U1"), "C1", Permission(Reason.OTHER_TEAM)),
        (OPEN, SlackUser("", "U1"), "C1", Permission(Reason.OTHER_TEAM)),
        (TEAMLESS, SlackUser("", "U1"), "C1", Permission(Reason.OTHER_TEAM)),
        (FOR_U1, SlackUser("T1", "U1"), "C2", ALICE),
        (FOR_U1, SlackUser("T1", "U2"), "C1", Permission(Reason.USER_NOT_ALLOWED)),
        (FOR_U1, SlackUser("T1", "U3"), "C1", Permission(Reason.NO_OPERATOR)),
        (IN_C1, SlackUser("T1", "U2"), "C1", BOB),
        (IN_C1, SlackUser("T1", "U1"), "C2", Permission(Reason.CHANNEL_NOT_ALLOWED)),
        (NARROW, SlackUser("T1", "U1"), "C1", ALICE),
        (NARROW, SlackUser("T1", "U2"), "C2", Permission(Reason.USER_NOT_ALLOWED)),
        (NARROW, SlackUser("T2", "U1"), "C1", Permission(Reason.OTHER_TEAM)),
        (NOBODY, SlackUser("T1", "U1"), "C1", Permission(Reason.NO_OPERATOR)),
    ],
)
def test_permission(policy: Policy, user: SlackUser, channel: str, permission: Permission) -> None:
    """The workspace, the operator, the person, then the channel: the first that fails is the reason."""
    assert policy.permission(user, channel, Known(Profile(user.team))) == permission


def test_a_refusal_names_no_operator() -> None:
    """Only a permission that is given says as whom."""
    assert FOR_U1.permission(SlackUser("T1", "U2"), "C1", MEMBER).operator == ""
    assert not FOR_U1.permission(SlackUser("T1", "U2"), "C1", MEMBER).given
    assert OPEN.permission(SlackUser("T1", "U1"), "C1", MEMBER).given


@pytest.mark.parametrize(
    ("users", "groups", "in_group", "reason"),
    [
        ("", "S1", True, Reason.ALLOWED),
        ("", "S1", False, Reason.USER_NOT_ALLOWED),
        ("", "S1", Unseen.NO_ANSWER, Reason.GROUPS_NOT_CHECKED),
        ("", "S1", Unseen.MAY_NOT_ASK, Reason.GROUPS_NOT_CHECKED),
        ("U1", "S1", Unseen.NO_ANSWER, Reason.ALLOWED),
        ("U1", "S1", False, Reason.ALLOWED),
        ("U2", "S1", True, Reason.ALLOWED),
        ("U2", "S1", False, Reason.USER_NOT_ALLOWED),
        ("U2", "", False, Reason.USER_NOT_ALLOWED),
        ("", "", Unseen.NO_ANSWER, Reason.ALLOWED),
    ],
)
def test_either_list_is_enough(users: str, groups: str, in_group: bool | Unseen, reason: Reason) -> None:  # noqa: FBT001
    """A member of `users` or of `usergroups` may ask; groups that cannot be looked into let nobody in."""
    policy = Policy("T1", {"U1": "alice"}, frozenset({users} - {""}), usergroups=frozenset({groups} - {""}))
    assert policy.permission(SlackUser("T1", "U1"), "C1", Known(Profile("T1"), in_group)).reason is reason


@pytest.mark.parametrize("step", SecondStep)
def test_a_second_person_sees_no_direct_message(step: SecondStep) -> None:
    """Where somebody else has to confirm, nothing can be asked for in a direct message."""
    policy = Policy("T1", {"U1": "alice"}, confirmation=Confirmation(Safeguards(step)))
    reason = Reason.NOBODY_ELSE_SEES if step is SecondStep.SECOND_PERSON else Reason.ALLOWED
    assert policy.may_ask(SlackUser("T1", "U1"), "D1", MEMBER).reason is reason
    assert policy.may_ask(SlackUser("T1", "U1"), "C1", MEMBER).given
