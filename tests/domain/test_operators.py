"""A Slack profile has one operator or none."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.operators import OPERATOR, Operator, Operators, Source
from bot.domain.profile import Profile, Unseen
from bot.domain.refusal import Reason


@pytest.mark.parametrize("name", ["alice", "A", "alice.b-c_d", "Alice Lidell", "a" * 64, "007"])
def test_iam_user_names_are_operators(name: str) -> None:
    """What IAM takes as a user's name can be sent as the operator."""
    assert OPERATOR.fullmatch(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", " alice", "alice ", "a" * 65, "al\nice", "alice\n", "al\rice", "al\x00ice", "alícia", "a:b", "a,b"],
)
def test_what_a_header_would_change_or_split_is_not_an_operator(name: str) -> None:
    """Line breaks, spaces at an end and anything but ASCII are refused."""
    assert not OPERATOR.fullmatch(name)


@given(st.from_regex(OPERATOR, fullmatch=True))
def test_every_operator_arrives_in_a_header_as_it_left(name: str) -> None:
    """An HTTP header strips white space at its ends and takes no control character."""
    assert name == name.strip()
    assert re.fullmatch(r"[ -~]+", name)


U1, U2 = frozenset({"U1"}), frozenset({"U2"})
MEMBER = Profile("T1")
LISTED = Operators({"U1": "alice"})
BY_EMAIL = Operators({"U1": "alice"}, email_domain="example.com")
BY_FIELD = Operators({"U1": "alice"}, profile_field="Xf01")
CAPITAL = Operators({"U1": "Alice"}, "example.com", "Xf01")
ALL = Operators({"U1": "alice"}, "example.com", "Xf01")
BOTH_FORMS = Operators({"U1": "alice", "W1": "alice"})
TWO_OPERATORS = Operators({"U1": "alice", "W1": "al"})


def mail(address: str, field: str | Unseen = "") -> Profile:
    """A member with a confirmed address."""
    return Profile("T1", email=address, field=field)


@pytest.mark.parametrize(
    ("operators", "ids", "profile", "answer"),
    [
        (LISTED, U1, MEMBER, Operator("alice", (Source.LISTED,))),
        (LISTED, U2, MEMBER, Reason.NO_OPERATOR),
        (LISTED, {"u1"}, MEMBER, Reason.NO_OPERATOR),
        (LISTED, {""}, MEMBER, Reason.NO_OPERATOR),
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
        (BY_FIELD, U2, mail("", "bob"), Operator("bob", (Source.FIELD,))),
        (BY_FIELD, U2, mail("", "bob\nX-Evil: 1"), Reason.MALFORMED_OPERATOR),
        (BY_FIELD, U2, mail("", " bob"), Reason.MALFORMED_OPERATOR),
        (BY_FIELD, U1, mail("", "bob"), Reason.OPERATORS_DIFFER),
        (BY_FIELD, U1, mail("", "a:b"), Reason.MALFORMED_OPERATOR),
        (ALL, U2, mail("bob@example.com", "robert"), Reason.OPERATORS_DIFFER),
        (ALL, U1, mail("alice@example.com", "alice"), Operator("alice", tuple(Source))),
    ],
)
def test_exactly_one_answer(
    operators: Operators, ids: frozenset[str], profile: Profile, answer: Operator | Reason
) -> None:
    """Domains match exactly and never as a suffix; sources that differ are a refusal; nobody becomes someone else."""
    assert operators.of(ids, profile) == answer


@pytest.mark.parametrize(
    ("operators", "ids", "profile", "answer"),
    [
        (BY_EMAIL, U1, mail("Alice@Example.COM"), Operator("alice", (Source.LISTED, Source.EMAIL))),
        (CAPITAL, U1, mail("alice@example.com"), Operator("Alice", (Source.LISTED, Source.EMAIL))),
        (CAPITAL, U1, mail("ALICE@EXAMPLE.COM", "Alice"), Operator("Alice", tuple(Source))),
        (CAPITAL, U2, mail("bob@example.com", "Bob"), Operator("Bob", (Source.EMAIL, Source.FIELD))),
        (BY_EMAIL, U2, mail("Bob@example.com"), Operator("bob", (Source.EMAIL,))),
        (CAPITAL, U1, mail("", "alice"), Reason.OPERATORS_DIFFER),  # both are IAM user names, spelled in full
        (BY_EMAIL, U1, mail("alicia@example.com"), Reason.OPERATORS_DIFFER),
        (BY_EMAIL, U2, mail("bob@exampłe.com"), Reason.NO_OPERATOR),
        (BY_EMAIL, U2, mail("bob@example.com"), Operator("bob", (Source.EMAIL,))),
        (BY_EMAIL, U2, mail("bo\u212a@example.com"), Reason.NO_OPERATOR),  # the Kelvin sign, `k` in lower case
        (Operators(email_domain="kilo.org"), U2, mail("bob@\u212ailo.org"), Reason.NO_OPERATOR),
    ],
)
def test_addresses_are_compared_without_regard_to_case(
    operators: Operators, ids: frozenset[str], profile: Profile, answer: Operator | Reason
) -> None:
    """One address is one operator however it is spelled; the spelling of the list, then of the field, wins."""
    assert operators.of(ids, profile) == answer


@given(st.text("alicebobABCXYZ.-_", min_size=1, max_size=20), st.data())
def test_spelling_an_address_otherwise_changes_nothing(local: str, data: st.DataObject) -> None:
    """Whatever letters Slack writes in upper case, the operator is the same."""
    flips = data.draw(st.lists(st.booleans(), min_size=len(local), max_size=len(local)))
    other = "".join(letter.swapcase() if flip else letter for letter, flip in zip(local, flips, strict=True))
    assert BY_EMAIL.of(U2, mail(f"{local}@example.com")) == BY_EMAIL.of(U2, mail(f"{other}@EXAMPLE.com"))


@pytest.mark.parametrize(
    ("operators", "answer"),
    [
        (BOTH_FORMS, Operator("alice", (Source.LISTED,))),
        (LISTED, Operator("alice", (Source.LISTED,))),
        (TWO_OPERATORS, Reason.OPERATORS_DIFFER),
    ],
)
def test_a_person_may_be_listed_by_either_form_of_their_id(operators: Operators, answer: Operator | Reason) -> None:
    """In Enterprise Grid one person has a `U…` and a `W…`; two operators for them are a refusal."""
    assert operators.of({"U1", "W1"}, MEMBER) == answer


@pytest.mark.parametrize("ids", [U1, U2], ids=["listed", "not listed"])
@pytest.mark.parametrize(
    ("unseen", "reason"), [(Unseen.MAY_NOT_ASK, Reason.MAY_NOT_CHECK), (Unseen.NO_ANSWER, Reason.NOT_CHECKED)]
)
def test_a_source_that_cannot_be_read_might_disagree(ids: frozenset[str], unseen: Unseen, reason: Reason) -> None:
    """If the profile field cannot be read, nobody passes, listed or not; if it is not a source, it does not matter."""
    profile = mail("alice@example.com", unseen)
    assert ALL.of(ids, profile) is reason
    assert replace(ALL, profile_field="").of(U1, profile) == Operator("alice", (Source.LISTED, Source.EMAIL))
