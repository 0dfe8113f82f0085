"""The export: JSON lines that can be checked by hand, and CSV that no spreadsheet takes for formulas."""

import csv
import io
import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from bot.audit import write
from bot.domain.audit import FIELDS, Event
from bot.domain.checkpoints import START, Checkpoint
from bot.domain.lifecycle import EventKind
from tests.store.rig import ALICE, Rig


async def exported(rig: Rig, form: str, since: datetime | None = None) -> str:
    """What is written."""
    out = io.StringIO(newline="")
    await write(rig.audit, form, since, out)
    return out.getvalue()


async def rows(rig: Rig) -> list[dict[str, str]]:
    """The rows of the CSV form."""
    return list(csv.DictReader(io.StringIO(await exported(rig, "csv"), newline="")))


async def reasons(rig: Rig, *given: str) -> None:
    """Record freezes for these reasons."""
    for reason in given:
        await rig.audit.append(Event(kind=EventKind.FROZEN, who=ALICE.id, team=ALICE.team, reason=reason))


def digest_by_hand(previous: Checkpoint, lines: list[str]) -> str:
    """The digest of a stretch, from its lines: the ID is the first member, the rest is the text that was sealed."""
    digest = sha256(previous.hash.encode())
    for line in lines:
        event_id = json.loads(line)["id"]
        text = line.replace(f'"id":"{event_id}",', "", 1)
        digest.update(f"\n{event_id} {text}".encode())
    return digest.hexdigest()


async def test_an_export_is_checked_by_hand(rig: Rig) -> None:
    """As the docstring of `bot.domain.checkpoints` says: with nothing but SHA-256 and the lines."""
    await reasons(rig, "an audit", "任务 “é” \\ \u2028")
    first = await rig.audit.seal()
    await rig.executing()
    second = await rig.audit.seal()
    assert first is not None
    assert second is not None
    lines = (await exported(rig, "jsonl")).removesuffix("\n").split("\n")
    assert len(lines) == second.events

    previous = START
    for checkpoint in (first, second):
        stretch = lines[previous.events : checkpoint.events]
        digest = digest_by_hand(previous, stretch)
        line = f"{checkpoint.number} {checkpoint.upto} {checkpoint.events} {digest}"
        assert sha256(line.encode()).hexdigest() == checkpoint.hash
        forged = [each.replace("audit", "Audit").replace("reviewed", "Reviewed") for each in stretch]
        assert digest_by_hand(previous, forged) != digest
        previous = checkpoint


async def test_a_line_is_an_event(rig: Rig) -> None:
    """Its ID, its time in ms, and what happened; what is empty is left out."""
    await reasons(rig, "an audit")
    (recorded,) = await rig.audit.following()
    assert json.loads(await exported(rig, "jsonl")) == {
        "id": recorded.id,
        "at": recorded.at,
        "kind": "frozen",
        "who": ALICE.id,
        "team": ALICE.team,
        "reason": "an audit",
    }


async def test_a_row_is_an_event(rig: Rig) -> None:
    """Every field has its column, and the time is ISO 8601 with its zone."""
    await reasons(rig, "an audit")
    (recorded,) = await rig.audit.following()
    (row,) = await rows(rig)
    assert list(row) == ["id", *FIELDS]
    assert (row["id"], row["kind"], row["reason"], row["status"]) == (recorded.id, "frozen", "an audit", "")
    at = datetime.fromisoformat(row["at"])
    assert row["at"].endswith("+00:00")
    assert round(at.timestamp() * 1_000) == recorded.at


FORMULA = [*"=+-@", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


@pytest.mark.parametrize("sign", FORMULA)
@pytest.mark.parametrize("before", ["", " ", "\u3000", "\t", "\r\n", "\x00", "\ufeff", "\u200b\u202e"])
async def test_no_cell_is_a_formula(rig: Rig, sign: str, before: str) -> None:
    """Whatever comes before the sign, seen or not: an apostrophe says that it is text."""
    await reasons(rig, f"{before}{sign}HYPERLINK(1)")
    (row,) = await rows(rig)
    assert row["reason"].startswith("'")
    assert f"{sign}HYPERLINK(1)" in row["reason"]


@pytest.mark.parametrize("text", ["an audit", "a=b", "x-1", "R&D", '"quoted", with a comma', "任务", "it's", "1e3"])
async def test_other_text_stays_as_it_is(rig: Rig, text: str) -> None:
    """Nothing is added to what is no formula."""
    await reasons(rig, text)
    assert [row["reason"] for row in await rows(rig)] == [text]


async def test_no_control_character_reaches_a_spreadsheet(rig: Rig) -> None:
    """Nor one that reorders or hides others; each becomes a space, and an event stays one row."""
    hidden = [chr(code) for code in (*range(32), *range(127, 160), 0x200B, 0x200E, 0x202E, 0x2028, 0x2029, 0xFEFF)]
    await reasons(rig, f"a{''.join(hidden)}b")
    out = await exported(rig, "csv")
    assert len(out.splitlines()) == 2
    (row,) = await rows(rig)
    assert row["reason"] == f"a{' ' * len(hidden)}b"


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_since(rig: Rig, form: str) -> None:
    """Only what was recorded from then on; the oldest first."""
    for number in range(1, 5):
        event = f'{{"at":{number}000,"kind":"frozen","reason":"{number}"}}'
        await rig.redis.xadd(rig.keys.events, {"event": event}, id=f"{number}000-1")
    out = await exported(rig, form, datetime.fromtimestamp(3, UTC))
    assert [number for number in "1234" if f'"reason":"{number}"' in out or f",{number}," in out] == ["3", "4"]


async def test_an_empty_log(rig: Rig) -> None:
    """Nothing, or only the columns."""
    assert await exported(rig, "jsonl") == ""
    assert await exported(rig, "csv") == ",".join(["id", *FIELDS]) + "\r\n"
