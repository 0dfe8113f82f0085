"""The text after `/codecheck` -> a command, or a usage error that says what to type."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.domain.errors import UsageError

TASK_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")  # DeleteTaskV3: 1 to 128 characters; the IDs seen are hex
USAGE = "Usage: `/codecheck delete <task_id>`"
LONGEST_REASON = 200  # characters of the reason of a freeze
_MENTION = re.compile(r"<@([UW][0-9A-Z]+)(?:\|[^>]*)?>")
_POSITION = re.compile(r"[0-9]{1,20}-[0-9]{1,20}")  # of an entry of the record; only the buttons write it

_PASTED = " \t\r\n`'\"\u2018\u2019\u201c\u201d\u00ab\u00bb\u00a0"  # what people paste around an ID


@dataclass(frozen=True, slots=True)
class Help:
    """`/codecheck` or `/codecheck help`."""


@dataclass(frozen=True, slots=True)
class Delete:
    """`/codecheck delete <task_id>`."""

    task_id: str


@dataclass(frozen=True, slots=True)
class Freeze:
    """`/codecheck freeze [reason]`."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Unfreeze:
    """`/codecheck unfreeze`."""


@dataclass(frozen=True, slots=True)
class History:
    """`/codecheck history [task_id | @user]`; its buttons add `before` or `after` and a position of the record."""

    task_id: str = ""
    user_id: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """`/codecheck pending [page]`."""

    page: int = 1


Command = Help | Delete | Freeze | Unfreeze | History | Pending


def parse_command(text: str) -> Command:
    """Read the slash command's text: subcommands without regard to case, task IDs with.

    Raises:
        UsageError: the text is no command; it names the fault and shows the usage.
    """
    word, *rest = _words(_unescaped(text)) or ["help"]
    subcommand = word.lower()
    if (parser := SUBCOMMANDS.get(subcommand)) is not None:
        return parser(" ".join(rest))
    named = f"`{shown}`" if (shown := _shown(word)) else "such subcommand"
    raise UsageError(f"There is no {named}.{_nearest(subcommand)} Type `/codecheck help` to see what there is.")


def parse_task_id(text: str) -> str:
    """Read one task ID, forgiving the backticks, quotes and spaces that people paste around it.

    Raises:
        UsageError: it is missing, several, too long, or has a character that no task ID has.
    """
    words = _words(text)
    if not words:
        raise UsageError(f"The task ID is missing. {USAGE}")
    if len(words) > 1:
        raise UsageError(f"One task at a time, please: these are {len(words)} words. {USAGE}")
    (task_id,) = words
    if TASK_ID.fullmatch(task_id):
        return task_id
    foreign = next((character for character in task_id if not TASK_ID.fullmatch(character)), None)
    if foreign is not None:
        raise UsageError(
            f"A task ID has only letters, digits, `-` and `_`, and this one has {_named(foreign)}. {USAGE}"
        )
    raise UsageError(f"A task ID has at most 128 characters, and this one has {len(task_id)}. {USAGE}")


def parse_history(text: str) -> History:
    """Read what to look back at.

    Raises:
        UsageError: it is neither one task ID nor one person.
    """
    words = _words(text)
    before = after = ""
    if words[-2:-1] in (["before"], ["after"]) and _POSITION.fullmatch(words[-1]):
        before, after = (words[-1], "") if words[-2] == "before" else ("", words[-1])
        words = words[:-2]
    if not words:
        return History(before=before, after=after)
    if len(words) == 1 and (person := _MENTION.fullmatch(words[0])):
        return History(user_id=person[1], before=before, after=after)
    if len(words) == 1 and TASK_ID.fullmatch(words[0]):
        return History(task_id=words[0], before=before, after=after)
    raise UsageError("Give one task ID, one person, or nothing. Usage: `/codecheck history [task_id | @user]`")


def parse_pending(text: str) -> Pending:
    """Read which page.

    Raises:
        UsageError: it is no page's number.
    """
    words = _words(text)
    if not words:
        return Pending()
    if len(words) == 1 and re.fullmatch(r"[1-9][0-9]{0,3}", words[0]):
        return Pending(int(words[0]))
    raise UsageError("There is no such page. Usage: `/codecheck pending [page]`")


SUBCOMMANDS: Mapping[str, Callable[[str], Command]] = {
    "delete": lambda text: Delete(parse_task_id(text)),
    "pending": parse_pending,
    "history": parse_history,
    "freeze": lambda text: Freeze(text[:LONGEST_REASON]),
    "unfreeze": lambda _: Unfreeze(),
    "help": lambda _: Help(),
}


def _words(text: str) -> list[str]:
    return [word for word in (piece.strip(_PASTED) for piece in text.split()) if word]


def _unescaped(text: str) -> str:
    """What the person typed: with `should_escape` Slack sends these three characters as entities, and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _nearest(subcommand: str) -> str:
    close = difflib.get_close_matches(subcommand, SUBCOMMANDS, n=1)
    return f" Did you mean `{close[0]}`?" if close else ""


def _named(character: str) -> str:
    """A character as a person can recognise it, without letting it act on the message."""
    if character.isprintable() and character not in "`&<>":
        return f"`{character}`"
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'control character').lower()})"


def _shown(word: str) -> str:
    """A person's word, short and without what Slack would read as markup."""
    return "".join(character for character in word[:32] if character.isprintable() and character not in "`&<>")
