"""Text from outside: escaped, cut, and never read as markup."""

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.views.text import clean, code, cut, escape, outside

ENTITY = re.compile(r"&(?:amp|lt|gt);")
HOSTILE = st.text(st.one_of(st.characters(), st.sampled_from("&<>*_~`:\n\u202e\u200b@#|!")), max_size=400)
ATTACKS = st.one_of(
    HOSTILE,
    st.sampled_from(
        [
            "<!channel>",
            "<@U02BOB>",
            "<https://evil.example|CodeArts>",
            "*deleted*",
            "`",
            "```\nx",
            "&lt;!here&gt;",
            "&" * 4_000,
            "\u202edeteled",
            ":white_check_mark:",
        ]
    ),
)
"""What someone would write to make a message of the bot say or do something else."""


@given(HOSTILE)
def test_escaping_loses_nothing(text: str) -> None:
    """What was escaped reads back as it was."""
    assert html.unescape(escape(text)) == text


@given(HOSTILE, st.integers(2, 50))
def test_cutting_breaks_no_entity(text: str, limit: int) -> None:
    """Escaped text that is cut stays within the limit, and each `&` in it still begins a whole entity."""
    shown = cut(escape(text), limit)

    assert len(shown) <= limit
    assert "&" not in ENTITY.sub("", shown)


@given(HOSTILE)
def test_short_text_is_not_cut(text: str) -> None:
    """Text within the limit stays as it is."""
    assert cut(escape(text), 4_000) == escape(text)


@given(HOSTILE)
def test_outside_text_has_no_markup(text: str) -> None:
    """Text from outside is one visible line without a live `<`, and is code where it holds a formatting character."""
    shown = outside(text, 120)

    assert len(shown) <= 120
    assert not re.search(r"[<>]", shown)
    assert not any(unicodedata.category(character).startswith(("C", "Zl", "Zp")) for character in shown)
    inner = shown[1:-1] if shown.startswith("`") and shown.endswith("`") else shown
    assert "`" not in inner
    if inner == shown:
        assert not re.search(r"[*_~`]|&lt;|&gt;|:[^\s:]+:", shown)


@given(HOSTILE)
def test_code_is_one_span(text: str) -> None:
    """A code span has exactly its own two backticks and something between them."""
    span = code(text, 50)

    assert span.count("`") == 2
    assert (span[0], span[-1]) == ("`", "`")
    assert 3 <= len(span) <= 50


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("nightly scan", "nightly scan"),
        ("R&D", "R&amp;D"),
        ("release_1_2", "`release_1_2`"),
        ("*all clear*", "`*all clear*`"),
        ("<!channel>", "`&lt;!channel&gt;`"),
        (":white_check_mark: deleted", "`:white_check_mark: deleted`"),
        ("HTTP 500: no answer: none", "HTTP 500: no answer: none"),
        ("safe\u202egpj.exe", "safegpj.exe"),
        ("two\nlines", "two lines"),
        ("a`b", "`a\u02cbb`"),
        ("", ""),
    ],
)
def test_how_names_read(text: str, shown: str) -> None:
    """Plain names stay plain; those that would act on the message are shown as code."""
    assert outside(text) == shown


def test_clean_keeps_words_apart() -> None:
    """A hidden character between spaces leaves one space."""
    assert clean(" a \u200b\tb\x00 ") == "a b"
