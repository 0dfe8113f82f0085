"""What a probe finds."""

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How bad it is. Only a FAULT makes the exit status 1."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a probe found.

    Args:
        grade: how bad it is.
        text: what was found.
        hint: what to do about it, a sentence; "" if there is nothing to do.
    """

    grade: Grade
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A finding, and which probe found it.

    Args:
        name: the probe's name.
        grade: how bad it is.
        text: what was found.
        hint: what to do about it; "" if there is nothing to do.
    """

    name: str
    grade: Grade
    text: str
    hint: str = ""


class CannotTell(Exception):  # noqa: N818 - it is an answer, and not an error
    """What a probe wants to know cannot be found out. That is a warning, and never OK.

    Args:
        why: the reason, a clause that follows "cannot tell: ".
        hint: how to find out, a sentence.
    """

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.finding = warning(f"cannot tell: {why}", hint)


def ok(text: str) -> Finding:
    """It is as it should be."""
    return Finding(Grade.OK, text)


def warning(text: str, hint: str) -> Finding:
    """It works, but should be looked at."""
    return Finding(Grade.WARNING, text, hint)


def fault(text: str, hint: str) -> Finding:
    """It does not work."""
    return Finding(Grade.FAULT, text, hint)
