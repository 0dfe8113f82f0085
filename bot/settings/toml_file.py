"""codecheck.toml: what people may do rather than how to reach things, so it holds no secret."""

import difflib
import tomllib
from pathlib import Path

from bot.settings.faults import Fault, shown
from bot.settings.model import TABLES, VARIABLES, keys_of


def read_toml(path: Path) -> tuple[dict[str, object], list[Fault]]:
    """The known tables of the file, as they stand there, and what is wrong with the file and its other tables."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        return {}, [Fault(path.name, f"cannot be read: {error.strerror}", "Correct CODECHECK_CONFIG or the file.")]
    except UnicodeDecodeError:
        return {}, [Fault(path.name, "is not UTF-8", "Save it as UTF-8.")]
    except tomllib.TOMLDecodeError as error:
        return {}, [Fault(path.name, f"is no TOML: {shown(str(error), 160)}", "Correct that line.")]
    unknown = [Fault(f"{path.name}: {shown(key)}", *_stray(key)) for key in document if key not in TABLES]
    return {key: value for key, value in document.items() if key in TABLES}, unknown


def _stray(key: str) -> tuple[str, str]:
    """What is wrong with a name at the top of the file, and what to do."""
    if key in VARIABLES:
        return "does not belong in this file", "Set it as a variable of the environment."
    for table in TABLES:
        if key in keys_of(table):
            return "stands outside of its table", f"Put it under [{table}]."
    if close := difflib.get_close_matches(key.lower(), TABLES, n=1):
        return "is no setting", f"Did you mean [{close[0]}]?"
    return "is no setting", f"There are: {', '.join(f'[{table}]' for table in TABLES)}."
