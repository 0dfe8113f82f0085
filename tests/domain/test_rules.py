"""Which safeguards a deletion has: every rule that matches counts, the strictest wins, and what is unknown matches."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.confirmations import KINDS
from bot.domain.facts import TaskFacts
from bot.domain.rules import Match, ReasonPolicy, Rule, Rules, Safeguards, strictest

FACTS = TaskFacts(
    name="release-shop",
    project_id="0f3a",
    project="Payments",
    repository="git@codehub.example.com:pay/shop.git",
    branch="main",
)
PROTECTED = Safeguards(protect=True)


def matches(match: Match, channel: str = "C01", facts: TaskFacts | None = FACTS, task_id: str = "897acf7a") -> bool:
    """Whether a rule with `match` counts."""
    return Rules(rules=(Rule(match, PROTECTED),)).of(channel, facts, task_id).protect


@pytest.mark.parametrize(
    "match",
    [
        Match(),
        Match(channels=("C01",)),
        Match(channels=("C02", "C*")),
        Match(projects=("Pay*",)),
        Match(projects=("0f3a",)),
        Match(repositories=("*/shop",)),
        Match(repositories=("*/shop.git",)),
        Match(names=("RELEASE-*",)),
        Match(names=("release-[a-z]hop",)),
        Match(tasks=("897a????",)),
        Match(channels=("C01",), projects=("pay*",), repositories=("*pay*",), names=("*shop",), tasks=("8*",)),
    ],
)
def test_a_rule_counts_if_each_kind_of_its_globs_has_one_that_matches(match: Match) -> None:
    """Case does not count, an empty kind matches everything, a project has a name and an ID."""
    assert matches(match)


@pytest.mark.parametrize(
    "match",
    [
        Match(channels=("C02",)),
        Match(channels=("D*",)),
        Match(projects=("Pay",)),
        Match(repositories=("*/shop2",)),
        Match(names=("release",)),
        Match(tasks=("897a",)),
        Match(channels=("C01",), names=("nightly-*",)),
    ],
)
def test_a_rule_does_not_count_if_one_kind_has_none(match: Match) -> None:
    """A glob matches the whole value, and all kinds must match."""
    assert not matches(match)


@pytest.mark.parametrize(
    "match",
    [Match(projects=("other",)), Match(repositories=("other",)), Match(names=("other",))],
)
@pytest.mark.parametrize("facts", [None, TaskFacts(), replace(FACTS, project_id="", repository="", name="")])
def test_a_rule_that_needs_a_fact_that_could_not_be_read_counts(match: Match, facts: TaskFacts | None) -> None:
    """Otherwise a look-up that fails would let a deletion evade the rule."""
    assert matches(match, facts=facts)


def test_what_is_known_is_not_guessed_because_something_else_is_unknown() -> None:
    """Only the fact that a rule needs matters."""
    assert not matches(Match(names=("nightly-*",)), facts=TaskFacts(name="release-shop"))
    assert not matches(Match(names=("nightly-*",), projects=("pay*",)), facts=TaskFacts(name="release-shop"))
    assert not matches(Match(channels=("C02",), names=("*",)), facts=None)


@pytest.mark.parametrize(
    ("glob", "name"),
    [
        ("caf\u00e9-*", "cafe\u0301-1"),
        ("stra\u00dfe", "STRASSE"),
        ("\u652f\u4ed8*", "\u652f\u4ed8-\u53d1\u5e03"),
        ("release-*", "re\u200blease\u00ad-1"),
        ("a*b", "a\nb"),
    ],
)
def test_names_that_read_alike_are_alike(glob: str, name: str) -> None:
    """Two ways to write a letter, case, Chinese, characters that are not seen, a line break."""
    assert matches(Match(names=(glob,)), facts=TaskFacts(name=name))


def test_for_each_safeguard_the_strictest_wins() -> None:
    """Of the usual ones and of every rule that matches; warnings are all shown, each once."""
    usual = Safeguards(second_step="typed", grace=5, reason=ReasonPolicy.OPTIONAL, dwell=2, warnings=("a",))
    rules = Rules(
        usual,
        (
            Rule(Match(), Safeguards(second_step="button", grace=30, warnings=("b", "a"))),
            Rule(Match(names=("release-*",)), Safeguards(second_step="second_person", confirmers=2)),
            Rule(Match(), Safeguards(reason=ReasonPolicy.REQUIRED, grace=10)),
            Rule(Match(names=("nightly-*",)), PROTECTED),
        ),
    )
    assert rules.of("C01", FACTS, "897a") == Safeguards(
        second_step="second_person",
        grace=30,
        reason=ReasonPolicy.REQUIRED,
        dwell=2,
        confirmers=2,
        protect=False,
        warnings=("a", "b"),
    )


def _some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2).map(tuple)


NAMES = ["release-shop", "nightly", "Payments", "0f3a", "git@h:pay/shop.git", "C01", "D07", "897a", ""]
GLOBS = ["*", "release-*", "[a-n]*", "?????????*", "pay*", "0*", "*/shop", "C*", "D0?", "8*", "nothing"]
SAFEGUARDS = st.builds(
    Safeguards,
    second_step=st.sampled_from([*KINDS]),
    grace=st.integers(0, 3),
    reason=st.sampled_from(ReasonPolicy),
    dwell=st.integers(0, 3),
    confirmers=st.integers(1, 3),
    protect=st.booleans(),
    warnings=_some(["a", "b", "c"]),
)
MATCH = st.builds(
    Match,
    channels=_some(GLOBS),
    projects=_some(GLOBS),
    repositories=_some(GLOBS),
    names=_some(GLOBS),
    tasks=_some(GLOBS),
)
RULE = st.builds(Rule, MATCH, SAFEGUARDS)
RULES = st.builds(Rules, SAFEGUARDS, st.lists(RULE, max_size=4).map(tuple))
KNOWN = st.builds(
    TaskFacts,
    name=st.sampled_from(NAMES),
    project_id=st.sampled_from(NAMES),
    project=st.sampled_from(NAMES),
    repository=st.sampled_from(NAMES),
)
CHANNEL, TASK = st.sampled_from(["C01", "D07", "G1"]), st.sampled_from(["897a", "b1"])


def is_as_strict(one: Safeguards, as_other: Safeguards) -> bool:
    """Whether `one` asks for all that the other asks for."""
    steps, reasons = list(KINDS), list(ReasonPolicy)
    return (
        steps.index(one.second_step) >= steps.index(as_other.second_step)
        and reasons.index(one.reason) >= reasons.index(as_other.reason)
        and one.grace >= as_other.grace
        and one.dwell >= as_other.dwell
        and one.confirmers >= as_other.confirmers
        and one.protect >= as_other.protect
        and set(one.warnings) >= set(as_other.warnings)
    )


@given(RULES, RULE, st.integers(0, 4), st.tuples(CHANNEL, st.none() | KNOWN, TASK))
def test_adding_a_rule_never_makes_it_less_strict(
    rules: Rules, rule: Rule, at: int, deletion: tuple[str, TaskFacts | None, str]
) -> None:
    """Wherever it is put."""
    more = replace(rules, rules=(*rules.rules[:at], rule, *rules.rules[at:]))
    assert is_as_strict(more.of(*deletion), rules.of(*deletion))


@given(RULES, CHANNEL, KNOWN, TASK, st.sets(st.sampled_from(["name", "project_id", "project", "repository"])))
def test_missing_facts_never_make_it_less_strict(
    rules: Rules, channel: str, facts: TaskFacts, task_id: str, missing: set[str]
) -> None:
    """Whichever of them are missing, and all of them."""
    known = rules.of(channel, facts, task_id)
    unread = replace(facts, name="" if "name" in missing else facts.name)
    unread = replace(unread, project="" if "project" in missing else facts.project)
    unread = replace(unread, project_id="" if "project_id" in missing else facts.project_id)
    unread = replace(unread, repository="" if "repository" in missing else facts.repository)
    assert is_as_strict(rules.of(channel, unread, task_id), known)
    assert is_as_strict(rules.of(channel, None, task_id), known)


@given(RULES, CHANNEL, KNOWN, TASK)
def test_the_order_of_the_rules_does_not_matter(rules: Rules, channel: str, facts: TaskFacts, task_id: str) -> None:
    """Except for the order of the warnings."""
    found = rules.of(channel, facts, task_id)
    turned = replace(rules, rules=rules.rules[::-1]).of(channel, facts, task_id)
    assert replace(found, warnings=()) == replace(turned, warnings=())
    assert set(found.warnings) == set(turned.warnings)


@given(SAFEGUARDS, SAFEGUARDS)
def test_the_strictest_of_two_is_as_strict_as_both_and_made_of_them(one: Safeguards, other: Safeguards) -> None:
    """And nothing more: each safeguard is that of one of the two."""
    both = strictest(one, other)
    assert is_as_strict(both, one)
    assert is_as_strict(both, other)
    for each in fields(Safeguards):
        if each.name != "warnings":
            assert getattr(both, each.name) in (getattr(one, each.name), getattr(other, each.name))
    assert strictest(both, both) == both
    assert strictest(one, Safeguards(reason=ReasonPolicy.OFF)) == replace(
        one, warnings=tuple(dict.fromkeys(one.warnings))
    )
