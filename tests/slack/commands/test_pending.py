"""`/codecheck pending [page]`."""

import pytest

from bot.domain.errors import UsageError
from bot.slack.commands.pending import Pending, parse


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", Pending()),
        ("1", Pending(1)),
        (" `3` ", Pending(3)),
        ("9999", Pending(9999)),
        ("mine", Pending(mine=True)),
        ("*Mine* 2", Pending(2, mine=True)),
    ],
)
def test_a_page_is_a_number(text: str, asked: Pending) -> None:
    """Without one it is the first; `mine` lists what waits for whoever asks."""
    assert parse(text) == asked


@pytest.mark.parametrize("text", ["0", "-1", "x", "1 2", "1 mine", "mine mine", "10000", "٣", "1e3"])
def test_anything_else_is_refused(text: str) -> None:
    """Signs, words and digits of other scripts are no pages."""
    with pytest.raises(UsageError, match="number"):
        parse(text)
