"""Who may ask for a deletion, and where."""

import pytest

from bot.domain.operators import SlackUser
from bot.domain.policy import Permission, Policy, Reason

OPEN = Policy("T1", {"U1": "alice", "U2": "bob"})
FOR_U1 = Policy("T1", {"U1": "alice", "U2": "bob"}, users=frozenset({"U1"}))
IN_C1 = Policy("T1", {"U1": "alice", "U2": "bob"}, channels=frozenset({"C1"}))
NARROW = Policy("T1", {"U1": "alice", "U2": "bob"}, users=frozenset({"U1"}), channels=frozenset({"C1"}))
NOBODY = Policy("T1")
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
    assert policy.permission(user, channel) == permission


def test_a_refusal_names_no_operator() -> None:
    """Only a permission that is given says as whom."""
    assert FOR_U1.permission(SlackUser("T1", "U2"), "C1").operator == ""
    assert not FOR_U1.permission(SlackUser("T1", "U2"), "C1").given
    assert OPEN.permission(SlackUser("T1", "U1"), "C1").given
