"""Text for Slack's mrkdwn: escaped exactly, then cut to a limit, and never read as markup.

Source: "Formatting text for app surfaces" in Slack's documentation: exactly `&`, `<` and `>` are escaped.
"""

import re
import unicodedata

_MARKUP = re.compile(r"[*_~`<>]|:[^\s:]+:")  # bold, italic, strike, code, entities, quotes; emoji
_CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")  # every `&` of escaped text begins `&amp;`, `&lt;` or `&gt;`


def outside(text: str, limit: int = 300) -> str:
    """Text from outside: as it is, or as code if Slack would take a part of it for markup.

    Args:
        text: what a service or a person wrote; may be hostile.
        limit: characters at most, once escaped.
    """
    cleaned = clean(text)
    return code(cleaned, limit) if _MARKUP.search(cleaned) else cut(escape(cleaned), limit)


def code(text: str, limit: int = 200) -> str:
    """Text from outside as a code span, in which Slack formats nothing. Use it for anything that people copy."""
    shown = clean(text).replace("`", "\u02cb")  # a backtick would end the span
    return f"`{cut(escape(shown), limit - 2) or ' '}`"


def clean(text: str) -> str:
    """One line, without control characters and without those that reorder or hide others (bidi, zero width)."""
    if text.isprintable():  # there are none
        return " ".join(text.split())
    kept = (c for c in text if c.isspace() or not unicodedata.category(c).startswith("C"))
    return " ".join("".join(kept).split())


def escape(text: str) -> str:
    """Exactly what Slack asks for; nothing else may be escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(escaped: str, limit: int) -> str:
    """At most `limit` characters of escaped text, with an ellipsis where something is missing; no entity is broken."""
    if len(escaped) <= limit:
        return escaped
    return _CUT_ENTITY.sub("", escaped[: limit - 1]) + "…"
