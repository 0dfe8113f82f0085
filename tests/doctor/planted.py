"""What a planted fault is. Those that there are have one file for each area in `tests/doctor/faults`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bot.doctor.check import Grade
from tests.doctor.deployed import Deployed

WARNING, FAULT = Grade.WARNING, Grade.FAULT
DEAD = "http://127.0.0.1:1"  # nobody listens there
AREAS = ("settings", "slack", "redis", "stored", "embedded", "codearts", "traces")

Plant = Callable[[Deployed], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Planted:
    """One fault. `says` and `hint` must stand in what doctor prints.

    Args:
        what: what is wrong, as docs/doctor.md says it.
        probe: which probe finds it.
        grade: how bad it is.
        says: what doctor says, or a part of it.
        hint: what doctor advises, or a part of it.
        plant: makes it.
        untouched: False if Redis cannot be compared, since it is dead, hung or somewhere else.
        needs: a file without which it cannot be planted on this machine.
    """

    what: str
    probe: str
    grade: Grade
    says: str
    hint: str
    plant: Plant
    untouched: bool = True
    needs: Path | None = None


_planted: list[Planted] = []


def planted(  # noqa: PLR0913 - a row has what is wrong, and what must be said of it
    what: str, probe: str, grade: Grade, says: str, hint: str, *, untouched: bool = True, needs: Path | None = None
) -> Callable[[Plant], Plant]:
    """Add a fault to the list; see `Planted`."""

    def add(plant: Plant) -> Plant:
        _planted.append(Planted(what, probe, grade, says, hint, plant, untouched, needs))
        return plant

    return add


def all_planted() -> tuple[Planted, ...]:
    """Every fault, by area."""
    for area in AREAS:
        import_module(f"tests.doctor.faults.{area}")
    return tuple(_planted)


def faults_table() -> str:
    """The list, as Markdown."""
    rows = (f"| {each.what} | {each.probe} | {each.grade.lower()} | {each.hint} |" for each in all_planted())
    return "\n".join(("| what is wrong | found by | grade | what doctor advises |", "|---|---|---|---|", *rows))
