"""What is wrong with the settings, or works but should change: where, what, and what to do, one line each.

No line holds a value that was given: it may be a secret in the wrong place.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.errors import BotError


@dataclass(frozen=True, slots=True)
class _Remark:
    """One remark about the settings.

    Args:
        where: the variable, the file, or the file's table and key.
        what: what is wrong; continues the sentence after `where`.
        hint: what to do, a sentence.
    """

    where: str
    what: str
    hint: str

    def __str__(self) -> str:
        """The remark in one line."""
        return f"{self.where} {self.what}. {self.hint}"


class Fault(_Remark):
    """One reason why the settings cannot be used."""


class Notice(_Remark):
    """Something that works, but probably not as expected."""


class SettingsError(BotError):
    """The settings cannot be used; `faults` are all the reasons, and the text has one line for each."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def nearest(name: str, known: Sequence[str]) -> str:
    """A hint at what an unknown name was perhaps meant to be."""
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.4)
    return f"Did you mean {close[0]}?" if close else f"Use one of: {', '.join(known)}."


def shown(text: str, most: int = 64) -> str:
    """A text from a file or a path on one line: at most `most` characters, without control characters."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape", "surrogatepass").decode() for each in text
    )[:most]
