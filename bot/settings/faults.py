"""What is wrong with a setting, where, and what to do about it: one line each, without any value that was given."""

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.domain.errors import BotError
from bot.settings.model import ConfirmationRule, keys_of


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the settings.

    Args:
        where: the variable, the file, or the file's table and key.
        what: what is wrong with it; goes on after `where`.
        cure: what to do, a sentence.
    """

    where: str
    what: str
    cure: str

    def __str__(self) -> str:
        """The fault in one line."""
        return f"{self.where} {self.what}. {self.cure}"


class SettingsError(BotError):
    """The settings cannot be used; `faults` are all that is wrong with them, and the text is one line for each."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


_TOLD_ELSEWHERE = {
    "missing",  # `requirements` tells, with the cure
    "default_factory_not_called",  # the default hangs on a setting that has a fault of its own
}


def faults_of(error: ValidationError, *, toml: str, from_files: Collection[str]) -> list[Fault]:
    """The faults behind pydantic's `error` for `Settings`.

    Args:
        error: what pydantic found.
        toml: the name of the TOML file.
        from_files: the secrets that a `NAME_FILE` gave.
    """
    return [
        Fault(_place(detail["loc"], toml, from_files), *_wrong(detail))
        for detail in error.errors(include_url=False, include_input=False)
        if detail["type"] not in _TOLD_ELSEWHERE
    ]


def _place(location: tuple[int | str, ...], toml: str, from_files: Collection[str]) -> str:
    """`location` as a person finds it: a variable, the file that gave it, or a table and key of the TOML file."""
    first, *rest = (part for part in location if part != "[key]")
    if isinstance(first, str) and first.isupper():
        return f"{first} (from {first}_FILE)" if first in from_files else first
    keys = [f"entry {part + 1}" if isinstance(part, int) else shown(part) for part in rest]
    return " ".join((f"{toml}: [{first}]", *keys))


def _wrong(detail: ErrorDetails) -> tuple[str, str]:
    """What is wrong, and what to do."""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "refused":
            return context["what"], context["cure"]
        case "extra_forbidden":
            table, *_, key = map(str, detail["loc"])
            in_rule = len(detail["loc"]) > 2  # noqa: PLR2004 - [[confirmation.rules]] is the one table in a table
            known = tuple(ConfirmationRule.model_fields) if in_rule else keys_of(table)
            return "is no setting", nearest(key, known)
        case "literal_error":
            return "is none of its values", f"Set it to {context['expected']}."
        case "int_type" | "int_parsing" | "int_from_float":
            return "is not a whole number", "Write digits alone, in the TOML file without quotes."
        case "string_type":
            return "is not a text", "Put it in quotes."
        case "tuple_type" | "frozen_set_type":
            return "is not a list", 'Write it as ["...", "..."].'
        case "model_type" | "dict_type":
            return "is not a table", "Write its name in brackets on a line of its own, and its keys below."
        case _:
            return f"cannot be used ({detail['msg']})", "Correct it."


def nearest(name: str, known: Sequence[str]) -> str:
    """What an unknown name was perhaps meant to be, as a cure."""
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.4)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(known)}."


def shown(name: str, most: int = 64) -> str:
    """A text out of a file in one line: short, and free of control characters."""
    return name.encode("unicode_escape").decode()[:most]
