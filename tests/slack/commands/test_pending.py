"""`/codecheck pending [mine] [page]`."""

import pytest

from bot.domain.errors import UsageError
from bot.slack.commands.pending import Pending, parse


@pytest.mark.parametrize(("text", "page"), [("", 1), ("1", 1), (" `3` ", 3), ("9999", 9999)])
def test_a_page_is_a_number(text: str, page: int) -> None:
    """Without one it is the first."""
    assert parse(text) == Pending(page)
    assert parse(f"mine {text}") == parse(f"`MINE` {text}") == Pending(page, mine=True)


@pytest.mark.parametrize("text", ["0", "-1", "x", "1 2", "10000", "٣", "1e3", "mine x", "1 mine", "mine mine"])
def test_anything_else_is_refused(text: str) -> None:
    """Signs, words and digits of other scripts are no pages."""
    with pytest.raises(UsageError, match="number"):
        parse(text)
