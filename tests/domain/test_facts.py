"""The fingerprint: equal for what was shown, another for anything else that identifies a task."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.facts import BRANCH_LIMIT, IDENTITY, CheckState, TaskFacts, differences, fingerprint

words = st.text(max_size=4)
facts = st.builds(
    TaskFacts, **dict.fromkeys(IDENTITY, words), branches=st.none() | st.integers(0, 9), missing_right=words
)


@given(shown=facts, now=facts)
def test_two_fingerprints_are_equal_if_and_only_if_nothing_differs(shown: TaskFacts, now: TaskFacts) -> None:
    """Of what was known when it was shown."""
    equal = fingerprint(shown) == fingerprint(now, like=shown)
    assert equal is (differences(shown, now) == ())


@given(shown=facts, name=st.sampled_from(IDENTITY), other=words)
def test_each_identifying_fact_counts(shown: TaskFacts, name: str, other: str) -> None:
    """If it was known: what was not known then cannot differ."""
    now = replace(shown, **{name: other})  # type: ignore[arg-type]  # one of the facts that are text
    before = getattr(shown, name)
    differs = bool(before) and before != other
    assert (fingerprint(now, like=shown) != fingerprint(shown)) is differs
    assert [(each.fact, each.before, each.now) for each in differences(shown, now)] == (
        [(name, before, other)] if differs else []
    )


@given(shown=facts, count=st.integers(0, 500), state=st.sampled_from(CheckState))
def test_what_does_not_identify_a_task_does_not_count(shown: TaskFacts, count: int, state: CheckState) -> None:
    """New issues, or one branch more, are no other task."""
    now = replace(shown, issues={"major": count}, issue_count=count, branches=count, check_state=state)
    assert fingerprint(now, like=shown) == fingerprint(shown)


def test_facts_that_change_places_are_other_facts() -> None:
    """No two facts run into each other."""
    assert fingerprint(TaskFacts(name="ab", branch="c")) != fingerprint(TaskFacts(name="a", branch="bc"))
    assert fingerprint(TaskFacts(name="a")) != fingerprint(TaskFacts(branch="a"))


def test_anything_that_a_service_may_say_has_a_fingerprint() -> None:
    """Lone surrogates included."""
    assert len(fingerprint(TaskFacts(name="\ud800 质量"))) == 32


@pytest.mark.parametrize(
    ("state", "branches", "refused"),
    [
        (CheckState.RUNNING, None, True),
        (CheckState.PASSED, None, False),
        (None, BRANCH_LIMIT - 1, False),
        (None, BRANCH_LIMIT, True),
        (CheckState.FAILED, 500, True),
        (None, None, False),
    ],
)
def test_what_the_service_refuses_to_delete(state: CheckState | None, branches: int | None, refused: bool) -> None:
    """A running task, or one with 200 branches or more (DeleteTaskV3); what is not known speaks against nothing."""
    assert bool(TaskFacts(check_state=state, branches=branches).refused_by_service) is refused
