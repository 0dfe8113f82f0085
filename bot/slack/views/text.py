"""Text for Slack's mrkdwn: escaped exactly, then cut to a limit, and never read as markup.

Source: "Formatting text for app surfaces" in Slack's documentation: exactly `&`, `<` and `>` are escaped.
"""

import re
import unicodedata
from datetime import UTC, datetime

from bot.domain.identity import SlackUser

_MARKUP = re.compile(r"[*_~`<>]|:[^\s:]+:")  # bold, italic, strike, code, entities, quotes; emoji
_MILLISECONDS_BELOW = 1_000
_EXACT_BELOW = 10  # seconds that are told with a decimal
_CUT_ENTITY = re.compile(r"&[a-z]{0,3}$")  # every `&` of escaped text begins `&amp;`, `&lt;` or `&gt;`


def outside(text: str, limit: int = 300) -> str:
    """Text from outside, plain where it reads plainly, and as code where Slack would take a part of it for markup.

    Args:
        text: whatever a service or a person wrote; may be hostile.
        limit: characters at most, once escaped.
    """
    cleaned = clean(text)
    return code(cleaned, limit) if _MARKUP.search(cleaned) else cut(escape(cleaned), limit)


def code(text: str, limit: int = 200) -> str:
    """Text from outside as a code span, in which Slack formats nothing: right for whatever people copy."""
    shown = clean(text).replace("`", "\u02cb")  # a backtick would end the span
    return f"`{cut(escape(shown), limit - 2) or ' '}`"


def clean(text: str) -> str:
    """One line, without control characters and without those that reorder or hide others (bidi, zero width)."""
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


def sentence(text: str) -> str:
    """`text` with a capital letter and a full stop."""
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "…", "?", "!")) else ".")


def mention(user: SlackUser) -> str:
    """Names a person and pings them."""
    return f"<@{escape(user.id)}>"


def permalink(channel: str, ts: str, workspace_url: str) -> str:
    """The address of a message, as `chat.getPermalink` gives it, without a call."""
    return f"{workspace_url.rstrip('/')}/archives/{channel}/p{ts.replace('.', '')}"


def moment(milliseconds: int) -> str:
    """A moment in the reader's own time zone; in UTC where a client cannot show that."""
    seconds = milliseconds // 1_000
    fallback = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"<!date^{seconds}^{{date_short_pretty}} at {{time_secs}}|{fallback}>"


def duration(milliseconds: int) -> str:
    """How long something took: `80 ms`, `1.8 s`, `31 s`."""
    if milliseconds < _MILLISECONDS_BELOW:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1_000
    return f"{seconds:.1f} s" if seconds < _EXACT_BELOW else f"{seconds:.0f} s"
