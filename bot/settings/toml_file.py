"""codecheck.toml: what people may do rather than how to reach things, so it holds no secret."""

import tomllib
from pathlib import Path

from bot.settings.faults import Fault, nearest, shown
from bot.settings.model import TABLES, VARIABLES, keys_of


def read_toml(path: Path) -> tuple[dict[str, object], list[Fault]]:
    """The known tables of the file, as they stand there, and what is wrong with the file and its other tables."""
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        return {}, [Fault("codecheck.toml or CODECHECK_CONFIG", what, "Correct the path or the file.")]
    except UnicodeDecodeError:
        return {}, [Fault(path.name, "is not UTF-8", "Save it as UTF-8.")]
    except ValueError as error:  # tomllib's own, and Python's for a number of thousands of digits
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
    return "is no setting", nearest(key, [f"[{table}]" for table in TABLES])
