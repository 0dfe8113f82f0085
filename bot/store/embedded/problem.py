"""What is wrong with the embedded server or its folder, as a value."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import EmbeddedServerError


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong.

    Args:
        what: what is wrong, a sentence.
        hint: what to do about it, a sentence.
        fatal: whether the server cannot be started, or must not be used, until then.
    """

    what: str
    hint: str
    fatal: bool = True

    def __str__(self) -> str:
        """Both sentences."""
        return f"{self.what} {self.hint}"

    def error(self) -> EmbeddedServerError:
        """The same as an error to raise."""
        return EmbeddedServerError(str(self))


def raise_fatal(problems: Iterable[Problem]) -> list[Problem]:
    """The problems, if none of them is fatal.

    Raises:
        EmbeddedServerError: the first that is.
    """
    harmless = []
    for problem in problems:
        if problem.fatal:
            raise problem.error()
        harmless.append(problem)
    return harmless


def shown(path: Path) -> str:
    """A path that can be printed, also if it is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
