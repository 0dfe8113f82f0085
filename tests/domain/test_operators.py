"""A Slack identity has one operator or none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identity import SlackUser
from bot.domain.operators import OPERATOR, Operator, Operators, Profile, Source, Unseen
from bot.domain.reasons import Reason


@pytest.mark.parametrize("name", ["alice", "A", "alice.b-c_d", "Alice Lidell", "a" * 64, "007"])
def test_iam_user_names_are_operators(name: str) -> None:
    """What IAM takes as a user's name can be sent as the operator."""
    assert OPERATOR.fullmatch(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", " alice", "alice ", "a" * 65, "al\nice", "alice\n", "al\rice", "al\x00ice", "alícia", "a:b", "a,b"],
)
def test_what_a_header_would_change_or_split_is_no_operator(name: str) -> None:
    """Line breaks, spaces at an end and anything but ASCII are refused."""
    assert not OPERATOR.fullmatch(name)


@given(st.from_regex(OPERATOR, fullmatch=True))
def test_every_operator_arrives_in_a_header_as_it_left(name: str) -> None:
    """An HTTP header strips white space at its ends and takes no control character."""
    assert name == name.strip()
    assert re.fullmatch(r"[ -~]+", name)


U1 = SlackUser("T1", "U1")
U2 = SlackUser("T1", "U2")
MEMBER = Profile("T1")
LISTED = Operators({"U1": "alice"})
BY_EMAIL = Operators({"U1": "alice"}, email_domain="example.com")
BY_FIELD = Operators({"U1": "alice"}, profile_field="Xf01")
ALL = Operators({"U1": "alice"}, "example.com", "Xf01")


def mail(address: str, field: str | Unseen = "") -> Profile:
    """A member with a confirmed address."""
    return Profile("T1", email=address, field=field)


@pytest.mark.parametrize(
    ("operators", "user", "profile", "answer"),
    [
        (LISTED, U1, MEMBER, Operator("alice", (Source.LISTED,))),
        (LISTED, U2, MEMBER, Reason.NO_OPERATOR),
        (LISTED, SlackUser("T1", "u1"), MEMBER, Reason.NO_OPERATOR),
        (LISTED, SlackUser("T1", ""), MEMBER, Reason.NO_OPERATOR),
        (LISTED, U2, mail("bob@example.com", "bob"), Reason.NO_OPERATOR),  # neither source is on
        (BY_EMAIL, U2, mail("bob@example.com"), Operator("bob", (Source.EMAIL,))),
        (BY_EMAIL, U2, mail("bob@EXAMPLE.com"), Operator("bob", (Source.EMAIL,))),
        (BY_EMAIL, U2, mail("bob@evil-example.com"), Reason.NO_OPERATOR),
        (BY_EMAIL, U2, mail("bob@sub.example.com"), Reason.NO_OPERATOR),
        (BY_EMAIL, U2, mail("bob@example.com.evil.org"), Reason.NO_OPERATOR),
        (BY_EMAIL, U2, mail("bob@example.com@evil.org"), Reason.NO_OPERATOR),
        (BY_EMAIL, U2, mail("bob@evil.org@example.com"), Reason.NO_OPERATOR),
        (BY_EMAIL, U2, mail("bob+admin@example.com"), Reason.NO_OPERATOR),
        (BY_EMAIL, U2, mail("@example.com"), Reason.NO_OPERATOR),
        (BY_EMAIL, U2, mail("example.com"), Reason.NO_OPERATOR),
        (BY_EMAIL, U2, mail(""), Reason.NO_OPERATOR),
        (BY_EMAIL, U1, mail("alice@example.com"), Operator("alice", (Source.LISTED, Source.EMAIL))),
        (BY_EMAIL, U1, mail("al@example.com"), Reason.OPERATORS_DIFFER),
        (BY_EMAIL, U1, mail("Alice@example.com"), Reason.OPERATORS_DIFFER),
        (BY_FIELD, U2, mail("", "bob"), Operator("bob", (Source.FIELD,))),
        (BY_FIELD, U2, mail("", "bob\nX-Evil: 1"), Reason.MALFORMED_OPERATOR),
        (BY_FIELD, U2, mail("", " bob"), Reason.MALFORMED_OPERATOR),
        (BY_FIELD, U1, mail("", "bob"), Reason.OPERATORS_DIFFER),
        (BY_FIELD, U1, mail("", "a:b"), Reason.MALFORMED_OPERATOR),
        (ALL, U2, mail("bob@example.com", "robert"), Reason.OPERATORS_DIFFER),
        (ALL, U1, mail("alice@example.com", "alice"), Operator("alice", tuple(Source))),
    ],
)
def test_exactly_one_answer(operators: Operators, user: SlackUser, profile: Profile, answer: Operator | Reason) -> None:
    """Domains match exactly and never as a suffix; sources that differ are a refusal; nobody becomes somebody else."""
    assert operators.resolve(user, profile) == answer


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        (Profile("T1", deactivated=True), Reason.DEACTIVATED),
        (Profile("T1", guest=True), Reason.GUEST),
        (Profile("T1", bot=True), Reason.BOT),
        (Profile("T1", stranger=True), Reason.OTHER_TEAM),
        (Profile("T2"), Reason.OTHER_TEAM),
        (Profile(""), Reason.OTHER_TEAM),
        (Unseen.NO_ANSWER, Reason.NOT_CHECKED),
    ],
)
def test_who_is_listed_is_checked_as_well(profile: Profile | Unseen, reason: Reason) -> None:
    """The list names people; whether they may still act, Slack says."""
    assert LISTED.resolve(U1, profile) is reason


@pytest.mark.parametrize(
    ("operators", "user", "profile", "answer"),
    [
        (LISTED, U1, Unseen.MAY_NOT_ASK, Operator("alice", (Source.LISTED,))),
        (LISTED, U2, Unseen.MAY_NOT_ASK, Reason.NO_OPERATOR),
        (BY_EMAIL, U1, Unseen.MAY_NOT_ASK, Operator("alice", (Source.LISTED,))),
        (BY_EMAIL, U2, Unseen.MAY_NOT_ASK, Reason.MAY_NOT_CHECK),
        (BY_EMAIL, U2, Unseen.NO_ANSWER, Reason.NOT_CHECKED),
        (LISTED, U2, Unseen.NO_ANSWER, Reason.NO_OPERATOR),
        (BY_FIELD, U1, mail("", Unseen.MAY_NOT_ASK), Operator("alice", (Source.LISTED,))),
        (BY_FIELD, U1, mail("", Unseen.NO_ANSWER), Reason.NOT_CHECKED),
        (BY_FIELD, U2, mail("", Unseen.MAY_NOT_ASK), Reason.MAY_NOT_CHECK),
        (BY_FIELD, U1, Profile("T1", deactivated=True, field=Unseen.MAY_NOT_ASK), Reason.DEACTIVATED),
    ],
)
def test_what_slack_does_not_say(
    operators: Operators, user: SlackUser, profile: Profile | Unseen, answer: Operator | Reason
) -> None:
    """Where the app may not ask, the list alone suffices; any other silence refuses."""
    assert operators.resolve(user, profile) == answer
