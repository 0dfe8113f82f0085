"""codecheck.toml says what people may do, not how to reach services, so it contains no secrets."""

import os
import tomllib
from pathlib import Path

from bot.settings.faults import Fault, nearest, shown
from bot.settings.files import read_file
from bot.settings.model import Settings, keys_of, tables_of, variables_of

CONFIG = "codecheck.toml"
_LIMIT = 1024 * 1024  # bytes
_LONGEST_PATH = 1024
_CORRECT = "Correct CODECHECK_CONFIG or the file."


def find_toml(named: str, cwd: Path) -> Path | None:
    """The TOML file: the one that `CODECHECK_CONFIG` names, otherwise codecheck.toml in `cwd` if it exists."""
    if named:
        return cwd / named
    usual = cwd / CONFIG
    return usual if os.path.lexists(usual) else None  # a link to nothing is a mistake, not a missing file


def read_toml(path: Path) -> tuple[dict[str, object], list[Fault]]:
    """The known tables of the file, as they are there, and what is wrong with the file and its other tables."""
    where, name = shown(str(path), _LONGEST_PATH), shown(path.name)
    try:
        content = read_file(path, _LIMIT)
    except OSError as error:
        return {}, [Fault(where, f"cannot be read: {error.strerror}", _CORRECT)]
    except ValueError as error:
        return {}, [Fault(where, str(error), _CORRECT)]
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return {}, [Fault(name, "is not UTF-8", "Save it as UTF-8.")]
    except (ValueError, RecursionError) as error:  # tomllib's own, and Python's for a number of thousands of digits
        return {}, [Fault(name, f"is not valid TOML: {shown(str(error), 160)}", "Correct that line.")]
    unknown = [Fault(f"{name}: {shown(key)}", *_unknown(key)) for key in document if key not in tables_of(Settings)]
    return {key: value for key, value in document.items() if key in tables_of(Settings)}, unknown


def _unknown(key: str) -> tuple[str, str]:
    """What is wrong with a name at the top of the file, and what to do."""
    if key in variables_of(Settings):
        return "does not belong in this file", "Set it as an environment variable."
    for table in tables_of(Settings):
        if key in keys_of(table):
            return "is outside its table", f"Put it under [{table}]."
    return "is not a setting", nearest(key, [f"[{table}]" for table in tables_of(Settings)])
