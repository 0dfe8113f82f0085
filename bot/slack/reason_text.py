"""Reads the reason that people give for a deletion or a freeze."""

from bot.domain.errors import UsageError
from bot.domain.text import Text
from bot.slack.pasted_text import visible

LONGEST_REASON = 200  # characters
_OPENING, _CLOSING = "“„\"'‘«»「『`", "”“\"'’»«」』`"  # noqa: RUF001 - the quotation marks that people type
_QUOTES = dict(zip(_OPENING, _CLOSING, strict=True))


def read_reason(text: str) -> str:
    """The reason as one line, without surrounding quotes; "" if there is none."""
    reason = " ".join(visible(text).split())
    if len(reason) > 1 and _QUOTES.get(reason[0]) == reason[-1] and reason[0] not in reason[1:-1]:
        reason = reason[1:-1].strip()
    return reason


def check_reason(reason: str) -> str:
    """`reason`, if it isn't too long.

    Raises:
        UsageError: it is.
    """
    if len(reason) > LONGEST_REASON:
        fault = "A reason has at most {limit} characters, and this one has {length}."
        raise UsageError(Text(fault, {"limit": LONGEST_REASON, "length": len(reason)}))
    return reason
