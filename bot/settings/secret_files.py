"""Secrets from files, as Docker and Kubernetes mount them: `NAME_FILE` in place of `NAME`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.settings.faults import Fault
from bot.settings.files import read_file

_LIMIT = 64 * 1024  # bytes; no secret is longer, and a wrong path may lead to anything
_HINT = "Correct the path, or let the user that runs the bot read the file."


def read_secret_files(
    names: Iterable[str], environ: Mapping[str, str], cwd: Path
) -> tuple[dict[str, str], list[Fault]]:
    """The secrets in the files that `NAME_FILE` variables name, and what is wrong with those variables.

    The path is never quoted in a fault: people do paste the secret itself there.
    """
    values: dict[str, str] = {}
    faults: list[Fault] = []
    for name in names:
        variable = f"{name}_FILE"
        if not (path := environ.get(variable)):
            continue
        if environ.get(name):
            faults.append(Fault(variable, f"is set as well as {name}", "Keep one of them and unset the other."))
            continue
        try:
            values[name] = _secret(cwd / path)
        except OSError as error:
            faults.append(Fault(variable, f"names a file that cannot be read: {error.strerror}", _HINT))
        except ValueError as error:
            faults.append(Fault(variable, f"names a file that {error}", "Correct the path or the file."))
    return values, faults


def _secret(path: Path) -> str:
    """Raises `OSError` and `ValueError` as `read_file` does; no text holds the content."""
    try:
        text = read_file(path, _LIMIT).decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    if not text:
        raise ValueError("is empty")
    return text
