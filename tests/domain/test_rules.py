"""Rules: every one that matches counts, the strictest wins, and none is evaded by what is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.confirmations import KINDS
from bot.domain.facts import TaskFacts
from bot.domain.rules import Match, ReasonPolicy, Rule, Rules, Safeguards, strictest

FACTS = TaskFacts(
    name="Webshop-Frontend",
    project="Payments",
    project_id="7e6c",
    repository="git@codehub.example.com:Pay/shop.git",
)
safeguards = st.builds(
    Safeguards,
    second_step=st.sampled_from([*KINDS, "of_a_newer_version"]),
    grace=st.integers(0, 9),
    reason=st.sampled_from(ReasonPolicy),
    dwell=st.integers(0, 9),
    confirmers=st.integers(1, 4),
    protect=st.booleans(),
    warnings=st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple),
)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (Match(), True),
        (Match(channels=("C1",)), True),
        (Match(channels=("c*",)), True),
        (Match(channels=("C2",)), False),
        (Match(channels=("C2", "C1")), True),
        (Match(projects=("pay*",)), True),
        (Match(projects=("7E6C",)), True),
        (Match(projects=("pay",)), False),
        (Match(repositories=("*pay/shop",)), True),
        (Match(repositories=("*pay/shop.git",)), True),
        (Match(repositories=("*pay/shop.gi",)), False),
        (Match(names=("webshop-*",)), True),
        (Match(names=("*shop",)), False),
        (Match(names=("web????-[f-g]*",)), True),
        (Match(tasks=("897*",)), True),
        (Match(tasks=("898*",)), False),
        (Match(names=("webshop-*",), tasks=("897*",)), True),
        (Match(names=("webshop-*",), tasks=("898*",)), False),
    ],
)
def test_what_a_rule_is_for(match: Match, fits: bool) -> None:  # noqa: FBT001
    """All kinds that are given, each by one of its globs, without regard to case."""
    assert match.fits("C1", FACTS, "897acf") is fits


@pytest.mark.parametrize(
    ("glob", "name"), [("caf\u00e9-*", "Cafe\u0301-api"), ("CAFE\u0301-*", "caf\u00e9-api"), ("stra\u00dfe", "STRASSE")]
)
def test_names_that_read_alike_match_alike(glob: str, name: str) -> None:
    """A precious task is not left out for the form of its Unicode."""
    assert Match(names=(glob,)).fits("C1", TaskFacts(name=name), "1")


@given(
    st.sampled_from(["projects", "repositories", "names"]),
    st.sampled_from(["nothing-like-it", "x*", "[a]"]),
)
def test_what_is_not_known_counts_as_matching(kind: str, glob: str) -> None:
    """So a strict rule cannot be evaded by asking while a look-up fails."""
    strict = Rules(rules=(Rule(Match(**{kind: (glob,)}), Safeguards(protect=True)),))
    assert strict.of("C1", None, "897acf").protect
    assert strict.of("C1", TaskFacts(), "897acf").protect
    assert not strict.of("C1", FACTS, "897acf").protect


def test_every_rule_that_matches_counts() -> None:
    """Above the usual safeguards, for each safeguard the strictest of them; warnings of all."""
    rules = Rules(
        Safeguards(grace=5, warnings=("usual",)),
        (
            Rule(Match(names=("webshop*",)), Safeguards(second_step="typed", warnings=("gate",))),
            Rule(Match(channels=("C1",)), Safeguards(grace=3, reason=ReasonPolicy.REQUIRED)),
            Rule(Match(channels=("C2",)), Safeguards(protect=True)),
        ),
    )
    assert rules.of("C1", FACTS, "897acf") == Safeguards(
        second_step="typed", grace=5, reason=ReasonPolicy.REQUIRED, warnings=("usual", "gate")
    )


@given(safeguards, safeguards, safeguards)
def test_the_strictest_is_at_least_as_strict_as_each(one: Safeguards, two: Safeguards, three: Safeguards) -> None:
    """Whatever order they come in, and adding one never loosens anything."""
    together = strictest(one, two)
    for each in (one, two):
        assert strictest(together, each) == together
    assert strictest(strictest(one, two), three) == strictest(one, strictest(two, three))
    backwards = strictest(two, one)
    assert (together.grace, together.reason, together.dwell, together.confirmers, together.protect) == (
        backwards.grace,
        backwards.reason,
        backwards.dwell,
        backwards.confirmers,
        backwards.protect,
    )
    assert set(together.warnings) == set(backwards.warnings)
