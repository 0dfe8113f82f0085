r"""Checkpoints make the audit log tamper-evident.

Every few seconds a replica seals the events since the last checkpoint. A checkpoint's digest is the SHA-256 of the
previous hash and of every event's ID and text, in order. Its hash binds the digest to its number, its last event and
the number of events, which can still be checked when the events themselves have been trimmed. Number and hash are also
logged, out of reach of anyone who can write to Redis: `audit verify --checkpoint NUMBER:HASH` compares them. To check
an export by hand::

    digest = sha256(previous_hash.encode())
    for event in events:
        digest.update(f"\n{event_id} {text}".encode())
    line = f"{number} {last_event_id} {events_in_all} {digest.hexdigest()}"
    assert sha256(line.encode()).hexdigest() == hash

SECURITY.md says what this proves, and what it does not prove.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.domain.audit import FIELDS, Recorded
from bot.domain.lifecycle import EventKind

_CLOCKS = 5_000
"""Milliseconds by which an event's ID may differ from its time: Redis's IDs never go back, but its clock may."""
_DAY = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A sealed part of the audit log.

    Args:
        number: its number, counted from the first checkpoint.
        hash: binds all other fields, and every earlier checkpoint.
        upto: the ID of the last event in it; "" if there is none yet.
        events: how many events have been sealed in total.
        digest: of the previous hash and the events.
        at: when it was made, in ms of Redis's clock.
    """

    number: int = 0
    hash: str = "0" * 64
    upto: str = ""
    events: int = 0
    digest: str = ""
    at: int = 0

    @property
    def bound(self) -> bool:
        """Whether the hash matches the other fields."""
        return self == START or self.hash == _bound(self.number, self.upto, self.events, self.digest)


def _bound(number: int, upto: str, events: int, digest: str) -> str:
    return sha256(f"{number} {upto} {events} {digest}".encode(errors="surrogatepass")).hexdigest()


START = Checkpoint()


def seal(last: Checkpoint, events: Iterable[Recorded], at: int) -> Checkpoint:
    """The checkpoint of `events` after `last`; `last` itself if there are none."""
    digest = sha256(last.hash.encode())
    upto, count = last.upto, 0
    for event in events:
        digest.update(f"\n{event.id} {event.text}".encode(errors="surrogatepass"))
        upto, count = event.id, count + 1
    if not count:
        return last
    number, total = last.number + 1, last.events + count
    return Checkpoint(number, _bound(number, upto, total, digest.hexdigest()), upto, total, digest.hexdigest(), at)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the audit log is not as it was recorded.

    Args:
        at: the event's ID, or the checkpoint's number.
        why: what is wrong.
    """

    at: str
    why: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found.

    Args:
        faults: what is wrong; empty if the log is as it was recorded.
        events: how many events are kept.
        sealed: how many of them are sealed.
        trimmed: how many were trimmed before them.
        last: the last checkpoint.
    """

    faults: tuple[Fault, ...]
    events: int
    sealed: int
    trimmed: int
    last: Checkpoint


def verify(  # noqa: PLR0913 - a verification compares all of these
    events: Iterable[Recorded],
    checkpoints: Iterable[Checkpoint],
    *,
    now: int,
    interval: int,
    retention_days: int = 0,
    known: Checkpoint | None = None,
) -> Report:
    """Check the whole log.

    Args:
        events: all events that are kept, in order.
        checkpoints: all checkpoints that are kept, in order; the first is where the log was trimmed, or START.
        now: Redis's clock, in ms.
        interval: how old an unsealed event may be, in ms.
        retention_days: how long events are kept by the settings; 0 keeps everything, so nothing may be trimmed.
        known: number and hash of a checkpoint that was saved elsewhere.
    """
    faults: list[Fault] = []
    kept = list(checkpoints)
    rest = iter(events)
    pending = next(rest, None)
    whole = not kept or (pending is not None and _key(pending.id) <= _key(kept[0].upto))
    anchor, sealed_by = (START, kept) if whole else (kept[0], kept[1:])
    last, sealed, total, at = anchor, 0, 0, 0
    trims = False
    faults += _trimmed_rightly(anchor, now, retention_days)
    if not anchor.bound:
        faults.append(Fault(f"checkpoint {anchor.number}", "it is not as it was sealed"))

    def stretch(upto: str | None) -> Iterator[Recorded]:
        nonlocal pending, at, total, trims
        while pending is not None and (upto is None or _key(pending.id) <= _key(upto)):
            faults.extend(_event_faults(pending, at, now))
            at = max(at, pending.at)
            total += 1
            trims = trims or (pending.get("kind") == EventKind.TRIMMED and pending.get("upto") == anchor.upto)
            yield pending
            pending = next(rest, None)

    for checkpoint in sealed_by:
        found = seal(last, stretch(checkpoint.upto), checkpoint.at)
        sealed = total
        if checkpoint.number != last.number + 1:
            faults.append(Fault(f"checkpoint {last.number + 1}", "it is missing"))
        elif replace(found, at=checkpoint.at) != checkpoint:
            why = "the events that it seals are not as they were: one was changed, added, removed or moved"
            faults.append(Fault(f"checkpoint {checkpoint.number}", why))
        last = checkpoint
    for event in stretch(None):
        if now - event.at > interval:
            faults.append(Fault(event.id, "no checkpoint seals it, although it is older than the sealing interval"))
    if anchor.events and not trims:
        faults.append(Fault(anchor.upto, "events up to here are gone, but no event says that they were trimmed"))
    faults += _known_elsewhere(kept, known, anchor)
    return Report(tuple(faults), total, sealed, anchor.events, last)


def _key(event_id: str) -> tuple[int, int]:
    """A stream ID as numbers, for comparison. An invalid one, as in a forged checkpoint, comes before all others."""
    ms, _, sequence = event_id.partition("-")
    return (int(ms), int(sequence)) if _digits(ms) and _digits(sequence) else (0, 0)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _event_faults(event: Recorded, latest: int, now: int) -> Iterator[Fault]:
    try:
        said = json.loads(event.text)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not event.at or not said.get("kind"):
        yield Fault(event.id, "it is not an event")
        return
    if strange := sorted(set(said) - set(FIELDS)):
        yield Fault(event.id, f"no event has {', '.join(strange)}")
    if said["kind"] == EventKind.DATA_LOST:
        before = f"; the last checkpoint known before is {said['upto']}" if said.get("upto") else ""
        yield Fault(event.id, f"data that had been recorded before were lost{before}")
    if event.at > now + _CLOCKS:
        yield Fault(event.id, "its time is in the future")
    if event.at < latest - _CLOCKS:
        yield Fault(event.id, "its time is before that of the previous event")
    if abs(_key(event.id)[0] - max(event.at, latest)) > _CLOCKS:
        yield Fault(event.id, "its ID and its time differ")


def _trimmed_rightly(anchor: Checkpoint, now: int, retention_days: int) -> Iterator[Fault]:
    """Whether the events missing at the beginning were old enough to be trimmed."""
    if not anchor.events:
        return
    if not retention_days:
        yield Fault(anchor.upto, "events up to here are gone, but the settings keep everything")
    elif now - _key(anchor.upto)[0] < retention_days * _DAY:
        yield Fault(anchor.upto, f"events up to here are gone, but they are younger than {retention_days} days")


def _known_elsewhere(kept: list[Checkpoint], known: Checkpoint | None, anchor: Checkpoint) -> Iterator[Fault]:
    if known is None:
        return
    if known.number < anchor.number:
        yield Fault(f"checkpoint {known.number}", "it has been trimmed since it was saved, so it cannot be compared")
    elif (known.number, known.hash) not in [(each.number, each.hash) for each in kept]:
        yield Fault(f"checkpoint {known.number}", "it is not the one that was saved: the log was forged or cut off")
