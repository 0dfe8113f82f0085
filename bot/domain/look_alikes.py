"""Tasks whose names are easily confused: the same name twice, or names that differ only in a number."""

import re
import unicodedata
from collections.abc import Iterable

from bot.domain.facts import Candidate

_NUMBER = re.compile(r"\d+")
MOST = 3
"""How many look-alikes a prompt names."""


def look_alikes(name: str, task_id: str, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Those of `candidates` that someone could confuse with the task called `name`.

    Args:
        name: the task's name.
        task_id: its ID; it is not its own look-alike.
        candidates: the tasks that a search has found.
    """
    wanted = _outline(name)
    alike = (each for each in candidates if each.task_id != task_id and _outline(each.name) == wanted)
    return tuple(sorted(alike, key=lambda each: (each.name != name, each.name, each.task_id)))[:MOST]


def common_part(name: str) -> str:
    """The search term for names that differ only in a number: the longest part of `name` without digits."""
    return max(_NUMBER.split(name), key=len).strip() or name


def _outline(name: str) -> str:
    """A name as people skim it: ignoring case, and with all numbers the same."""
    return _NUMBER.sub("#", " ".join(unicodedata.normalize("NFC", name).casefold().split()))
