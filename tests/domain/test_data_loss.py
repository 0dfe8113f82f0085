"""What is remembered of the storage against what is found: when data have been lost."""

import pytest

from bot.domain.data_loss import Instance, Remembered, loss

SEEN = Remembered("one", 12, "aaaa")


@pytest.mark.parametrize(
    ("remembered", "found", "hash_now"),
    [
        (None, Instance(""), None),  # a fresh deployment
        (None, Instance("one", (), 12, "aaaa"), None),  # a replica that is new
        (Remembered("one"), Instance("one"), None),  # nothing has been recorded yet
        (Remembered("one"), Instance("one", (), 1, "aaaa"), None),
        (SEEN, Instance("one", (), 12, "aaaa"), "aaaa"),
        (SEEN, Instance("one", (), 15, "dddd"), "aaaa"),
        (SEEN, Instance("one", (), 900, "dddd"), None),  # trimmed since
        (SEEN, Instance("two", ("one",)), None),  # another replica has noticed
        (SEEN, Instance("three", ("one", "two"), 3, "cccc"), None),
    ],
)
def test_nothing_is_lost(remembered: Remembered | None, found: Instance, hash_now: str | None) -> None:
    """As far as anybody can tell."""
    assert loss(remembered, found, hash_now) is None


@pytest.mark.parametrize(
    ("remembered", "found", "hash_now", "said"),
    [
        (SEEN, Instance(""), None, "all its data"),
        (Remembered("one"), Instance(""), None, "all its data"),
        (SEEN, Instance("two", (), 12, "aaaa"), "aaaa", "another storage"),
        (SEEN, Instance("two", ("zero",), 20, "bbbb"), None, "another storage"),
        (SEEN, Instance("one", (), 11, "bbbb"), None, "it was at checkpoint 12, now at 11"),
        (SEEN, Instance("one"), None, "it was at checkpoint 12, now at 0"),
        (SEEN, Instance("one", (), 12, "bbbb"), "bbbb", "checkpoint 12 is not what it was"),
        (SEEN, Instance("one", (), 15, "dddd"), "bbbb", "checkpoint 12 is not what it was"),
    ],
)
def test_what_is_lost(remembered: Remembered, found: Instance, hash_now: str | None, said: str) -> None:
    """Named, so that an admin knows what to look for."""
    assert said in str(loss(remembered, found, hash_now))
