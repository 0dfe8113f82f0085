"""Repeated refusals become one audit entry with a count."""

import math

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.refusal_counter import RefusalCounter

KEY = ("U1", "cancel", "other_team")


def test_the_first_is_recorded_and_the_rest_are_counted() -> None:
    """697 clicks of a stranger in one second are two entries."""
    counter: RefusalCounter[str] = RefusalCounter(seconds=60)
    assert [counter.add(KEY, f"click {n}", n / 697) for n in range(697)].count(True) == 1
    assert counter.due(59) == []
    assert counter.due(60) == [("click 696", 696)]
    assert counter.due(math.inf) == []


def test_a_single_refusal_leaves_nothing_behind() -> None:
    """After its window the next one is recorded at once again."""
    counter: RefusalCounter[str] = RefusalCounter(seconds=60)
    assert counter.add(KEY, "a", 0)
    assert counter.due(60) == []
    assert counter.add(KEY, "b", 61)


def test_who_goes_on_is_recorded_once_a_window() -> None:
    """A window in which something was repeated is followed by another."""
    counter: RefusalCounter[str] = RefusalCounter(seconds=60)
    recorded = 0
    for second in range(600):
        recorded += counter.add(KEY, "click", second)
        recorded += len(counter.due(second))
    assert recorded == 1 + 9


def test_other_people_and_reasons_are_counted_apart() -> None:
    """Nobody's refusal hides behind another's."""
    counter: RefusalCounter[str] = RefusalCounter()
    assert counter.add(KEY, "a", 0)
    assert counter.add(("U2", *KEY[1:]), "b", 0)
    assert counter.add((*KEY[:2], "guest"), "c", 0)
    assert not counter.add(KEY, "d", 0)


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from("abc")), max_size=200))
def test_every_refusal_is_in_the_record_once(refusals: list[tuple[int, str]]) -> None:
    """What was recorded at once and what the counts stand for is exactly what happened."""
    counter: RefusalCounter[str] = RefusalCounter(seconds=60)
    total = 0
    for now, who in sorted(refusals):
        total += sum(count for _, count in counter.due(now))
        total += counter.add((who,), who, now)
    assert total + sum(count for _, count in counter.due(math.inf)) == len(refusals)
