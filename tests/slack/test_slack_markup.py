"""What Slack escapes is undone once, where the payload is read."""

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.slack_markup import encodable, read_words


@pytest.mark.parametrize(
    ("raw", "text", "people"),
    [
        ("delete abc", "delete abc", {}),
        ("history <@U01ALICE|alice>", "history @alice", {"@alice": "U01ALICE"}),
        ("history <@U01ALICE>", "history @U01ALICE", {"@U01ALICE": "U01ALICE"}),
        ("freeze ask <@U01|bob> and <@U02|dora>", "freeze ask @bob and @dora", {"@bob": "U01", "@dora": "U02"}),
        ("<@U01|Bob Jones>", "@Bob_Jones", {"@Bob_Jones": "U01"}),
        ("moved to <#C1|ci>", "moved to #ci", {}),
        ("<#C1>", "#C1", {}),
        ("<!channel> <!subteam^S1|@qa>", "@channel @qa", {}),
        ("<https://x.example/a?b=1&amp;c=2|x.example>", "https://x.example/a?b=1&c=2", {}),
        ("<https://x.example>", "https://x.example", {}),
        ("<mailto:bob@x.example|bob@x.example>", "bob@x.example", {}),
        ("a < b > c", "a < b > c", {}),
        ("<897acf>", "<897acf>", {}),
        ("R&amp;D &lt;3 &gt;", "R&D <3 >", {}),
        ("&lt;@U01ALICE&gt;", "<@U01ALICE>", {}),
        ("&amp;lt;", "&lt;", {}),
    ],
)
def test_the_words_are_those_that_the_person_saw(raw: str, text: str, people: dict[str, str]) -> None:
    """Mentions, channels, links and the three escaped characters; what was typed as text stays text."""
    words = read_words(raw)
    assert (words.text, words.people) == (text, people)


@given(st.text())
def test_what_was_escaped_reads_back(text: str) -> None:
    """Whatever someone types, Slack's escaping of it is undone exactly."""
    assert read_words(html.escape(text, quote=False)).text == text


@given(st.text(st.characters(exclude_categories=[])))
def test_what_was_read_can_be_written(text: str) -> None:
    """A lone surrogate of a payload's JSON becomes U+FFFD: neither Redis nor Slack takes it."""
    written = encodable(json.loads(json.dumps(text)))
    assert written.encode().decode() == written
    assert len(written) <= len(text)
