"""Keeps secrets out of what a service says, before its texts become part of an outcome, a fact or a log line.

It catches the bot's own secrets, by value and however they are written, and anything that looks like a credential.
"""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

WITHHELD = "(the message is withheld: it may hold credentials)"

_LONGEST_READ = 8_192  # how many characters of a text are examined
_SHORTEST_SECRET = 4  # characters; a shorter value would match every second sentence
_PIECE = 12  # so many consecutive characters identify a secret, even if it was cut off

# Access keys have 20 capitals and digits, secret keys 40 letters and digits, hashes and tokens more. A slash ends
# a run, so that the path of a task or a project (`/v3/task/<32 hex digits>`) does not match.
_CREDENTIAL = re.compile(
    r"canonical|authori[sz]ation|signature|\bsign(?:ed|ing)|aksk|ak/sk|access.?key|secret|credential|password|token"
    r"|sdk-hmac|x-(?:auth|sdk|project|security|subject)-|(?-i:[A-Z0-9]{20})|[0-9A-Za-z+=_-]{40}",
    re.IGNORECASE,
)


def one_line(value: object) -> str:
    """A string as one line, without control, format or surrogate characters; "" for anything else."""
    if not isinstance(value, str):
        return ""
    if value.isprintable():
        return " ".join(value[:_LONGEST_READ].split())
    return " ".join("".join(map(_printable, value[:_LONGEST_READ])).split())


def cut(line: str, most: int) -> str:
    """The line, cut to `most` characters."""
    return line if len(line) <= most else line[: most - 1] + "…"


class Redactor:
    """Withholds texts that contain a secret.

    Args:
        secrets: values that must never appear. Of a URL only the password counts, since its host may be named.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = {_squeezed(_core(secret)) for secret in secrets}
        self._short = frozenset(secret for secret in known if _SHORTEST_SECRET <= len(secret) < 2 * _PIECE)
        self._runs = frozenset(run for secret in known if len(secret) >= 2 * _PIECE for run in _runs(secret))

    def message(self, value: object, most: int) -> str:
        """A service's text as one line, in NFKC and cut to `most`; or a note that it is withheld.

        It is checked before it is cut, since half a secret is a secret too.
        """
        line = unicodedata.normalize("NFKC", one_line(value))
        if not line:
            return ""
        return WITHHELD if _CREDENTIAL.search(line) or self._has_secret(line) else cut(line, most)

    def name(self, value: object, most: int) -> str:
        """A name as one line, cut to `most`, in the service's spelling; "" if it contains one of the secrets."""
        line = one_line(value)
        return "" if self._has_secret(line) else cut(line, most)

    def _has_secret(self, line: str) -> bool:
        return any(
            any(secret in reading for secret in self._short) or not self._runs.isdisjoint(_runs(reading))
            for reading in {_squeezed(text) for text in {line, unquote(line)}}
        )


def _printable(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cc" or category[0] == "Z":
        return " "
    return "" if category[0] == "C" else character


def _squeezed(text: str) -> str:
    """The text as it is compared: NFKC, case-folded, without backslashes, spaces and control characters."""
    if text.isascii() and text.isprintable():
        return text.replace("\\", "").replace(" ", "").lower()
    normal = unicodedata.normalize("NFKC", text)
    return "".join(c for c in normal if c != "\\" and unicodedata.category(c)[0] not in "CZ").casefold()


def _core(secret: str) -> str:
    return unquote(urlsplit(secret).password or "") if "://" in secret else secret


def _runs(text: str) -> Iterable[str]:
    """Every run of `_PIECE` characters."""
    return (text[start : start + _PIECE] for start in range(len(text) - _PIECE + 1))
