"""The kinds of second confirmation: what is typed, who the second person is, and how kinds are found."""

import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.confirmations import KINDS, Attempt, kind_of, same_operator
from bot.domain.confirmations.typed import normalised
from bot.domain.identity import SlackUser
from bot.domain.refusal import Reason
from tests.domain.samples import ALICE, BOB


def attempt(
    typed: str | None = None,
    by: SlackUser = ALICE,
    operator: str = "alice",
    answers: tuple[str, ...] = ("webshop-frontend", "897acf"),
    *,
    seen_by_others: bool = True,
) -> Attempt:
    """Someone tries to confirm what Alice has asked for."""
    return Attempt(by, operator, ALICE, "alice", answers, typed, seen_by_others)


def test_the_kinds_are_found_the_least_strict_first() -> None:
    """One file for each."""
    assert list(KINDS) == ["button", "typed", "second_person"]
    assert [kind.strictness for kind in KINDS.values()] == sorted({kind.strictness for kind in KINDS.values()})
    assert all(kind.hint and kind.here for kind in KINDS.values())


def test_a_kind_that_this_version_does_not_know_is_the_strictest() -> None:
    """A newer replica may have written it: never less than what was asked for."""
    assert kind_of("three_people") is KINDS["second_person"]


@pytest.mark.parametrize(
    ("typed", "objection"),
    [
        (None, Reason.NAME_NOT_TYPED),
        ("webshop-frontend", None),
        ("897acf", None),
        ("  webshop-frontend\t", None),
        ("\u00a0webshop-frontend\u3000\n", None),
        ("Webshop-Frontend", Reason.WRONG_CASE),
        ("897ACF", Reason.WRONG_CASE),
        ("", Reason.WRONG_NAME),
        (" ", Reason.WRONG_NAME),
        ("webshop", Reason.WRONG_NAME),
        ("webshop-frontend2", Reason.WRONG_NAME),
        ("webshop frontend", Reason.WRONG_NAME),
        ("*webshop-frontend*", Reason.WRONG_NAME),
    ],
)
def test_what_is_typed(typed: str | None, objection: Reason | None) -> None:
    """The name or the ID, to the letter but for the space around it; a wrong case gets a hint of its own."""
    assert kind_of("typed").objection(attempt(typed)) is objection


@pytest.mark.parametrize(
    ("name", "typed", "objection"),
    [
        ("Caf\u00e9", "Cafe\u0301", None),
        ("Cafe\u0301", "Caf\u00e9", None),
        ("Cafe\u0301", "CAF\u00c9", Reason.WRONG_CASE),
        ("\u212b", "\u00c5", None),
        ("质量检查", "质量检查", None),
        ("a  b", "a b", None),
        ("a b", " a \u00a0 b ", None),
        ("ab", "a b", Reason.WRONG_NAME),
        ("straße", "STRASSE", Reason.WRONG_CASE),
        ("fi", "\ufb01", Reason.WRONG_CASE),
        ("webshop", "web\u200bshop", None),  # nobody sees it, and it is shown without it
        ("web\u200bshop", "webshop", None),
        ("\u0430", "a", Reason.WRONG_NAME),  # a Cyrillic one
    ],
)
def test_names_that_read_alike(name: str, typed: str, objection: Reason | None) -> None:
    """NFC makes one of what is one, what cannot be seen does not count, and letters that only look alike stay apart."""
    assert kind_of("typed").objection(attempt(typed, answers=(name, "897acf"))) is objection


@given(
    name=st.text(min_size=1, max_size=20), left=st.sampled_from(["", " ", "\t\n"]), form=st.sampled_from(["NFC", "NFD"])
)
def test_a_name_typed_as_it_is_shown_always_counts(name: str, left: str, form: str) -> None:
    """In either form of Unicode, with space around it."""
    typed = left + unicodedata.normalize(form, name) + left  # type: ignore[arg-type]  # one of the two literals
    objection = kind_of("typed").objection(attempt(typed, answers=(name, "897acf")))
    assert (objection is None) is (normalised(name) == normalised(typed))


def test_nothing_typed_does_not_match_a_name_that_is_not_known() -> None:
    """Then there is the ID only."""
    assert kind_of("typed").objection(attempt("", answers=("", "897acf"))) is Reason.WRONG_NAME
    assert kind_of("typed").objection(attempt("897acf", answers=("", "897acf"))) is None


@pytest.mark.parametrize(
    ("by", "operator", "seen", "objection"),
    [
        (BOB, "bob", True, None),
        (ALICE, "alice", True, Reason.NOT_YOURSELF),
        (ALICE, "other", True, Reason.NOT_YOURSELF),
        (BOB, "alice", True, Reason.SAME_OPERATOR),
        (BOB, "ALICE", True, Reason.SAME_OPERATOR),
        (SlackUser("T2", ALICE.id), "bob", True, None),
        (BOB, "bob", False, Reason.NOBODY_ELSE_SEES),
        (ALICE, "alice", False, Reason.NOBODY_ELSE_SEES),
    ],
)
def test_who_the_second_person_is(by: SlackUser, operator: str, seen: bool, objection: Reason | None) -> None:
    """Someone else to Slack and someone else to CodeArts Check, who saw the prompt."""
    assert kind_of("second_person").objection(attempt(by=by, operator=operator, seen_by_others=seen)) is objection


@pytest.mark.parametrize("typed", [None, "", "whatever"])
def test_a_button_is_a_button(typed: str | None) -> None:
    """Whatever is typed into nothing."""
    assert kind_of("button").objection(attempt(typed)) is None


def test_operators_are_not_told_apart_by_case() -> None:
    """Two spellings of one IAM user are one person."""
    for one, other in product(["alice", "Alice", "ALICE"], repeat=2):
        assert same_operator(one, other)
    assert not same_operator("alice", "alice2")
