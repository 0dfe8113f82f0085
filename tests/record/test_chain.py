"""What the chain finds: any change of any entry, whoever made it."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.audit import _safe
from bot.domain.chain import START, Chain, Link, chained, verify
from bot.domain.identity import SlackUser
from bot.domain.record import Entry, of_brake, of_refusal

ALICE = SlackUser("T1", "U01ALICE")


def recorded(count: int) -> list[Entry]:
    """A record of so many entries, as Redis writes it."""
    entries, last = [], START.hash
    for number in range(1, count + 1):
        note = of_refusal(ALICE, "delete", f"reason {number}", "C1", f"task-{number}")
        text = f'{{"n":{number},"at":{1_790_000_000_000 + number},{note.told()}}}'
        last = chained(last, text)
        entries.append(Entry(f"{number}-0", text, last))
    return entries


def head_of(entries: list[Entry]) -> Link:
    """Where they end."""
    return Link(len(entries), entries[-1].hash)


def changed(entries: list[Entry], at: int) -> list[Entry]:
    """One says something else."""
    return [*entries[:at], replace(entries[at], text=entries[at].text.replace("task-", "tusk-")), *entries[at + 1 :]]


def rehashed(entries: list[Entry], at: int) -> list[Entry]:
    """One says something else, and has the hash of that."""
    text = entries[at].text.replace("task-", "tusk-")
    before = entries[at - 1].hash if at else START.hash
    return [*entries[:at], replace(entries[at], text=text, hash=chained(before, text)), *entries[at + 1 :]]


def deleted(entries: list[Entry], at: int) -> list[Entry]:
    """One has gone."""
    return entries[:at] + entries[at + 1 :]


def inserted(entries: list[Entry], at: int) -> list[Entry]:
    """One stands twice."""
    return [*entries[: at + 1], *entries[at:]]


def swapped(entries: list[Entry], at: int) -> list[Entry]:
    """Two neighbours have changed places."""
    other = at - 1 if at else 1
    moved = list(entries)
    moved[at], moved[other] = moved[other], moved[at]
    return moved


def truncated(entries: list[Entry], at: int) -> list[Entry]:
    """The tail has gone."""
    return entries[:at]


TAMPERINGS = [changed, rehashed, deleted, inserted, swapped, truncated]


@given(count=st.integers(2, 12), data=st.data(), tamper=st.sampled_from(TAMPERINGS))
def test_any_tampering_is_found(
    count: int, data: st.DataObject, tamper: Callable[[list[Entry], int], list[Entry]]
) -> None:
    """Whatever is done to whichever entry, the head that Redis keeps no longer follows from the entries."""
    entries = recorded(count)
    at = data.draw(st.integers(0, count - 1))
    assert verify(entries, head_of(entries)) is None
    found = verify(tamper(entries, at), head_of(entries))
    assert found is not None
    assert found.number in (at, at + 1, at + 2)


@given(count=st.integers(2, 12), data=st.data())
def test_a_tail_cut_off_with_its_head_is_found_by_a_noted_head(count: int, data: st.DataObject) -> None:
    """Who sets the head back as well fools nobody who noted it, with its number or without."""
    entries = recorded(count)
    kept = entries[: data.draw(st.integers(1, count - 1))]
    assert verify(kept, head_of(kept)) is None
    assert verify(kept, head_of(kept), noted=head_of(entries)) is not None
    assert verify(kept, head_of(kept), noted=Link(0, head_of(entries).hash)) is not None


def test_a_record_made_anew_is_found_by_a_noted_head() -> None:
    """The whole chain can be forged by who may write to Redis; the noted hash cannot be met."""
    entries = recorded(5)
    forged, last = [], START.hash
    for entry in changed(entries, 2):
        last = chained(last, entry.text)
        forged.append(replace(entry, hash=last))
    assert verify(forged, head_of(forged)) is None
    assert verify(forged, head_of(forged), noted=head_of(entries[:4])) is not None
    assert verify(entries, head_of(entries), noted=head_of(entries[:4])) is None


def test_a_beginning_that_was_not_trimmed_is_missed() -> None:
    """Who removes the first entries and sets the anchor to fit is contradicted: no entry says that it was trimmed."""
    entries = recorded(5)
    found = verify(entries[2:], head_of(entries), anchor=head_of(entries[:2]))
    assert found is not None
    assert "trimmed" in found.why


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"n":"1"}'])
def test_what_is_no_entry_is_a_break(text: str) -> None:
    """Whatever stands in the stream is judged, not believed."""
    assert Chain().follow(Entry("1-0", text, chained(START.hash, text))) is not None


@given(why=st.text(max_size=200))
def test_an_auditor_needs_nothing_of_the_bot(why: str) -> None:
    """The text is what json.dumps gives for what it says, so a parsed entry can be hashed again."""
    text = f'{{"n":1,"at":2,{of_brake(ALICE, why, frozen=True).told()}}}'
    entry = json.loads(text)
    assert entry["why"] == why if why else "why" not in entry
    again = json.dumps(entry, separators=(",", ":"))
    assert sha256(("0" * 64 + again).encode()).hexdigest() == chained(START.hash, text)


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_value_is_a_formula_in_a_spreadsheet(value: str) -> None:
    """It is marked as text."""
    out = io.StringIO()
    csv.writer(out).writerow([_safe(value)])
    (row,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert row == [f"'{value}"]
