"""Which tasks could be taken for one another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.facts import Candidate
from bot.domain.look_alikes import MOST, common_part, look_alikes

names = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("webshop", "webshop"),  # the same name twice
        ("shop1", "shop2"),
        ("shop-9", "shop-10"),
        ("2023-shop", "2024-shop"),
        ("Shop", "shop"),
        ("shop  a", "shop a"),
        ("caf\u00e9", "cafe\u0301"),
    ],
)
def test_names_that_differ_in_a_number_or_not_at_all_are_alike(name: str, other: str) -> None:
    """Someone who skims them takes one for the other."""
    candidate = Candidate("b", other)
    assert look_alikes(name, "a", [candidate]) == (candidate,)


@pytest.mark.parametrize(("name", "other"), [("webshop", "webshop2"), ("shop-1", "shop-a"), ("a", "b")])
def test_other_names_are_not(name: str, other: str) -> None:
    """A warning on every prompt would be read by nobody."""
    assert look_alikes(name, "a", [Candidate("b", other)]) == ()


def test_a_task_is_not_its_own_look_alike_and_the_nearest_come_first() -> None:
    """The same name before others, and no more than a prompt has room for."""
    found = look_alikes(
        "shop1", "a", [Candidate(each, f"shop{each}") for each in "987654321"] + [Candidate("a", "shop1")]
    )
    assert found[0] == Candidate("1", "shop1")
    assert len(found) == MOST
    assert "a" not in {each.task_id for each in found}


@given(names)
def test_what_is_searched_for_is_a_part_of_the_name(name: str) -> None:
    """So the service finds the task itself, and those that differ in a number."""
    assert common_part(name) in name
    assert common_part(name)
