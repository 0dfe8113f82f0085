"""pydantic's errors as faults that a person can act on."""

from collections.abc import Collection, Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.settings.faults import Fault, nearest, shown
from bot.settings.model import keys_of

_REPORTED_ELSEWHERE = {
    "missing",  # `requirements` reports it, with what to do
    "default_factory_not_called",  # the default depends on a setting that has a fault of its own
}


def faults_of(error: ValidationError, *, toml: str, from_files: Collection[str]) -> Iterator[Fault]:
    """The faults behind pydantic's `error` for `Settings`.

    Args:
        error: what pydantic found.
        toml: the name of the TOML file.
        from_files: the secrets that a `NAME_FILE` gave.
    """
    for detail in error.errors(include_url=False, include_input=False):
        if detail["type"] not in _REPORTED_ELSEWHERE:
            yield Fault(_place(detail["loc"], toml, from_files), *_wrong(detail))


def _place(location: tuple[int | str, ...], toml: str, from_files: Collection[str]) -> str:
    """`location` as a person finds it: a variable, the file that gave it, or a table and key of the TOML file."""
    first, *rest = (part for part in location if part != "[key]")
    if isinstance(first, str) and first.isupper():
        return f"{first} (from {first}_FILE)" if first in from_files else first
    keys = [f"entry {part + 1}" if isinstance(part, int) else shown(part) for part in rest]
    table = f"[[{first}]]" if first == "rules" else f"[{first}]"
    return " ".join((f"{toml}: {table}", *keys))


def _wrong(detail: ErrorDetails) -> tuple[str, str]:
    """What is wrong, and what to do."""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "refused":
            return context["what"], context["hint"]
        case "extra_forbidden":
            *tables, key = (part for part in detail["loc"] if isinstance(part, str))
            return "is not a setting", nearest(key, keys_of(*tables))
        case "literal_error":
            return "is not one of its values", f"Set it to {context['expected']}."
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return "is not a whole number", "Write digits only; in the TOML file without quotes."
        case "bool_type":
            return "is neither true nor false", "Write true or false, without quotes."
        case "string_type":
            return "is not a text", "Put it in quotes."
        case "tuple_type" | "frozen_set_type":
            return "is not a list", _list(detail["loc"])
        case "model_type" | "dict_type":
            return "is not a table", _table(detail["loc"])
        case _:
            return f"cannot be used ({detail['msg']})", "Correct it."


def _list(location: tuple[int | str, ...]) -> str:
    *tables, key = map(str, location)
    if key == "rules":
        return f"Begin each rule with [[{'.'.join((*tables, key))}]] on a line of its own."
    return "Write it as [15, 60]." if key.endswith("_minutes") else 'Write it as ["...", "..."].'


def _table(location: tuple[int | str, ...]) -> str:
    if location[-1] == "match":
        return 'Write it as { channels = ["C..."], names = ["release-*"] }.'
    if isinstance(location[-1], int):
        return "Begin each rule with its table's name in two brackets on a line of its own."
    return "Write its name in brackets on a line of its own, and its keys below."
