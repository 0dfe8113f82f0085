"""What a check found, and how it is printed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How it stands. Only a FAULT makes the doctor's exit status 1."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Args:
        name: what was looked at.
        grade: how it stands.
        text: what was found.
        cure: what to do about it, a sentence; "" where it is well.
    """

    name: str
    grade: Grade
    text: str
    cure: str = ""


def report(checks: Iterable[Check]) -> str:
    """The checks as lines: the grade, the name, what was found, and below it what to do."""
    return "\n".join(
        f"{check.grade:<8}{check.name}: {check.text}" + (f"\n{'':<8}-> {check.cure}" if check.cure else "")
        for check in checks
    )
