"""Reads what people type and paste: with invisible characters, quotes and brackets, or as a link to the console."""

import re
import unicodedata

from bot.domain.errors import UsageError
from bot.domain.task_id import TASK_ID
from bot.domain.text import Code, Text

_QUOTES = frozenset({"Pi", "Pf", "Ps", "Pe"})  # Unicode's opening and closing quotes and brackets
# Further marks that no task ID begins or ends with.
_AROUND = frozenset("`'\"*~<>.,;:!?…´ˋ＂＇＊＜＞。，、；：！？．､｡")  # noqa: RUF001 - full-width forms are meant
# Invisible, but not in the category Cf: joiners, fillers, variation selectors, the braille blank.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u2800\u3164\ufe00-\ufe0f\uffa0]")
_HEX_ID = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{32}(?![0-9A-Za-z])")
_LINK = re.compile(r"(?:https?://|[\w-]+(?:\.[\w-]+)+(?::\d+)?/)", re.IGNORECASE)
_AFTER_TASK = re.compile(r"task(?:s|_?id)?[/=]([0-9A-Za-z_-]{1,128})(?![0-9A-Za-z_-])", re.IGNORECASE)
_AFTER_PROJECT = re.compile(r"project(?:s|_?id)?[/=]([0-9A-Za-z_-]{1,128})(?![0-9A-Za-z_-])", re.IGNORECASE)


def visible(text: str) -> str:
    """`text` without invisible characters, such as zero-width spaces and direction marks (category Cf)."""
    return _BLANK.sub("", "".join(c for c in text if unicodedata.category(c) != "Cf"))


def bare(word: str) -> str:
    """A word without the quotes, brackets and punctuation around it: `„id“`, `<id>`, `*id*`, `id.` are all `id`."""
    begin, end = 0, len(word)
    while begin < end and _is_around(word[begin]):
        begin += 1
    while begin < end and _is_around(word[end - 1]):
        end -= 1
    return word[begin:end]


def read_task_id(word: str) -> str:
    """The task ID in one word, which may also be a link to the task in the console.

    Args:
        word: a word without spaces, invisible characters and surrounding marks.

    Raises:
        UsageError: it contains none, or several candidates.
    """
    if TASK_ID.fullmatch(word):
        return word
    if _LINK.match(word):
        return _of_link(word)
    foreign = next((character for character in word if not TASK_ID.fullmatch(character)), None)
    if foreign is not None:
        fault = "A task ID has only letters, digits, {dash} and {underscore}, and this one has {character}."
        marks = {"dash": Code("-"), "underscore": Code("_")}
        raise UsageError(Text(fault, {**marks, "character": Code(_named(foreign))}))
    raise UsageError(Text("A task ID has at most 128 characters, and this one has {length}.", {"length": len(word)}))


def _of_link(link: str) -> str:
    """The ID in a link that must be the task's: the one after `task`, else the only one that isn't a project's."""
    named: list[str] = list(dict.fromkeys(_AFTER_TASK.findall(link)))
    projects = set(_AFTER_PROJECT.findall(link))
    of_tasks = [found for found in named if _HEX_ID.fullmatch(found)]
    others = [found for found in dict.fromkeys(_HEX_ID.findall(link)) if found not in projects]
    candidates = of_tasks or others or named
    if len(candidates) == 1:
        return candidates[0]
    raise UsageError(Text("It isn't clear which part of this link is the task's ID. Please give the ID itself."))


def _is_around(character: str) -> bool:
    return character in _AROUND or unicodedata.category(character) in _QUOTES


def _named(character: str) -> str:
    """A character, described so that a person can recognise it."""
    if character.isprintable() and character not in "`&<>":
        return character
    return f"U+{ord(character):04X} {unicodedata.name(character, 'control character').lower()}"
