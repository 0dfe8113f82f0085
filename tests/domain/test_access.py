"""Who may ask, confirm, stop and freeze, and where."""

from dataclasses import replace
from itertools import product

import pytest

from bot.domain.access import AccessPolicy, Identity
from bot.domain.identity import SlackUser
from bot.domain.installation import Installation
from bot.domain.operators import Operators, Source
from bot.domain.profile import DirectoryEntry, Profile, Unseen
from bot.domain.refusal import UNCHECKED, Reason, Refusal
from bot.domain.text import Channel, Several

TWO = Operators({"U1": "alice", "U2": "bob"})
OPEN = AccessPolicy(Installation("T1"), TWO)
FOR_U1 = replace(OPEN, users=frozenset({"U1"}))
IN_C1 = replace(OPEN, channels=frozenset({"C1"}))
NARROW = replace(FOR_U1, channels=frozenset({"C1"}))
NOBODY = AccessPolicy(Installation("T1"))
TEAMLESS = AccessPolicy(Installation(""), TWO)
DERIVED = replace(OPEN, operators=Operators(email_domain="example.com"))
GRID = replace(OPEN, installation=Installation("T1", "E1"), admins=frozenset({"W1"}))
GROUP = replace(OPEN, usergroups=frozenset({"S1"}))
MEMBER = DirectoryEntry(Profile("T1"))
U1, U2, U3 = (SlackUser("T1", user_id) for user_id in ("U1", "U2", "U3"))
BARRED = [
    (Profile("T1", deactivated=True), Reason.DEACTIVATED),
    (Profile("T1", guest=True), Reason.GUEST),
    (Profile("T1", bot=True), Reason.BOT),
    (Profile("T1", stranger=True), Reason.OTHER_TEAM),
    (Profile("T2"), Reason.OTHER_TEAM),
    (Profile(""), Reason.OTHER_TEAM),
]
SILENCE = [(Unseen.NO_ANSWER, Reason.NOT_CHECKED), (Unseen.MAY_NOT_ASK, Reason.MAY_NOT_CHECK)]


def verdict(found: Identity | Refusal | None) -> str:
    """The operator or the reason."""
    if found is None:
        return "ask"
    return found.reason if isinstance(found, Refusal) else found.operator


@pytest.mark.parametrize(
    ("policy", "user", "channel", "expected"),
    [
        (OPEN, U1, "C1", "alice"),
        (OPEN, U2, "D1", "bob"),
        (OPEN, U3, "C1", Reason.NO_OPERATOR),
        (OPEN, SlackUser("T2", "U1"), "C1", Reason.OTHER_TEAM),
        (OPEN, SlackUser("", "U1"), "C1", Reason.OTHER_TEAM),
        (TEAMLESS, SlackUser("", "U1"), "C1", Reason.OTHER_TEAM),
        (FOR_U1, U1, "C2", "alice"),
        (FOR_U1, U2, "C1", Reason.USER_NOT_ALLOWED),
        (FOR_U1, U3, "C1", Reason.NO_OPERATOR),
        (IN_C1, U2, "C1", "bob"),
        (IN_C1, U1, "C2", Reason.CHANNEL_NOT_ALLOWED),
        (NARROW, U1, "C1", "alice"),
        (NARROW, U2, "C2", Reason.USER_NOT_ALLOWED),
        (NARROW, SlackUser("T2", "U1"), "C1", Reason.OTHER_TEAM),
        (NOBODY, U1, "C1", Reason.NO_OPERATOR),
    ],
)
def test_who_may_ask(policy: AccessPolicy, user: SlackUser, channel: str, expected: str) -> None:
    """The workspace, the operator, the person, then the channel; whoever is refused so costs no look-up."""
    assert verdict(policy.identify(user, channel, DirectoryEntry(Profile(user.team)))) == expected
    assert verdict(policy.refuse_early(user, channel)) == ("ask" if expected in {"alice", "bob"} else expected)


PROFILES: list[Profile | Unseen] = [
    Profile("T1"),
    Profile("T2"),
    Profile("T1", guest=True),
    Profile("T1", deactivated=True, email="a@example.com"),
    Profile("T1", email="a@example.com"),
    Unseen.NO_ANSWER,
    Unseen.MAY_NOT_ASK,
]
POLICIES = [OPEN, FOR_U1, IN_C1, NARROW, NOBODY, TEAMLESS, DERIVED, GRID, GROUP, replace(GRID, channels=IN_C1.channels)]


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_an_early_refusal_is_never_wrong(policy: AccessPolicy) -> None:
    """Whoever is refused without a look-up would be refused with it too, and without one nobody stops either."""
    users = [SlackUser(team, user_id) for team in ("T1", "T2", "E1", "") for user_id in ("U1", "U2", "U3")]
    entries = [DirectoryEntry(profile, group) for profile in PROFILES for group in (True, False, Unseen.NO_ANSWER)]
    for user, channel, entry in product(users, ("C1", "C2"), entries):
        if policy.refuse_early(user, channel) is not None:
            assert isinstance(policy.identify(user, channel, entry), Refusal), (user, channel, entry)
            assert isinstance(policy.identify_to_stop(user, channel, entry), Refusal), (user, channel, entry)


@pytest.mark.parametrize(("profile", "reason"), [*BARRED, *SILENCE])
@pytest.mark.parametrize("policy", [OPEN, DERIVED, FOR_U1, GROUP], ids=["listed", "derived", "user", "group"])
def test_nobody_passes_whom_slack_does_not_vouch_for(
    policy: AccessPolicy, profile: Profile | Unseen, reason: Reason
) -> None:
    """Guests, bots, closed accounts, strangers and those who cannot be checked are refused, listed or not."""
    assert verdict(policy.identify(U1, "C1", DirectoryEntry(profile, in_group=True))) == reason
    assert verdict(policy.recognise(U1, DirectoryEntry(profile))) == reason


@pytest.mark.parametrize(
    ("users", "groups", "in_group", "expected"),
    [
        ("", "S1", True, "alice"),
        ("", "S1", False, Reason.USER_NOT_ALLOWED),
        ("", "S1", Unseen.NO_ANSWER, Reason.GROUPS_NOT_CHECKED),
        ("", "S1", Unseen.MAY_NOT_ASK, Reason.GROUPS_NOT_CHECKED),
        ("U1", "S1", Unseen.NO_ANSWER, "alice"),
        ("U1", "S1", False, "alice"),
        ("U2", "S1", True, "alice"),
        ("U2", "S1", False, Reason.USER_NOT_ALLOWED),
        ("U2", "", False, Reason.USER_NOT_ALLOWED),
        ("", "", Unseen.NO_ANSWER, "alice"),
    ],
)
def test_either_list_is_enough(users: str, groups: str, in_group: bool | Unseen, expected: str) -> None:
    """A member of `users` or of `usergroups` may ask; groups that cannot be looked into let nobody in."""
    policy = replace(OPEN, users=frozenset({users} - {""}), usergroups=frozenset({groups} - {""}))
    assert verdict(policy.identify(U1, "C1", DirectoryEntry(Profile("T1"), in_group))) == expected


def test_who_somebody_is_does_not_depend_on_where() -> None:
    """`whoami` tells the operator and its sources also where nothing may be deleted."""
    policy = replace(NARROW, users=frozenset({"U2"}), admins=frozenset({"U1"}))
    assert policy.recognise(U1, MEMBER) == Identity(U1, "alice", (Source.LISTED,), admin=True)


def test_a_refusal_says_what_an_admin_needs() -> None:
    """The ID to be listed, whom to ask, and where it is allowed."""
    policy = replace(IN_C1, admins=frozenset({"U9", "U8"}))
    assert policy.refuse_early(U3, "C1") == Refusal(Reason.NO_OPERATOR, {"user": U3, "admin": SlackUser("T1", "U8")})
    assert policy.refuse_early(U1, "C2") == Refusal(Reason.CHANNEL_NOT_ALLOWED, {"channels": Several((Channel("C1"),))})


@pytest.mark.parametrize("reason", sorted(UNCHECKED))
def test_what_cannot_be_checked_keeps_nobody_from_stopping(reason: Reason) -> None:
    """Cancel and Stop work when Slack does not answer, for those whom Slack's payload names as members."""
    entries = {
        Reason.NOT_CHECKED: DirectoryEntry(Unseen.NO_ANSWER),
        Reason.MAY_NOT_CHECK: DirectoryEntry(Unseen.MAY_NOT_ASK),
        Reason.GROUPS_NOT_CHECKED: DirectoryEntry(Profile("T1"), Unseen.NO_ANSWER),
    }
    assert verdict(GROUP.identify(U1, "C1", entries[reason])) == reason
    assert GROUP.identify_to_stop(U1, "C1", entries[reason]) == Identity(U1, "alice")


@pytest.mark.parametrize(("profile", "reason"), BARRED)
def test_who_is_known_to_be_barred_stops_nothing(profile: Profile, reason: Reason) -> None:
    """Silence is one thing, Slack's word against someone another."""
    assert verdict(OPEN.identify_to_stop(U1, "C1", DirectoryEntry(profile))) == reason


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (SlackUser("T1", "U1"), "alice"),
        (SlackUser("E1", "U1"), "alice"),
        (SlackUser("T9", "U1"), Reason.NOT_CHECKED),
        (SlackUser("", "U1"), Reason.OTHER_TEAM),
    ],
)
def test_strangers_do_not_stop_either(user: SlackUser, expected: str) -> None:
    """In an organisation a team that the payload alone names could be another company's."""
    assert verdict(GRID.identify_to_stop(user, "C1", DirectoryEntry())) == expected


ALICE_IN_GRID = Profile("T2", user="U1", enterprise="E1", enterprise_user="W1", teams=frozenset({"T1", "T2"}))


@pytest.mark.parametrize(
    "click", [SlackUser("T1", "U1"), SlackUser("T2", "U1"), SlackUser("E1", "U1"), SlackUser("E1", "W1")], ids=str
)
def test_in_an_organisation_a_person_is_one_person(click: SlackUser) -> None:
    """Whatever team and form of the ID the payload has: the same identity, the lists apply, and they can confirm."""
    whole = Identity(SlackUser("T1", "W1"), "alice", (Source.LISTED,), admin=True)
    entry = DirectoryEntry(ALICE_IN_GRID)
    assert GRID.identify(click, "C1", entry) == whole
    assert GRID.identify_admin(click, entry) == whole
    assert GRID.identify(whole.user, "C1", entry) == whole  # as it is kept with a deletion, and looked up again
    assert verdict(replace(GRID, users=frozenset({"U1"})).identify(click, "C1", entry)) == "alice"
    assert verdict(replace(GRID, users=frozenset({"U2"})).identify(click, "C1", entry)) == Reason.USER_NOT_ALLOWED


def test_in_an_organisation_the_lists_apply_once_slack_has_said_who_it_is() -> None:
    """Nobody is refused early for an ID that may be another form of a listed one, but at last they are."""
    stranger = SlackUser("T9", "U9")
    assert GRID.refuse_early(stranger, "C1") is None
    assert verdict(GRID.identify(stranger, "C1", DirectoryEntry(Profile("T9")))) == Reason.OTHER_TEAM
    nobody = Profile("T1", user="U5", enterprise="E1", enterprise_user="W5", teams=frozenset({"T1"}))
    assert verdict(GRID.identify(SlackUser("T1", "U5"), "C1", DirectoryEntry(nobody))) == Reason.NO_OPERATOR


def test_a_stranger_in_an_organisation_does_not_learn_where_it_is_allowed() -> None:
    """The channel is told to those whom the payload names as members, or Slack vouches for."""
    policy = replace(GRID, channels=frozenset({"C1"}))
    assert policy.refuse_early(SlackUser("T9", "U9"), "C2") is None
    assert verdict(policy.identify(SlackUser("T9", "U9"), "C2", DirectoryEntry(Profile("T9")))) == Reason.OTHER_TEAM
    away = SlackUser("T2", "U1")
    assert verdict(policy.identify(away, "C2", DirectoryEntry(ALICE_IN_GRID))) == Reason.CHANNEL_NOT_ALLOWED


ADMINS = replace(OPEN, admins=frozenset({"U1", "U7"}))


@pytest.mark.parametrize(
    ("user", "early"),
    [
        (U1, "ask"),
        (U2, Reason.NOT_ADMIN),
        (SlackUser("T2", "U1"), Reason.OTHER_TEAM),
        (SlackUser("", "U1"), Reason.OTHER_TEAM),
    ],
)
def test_who_is_an_admin(user: SlackUser, early: str) -> None:
    """An admin freezes by the settings alone; nobody else costs a look-up."""
    assert verdict(ADMINS.refuse_admin_early(user)) == early
    assert (ADMINS.admin_unasked(user) is not None) is (early == "ask")


@pytest.mark.parametrize(("profile", "reason"), [*BARRED, *SILENCE])
def test_an_unfreeze_needs_slacks_word(profile: Profile | Unseen, reason: Reason) -> None:
    """What lets deletions go on is checked like a confirmation; an operator is not needed."""
    assert verdict(ADMINS.identify_admin(U1, DirectoryEntry(profile))) == reason
    assert ADMINS.identify_admin(SlackUser("T1", "U7"), MEMBER) == Identity(SlackUser("T1", "U7"), admin=True)
    assert verdict(ADMINS.identify_admin(U2, MEMBER)) == Reason.NOT_ADMIN
