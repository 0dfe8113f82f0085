"""The chain of the record: what follows from what, and where it was broken.

`bot.domain.record` says what an entry holds, and how an export of the record is checked by hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from bot.domain.record import Entry, What


@dataclass(frozen=True, slots=True)
class Link:
    """A point of the chain: how many entries there are up to it, and the hash of the last of them."""

    number: int = 0
    hash: str = "0" * 64


START = Link()


def chained(before: str, text: str) -> str:
    """The hash of an entry's `text` after an entry with the hash `before`."""
    return sha256((before + text).encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Break:
    """Where the record is not what it was.

    Args:
        number: the entry that should be there and is not as it was.
        why: what is wrong.
    """

    number: int
    why: str


class Chain:
    """Follows the record, entry by entry.

    Args:
        anchor: where it begins: START, or the last entry that was trimmed.
        noted: a head that somebody wrote down; number 0 where they wrote down its hash alone.

    Attributes:
        last: the last entry that was in order.
    """

    def __init__(self, anchor: Link = START, noted: Link | None = None) -> None:
        self.last = anchor
        self._anchor = anchor
        self._noted = noted
        self._met = noted is None or anchor.hash == noted.hash
        self._trimmed: Link | None = None

    def follow(self, entry: Entry) -> Break | None:
        """Go on to `entry`; what breaks the chain there, if anything does."""
        number = self.last.number + 1
        facts = entry.facts
        if facts.get("n") != number:
            found = f"entry {facts['n']} stands in its place" if "n" in facts else "what stands there is no entry"
            return Break(number, f"it is missing or moved: {found} (position {entry.position})")
        if entry.hash != chained(self.last.hash, entry.text):
            return Break(number, "its hash does not follow from its text and the entry before: one of them was changed")
        if self._noted and number == self._noted.number and entry.hash != self._noted.hash:
            return Break(number, "it is not the entry whose hash was noted: the record was made anew up to there")
        if facts.get("what") == What.TRIMMED:
            self._trimmed = Link(int(facts["to"]), str(facts["of"]))
        self._met = self._met or (self._noted is not None and entry.hash == self._noted.hash)
        self.last = Link(number, entry.hash)
        return None

    def end(self, head: Link) -> Break | None:
        """What is wrong at the end of the record, where `head` is the head that Redis keeps."""
        if self._anchor not in (START, self._trimmed):
            return Break(self._anchor.number, "what was removed up to there is not what the record says was trimmed")
        if self.last != head:
            return Break(self.last.number + 1, f"the record ends before it, but its head is entry {head.number}")
        if self._met:
            return None
        if self._noted and 0 < self._noted.number < self._anchor.number:
            return Break(self._noted.number, "it has been trimmed since it was noted, so it cannot be compared")
        return Break(self.last.number + 1, "the record ends before it, without the entry whose hash was noted")


def verify(entries: Iterable[Entry], head: Link, anchor: Link = START, noted: Link | None = None) -> Break | None:
    """The first break of the record; None where all is as it was written.

    Args:
        entries: all that are kept, in order.
        head: the head that Redis keeps beside them.
        anchor: where they begin.
        noted: a head that somebody wrote down.
    """
    chain = Chain(anchor, noted)
    for entry in entries:
        if found := chain.follow(entry):
            return found
    return chain.end(head)
