"""What a soak makes of what it saw: it must neither overlook what is wrong nor call right what is wrong."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.soak.conversations import Kind
from benchmarks.soak.cuts import HOSTS, cuts
from benchmarks.soak.ending import Ended, faults_of
from benchmarks.soak.faults import SLACK, pick
from benchmarks.soak.resources import Process, Sample, growth, slope
from bot.domain.lifecycle import State

_MIB = 1 << 20
DELETED = Ended(Kind.DELETE, [State.DELETED], ["✅ soak-1 deleted"], gone=True, calls=1)
CANCELLED = Ended(Kind.CANCEL, [State.CANCELLED], [], gone=False)


@pytest.mark.parametrize(
    ("ended", "stored"),
    [
        (DELETED, [State.DELETED]),
        (DELETED, [State.EXPIRED, State.DELETED]),
        (CANCELLED, [State.CANCELLED]),
        (Ended(Kind.UNKNOWN_TASK, [], [], gone=False), []),
        (Ended(Kind.REFUSED, [State.FAILED], ["❌"], gone=False, calls=1), [State.FAILED]),
        (replace(DELETED, shown=[State.FAILED], gone=False), [State.FAILED]),
    ],
)
def test_what_ended_as_it_should(ended: Ended, stored: list[State]) -> None:
    """Nothing is held against it; a fault may keep a DELETE from being done."""
    assert not faults_of(ended, stored)


@pytest.mark.parametrize(
    ("ended", "stored", "fault"),
    [
        (DELETED, [], "lost"),
        (DELETED, [State.DELETED, State.DELETED], "twice"),
        (DELETED, [State.EXECUTING], "not ended"),
        (replace(DELETED, shown=[State.DELETED, None]), [State.DELETED], "the prompts say"),
        (replace(DELETED, shown=[]), [State.DELETED], "no prompt"),
        (replace(DELETED, gone=False), [State.DELETED], "still there"),
        (replace(DELETED, shown=[State.FAILED]), [State.FAILED], "deleted, but recorded"),
        (replace(DELETED, results=()), [State.DELETED], "never announced"),
        (replace(DELETED, calls_too_many=1), [State.DELETED], "after the task had gone"),
        (replace(DELETED, wrong=["a lie"]), [State.DELETED], "a lie"),
        (replace(CANCELLED, calls=1), [State.CANCELLED], "was kept"),
        (replace(CANCELLED, kind=Kind.EXPIRE), [State.CANCELLED], "ended as cancelled"),
    ],
)
def test_what_did_not(ended: Ended, stored: list[State], fault: str) -> None:
    """Each of these is said."""
    assert any(fault in found for found in faults_of(ended, stored)), faults_of(ended, stored)


def test_every_kind_of_fault_has_the_same_share() -> None:
    """One in a hundred of each, and the rest go well."""
    picked = Counter(found[0] if (found := pick(at / 1_000, 0.01, SLACK)) else "" for at in range(1_000))
    assert picked.pop("") == 1_000 - 10 * len(SLACK)
    assert set(picked.values()) == {10}
    assert picked.keys() == SLACK.keys()
    assert pick(0.0, 0.0, SLACK) is None


def test_growth_is_told_from_noise() -> None:
    """A process that grows steadily is found out, one that grew at first and then goes up and down is not."""
    steady = [Sample(at, (80 + at / 20) * _MIB, 30, at) for at in range(200)]
    warm = [Sample(at, (80 + min(at, 20) / 4 + at % 2) * _MIB, 30, at) for at in range(200)]
    assert slope([(each.at, each.memory) for each in steady]) == pytest.approx(_MIB / 20)
    assert growth(steady) > 0.05
    assert abs(growth(warm)) < 0.01
    assert Process(steady, steady[-1], Counter()).faults()
    assert not Process(warm, warm[-1], Counter()).faults()
    assert Process(warm, replace(warm[-1], descriptors=200), Counter()).faults()


def test_everyone_is_cut_off_from_everyone() -> None:
    """Each replica from each server, in each direction alone; each host from all others; and nobody from themselves."""
    everything = list(cuts())
    alone = {next(iter(cut.pairs)) for cut in everything if len(cut.pairs) == 1}
    servers = set(HOSTS) - {"bot-a", "bot-b"}
    for bot in ("bot-a", "bot-b"):
        for server in servers:
            assert {(bot, server), (server, bot)} <= alone
    assert all(sender != receiver for cut in everything for sender, receiver in cut.pairs)
    assert {cut.slow for cut in everything if cut.slow} == set(HOSTS)
    assert len({cut.what for cut in everything}) == len(everything)
