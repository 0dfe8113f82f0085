"""The one place that escapes: values become what Slack shows, and nothing from outside acts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identity import SlackUser
from bot.domain.text import Channel, Code, Link, Moment, Several, Text, UserGroup, Value, text
from bot.slack.views.render import mrkdwn, plain, unformatted
from tests.slack.views.test_text import HOSTILE

AT = 1_790_000_000_000
ALICE = SlackUser("T1", "U01ALICE")
LIVE = re.compile(
    r"<@[A-Z0-9]+>|<!subteam\^[A-Z0-9]+>|<#[A-Z0-9]+>|<!date\^-?\d+\^[^|<>]+\|[-0-9: ]+UTC>|<https?://[^\s<>|]+\|[^<>|]*>"
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("webshop", "webshop"),
        ("a_b", "`a_b`"),
        ("<!channel>", "`&lt;!channel&gt;`"),
        (5, "5"),
        (ALICE, "<@U01ALICE>"),
        (SlackUser("T1", "U1> <!here"), "`U1&gt; &lt;!here`"),
        (UserGroup("S0QA"), "<!subteam^S0QA>"),
        (UserGroup("S0|x"), "`S0|x`"),
        (Channel("C1"), "<#C1>"),
        (Channel(""), "` `"),
        (Code("a`b<c"), "`a\u02cbb&lt;c`"),
        (Moment(AT + 60_000), "<!date^1790000060^{time}|2026-09-21 14:14:20 UTC>"),
        (Moment(AT + 60_000, exact=True), "<!date^1790000060^{time_secs}|2026-09-21 14:14:20 UTC>"),
        (Moment(AT + 90_000_000), "<!date^1790090000^{date_short_pretty}, {time}|2026-09-22 15:13:20 UTC>"),
        (Link("https://a.example/b?c=1&d=2", "b & c"), "<https://a.example/b?c=1&amp;d=2|b &amp; c>"),
        (Link("https://a.example", "x|y>"), "<https://a.example|x\u00a6y&gt;>"),
        (Link("https://a.example/>x", "words"), "words"),
        (Link("javascript:alert(1)", "words"), "words"),
        (Link("", "a_b"), "`a_b`"),
        (Several((ALICE, UserGroup("S0"), Code("x"))), "<@U01ALICE>, <!subteam^S0>, `x`"),
        (Several(()), ""),
    ],
)
def test_how_a_value_looks(value: Value, shown: str) -> None:
    """A value says what it is, and its kind decides how it looks and what of it could act."""
    assert mrkdwn(text("{value}", value=value), near=AT) == shown


def test_our_own_words_are_escaped_and_our_own_markup_is_kept() -> None:
    """A usage line has `<task_id>` in it; bold and code are meant, and notifications do without bold."""
    said = text("*Usage*: `delete <task_id>` & {more}", more="a&b")
    assert mrkdwn(said) == "*Usage*: `delete &lt;task_id&gt;` &amp; a&amp;b"
    assert unformatted(said) == "Usage: `delete &lt;task_id&gt;` &amp; a&amp;b"
    assert plain(said, 100) == "*Usage*: `delete <task_id>` & a&b"


def test_a_sentence_is_translated_by_its_template() -> None:
    """The values stay as they are, and the translation is escaped like the template."""
    said = text("{n} tasks", n=2)
    german = {"{n} tasks": "{n} Aufgaben <"}
    assert mrkdwn(said, words=german.__getitem__) == "2 Aufgaben &lt;"


VALUES: st.SearchStrategy[Value] = st.one_of(
    HOSTILE,
    st.integers(),
    st.builds(SlackUser, st.just("T1"), HOSTILE),
    st.builds(UserGroup, HOSTILE),
    st.builds(Channel, HOSTILE),
    st.builds(Code, HOSTILE),
    st.builds(Moment, st.integers(0, 10**13), st.booleans()),
    st.builds(Link, st.one_of(HOSTILE, HOSTILE.map("https://{}".format)), HOSTILE),
    st.builds(Several, st.lists(st.one_of(HOSTILE, st.builds(Code, HOSTILE))).map(tuple)),
)


@given(VALUES)
def test_nothing_from_outside_acts(value: Value) -> None:
    """Whatever a value holds, only whole entities of ours are live, and every other `<`, `>` and `&` is escaped."""
    for form in (mrkdwn, unformatted):
        rest = LIVE.sub("", form(text("{value}", value=value), near=AT))
        assert not set("<>") & set(rest)
        assert "&" not in re.sub(r"&(?:amp|lt|gt);", "", rest)


@given(VALUES, st.integers(10, 75))
def test_plain_text_keeps_to_its_limit(value: Value, limit: int) -> None:
    """A button's label is one line of at most so many characters."""
    label = plain(text("Delete {value}", value=value), limit)
    assert len(label) <= limit
    assert "\n" not in label


def test_an_empty_text_is_empty() -> None:
    """It can be left out of a line."""
    assert mrkdwn(Text("")) == ""
