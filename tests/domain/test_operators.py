"""A Slack identity has one operator or none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.operators import OPERATOR, SlackUser, resolve_operator


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


def test_nobody_becomes_somebody_else() -> None:
    """A user who is not listed has no operator: not their Slack name, not somebody else's."""
    operators = {"U01ALICE": "alice"}
    assert resolve_operator(SlackUser("T1", "U01ALICE"), operators) == "alice"
    assert resolve_operator(SlackUser("T1", "u01alice"), operators) is None
    assert resolve_operator(SlackUser("T1", "U02BOB"), operators) is None
    assert resolve_operator(SlackUser("T1", ""), operators) is None
