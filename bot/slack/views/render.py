"""`Text` -> what Slack shows: the one place that escapes text from outside and our own words.

Source: "Formatting text for app surfaces" in Slack's documentation.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from bot.domain.identity import SlackUser
from bot.domain.text import Channel, Code, Link, Moment, Several, Text, UserGroup, Value
from bot.slack.views.shown_clock import shown_time
from bot.slack.views.text import clean, code, cut, escape, outside

Words = Callable[[str], str]
"""Turns a template into the reader's language; `str` leaves it in English."""

_SAME_DAY = 12 * 3_600_000  # ms: closer than this to when a message was drawn, a time needs no date
_ID = re.compile(r"[A-Z0-9]+")  # of people, groups and channels
_URL = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)
_LABEL = 120  # characters of a link's words


def mrkdwn(text: Text, *, near: int = 0, words: Words = str) -> str:
    """A sentence in Slack's markup, in which only our own markup acts.

    Args:
        text: the sentence; `*` and backticks in its template are meant.
        near: when it is drawn, in ms of Redis's clock: times close to it are shown without a date.
        words: the language.

    Raises:
        KeyError: the template names a value that is not there.
    """
    return text.render(lambda value: _marked_up(value, near), lambda template: escape(words(template)))


def unformatted(text: Text, *, near: int = 0, words: Words = str) -> str:
    """The same without bold: for notifications, which show the asterisks."""
    return text.render(lambda value: _marked_up(value, near), lambda template: escape(words(template)).replace("*", ""))


def plain(text: Text, limit: int, *, words: Words = str) -> str:
    """A sentence for places where Slack formats nothing: buttons, titles, labels. Nothing is escaped.

    Args:
        text: the sentence.
        limit: characters at most.
        words: the language.
    """
    return cut(text.render(_plain, words), limit)


def _marked_up(value: Value, near: int) -> str:
    match value:
        case SlackUser(id=user) if _ID.fullmatch(user):
            return f"<@{user}>"
        case UserGroup(group) if _ID.fullmatch(group):
            return f"<!subteam^{group}>"
        case Channel(channel) if _ID.fullmatch(channel):
            return f"<#{channel}>"
        case SlackUser(id=words) | UserGroup(words) | Channel(words) | Code(words):
            return code(words)
        case Moment():
            return _date(value, near)
        case Link(url, label) if _URL.fullmatch(url):
            return f"<{escape(url)}|{cut(escape(clean(label).replace('|', '¦')), _LABEL)}>"
        case Link(_, label):
            return outside(label)
        case Several(values):
            return ", ".join(_marked_up(each, near) for each in values)
        case _:
            return outside(str(value))


def _plain(value: Value) -> str:
    match value:
        case SlackUser(id=words) | UserGroup(words) | Channel(words) | Code(words) | Link(label=words):
            return clean(words)
        case Moment():
            return _utc(value)
        case Several(values):
            return ", ".join(map(_plain, values))
        case _:
            return clean(str(value))


def _date(moment: Moment, near: int) -> str:
    """In the reader's own time zone; in UTC if the client cannot show that."""
    time = "{time_secs}" if moment.exact else "{time}"
    form = time if abs(moment.ms - near) < _SAME_DAY else f"{{date_short_pretty}}, {time}"
    return f"<!date^{shown_time(moment) // 1_000}^{form}|{_utc(moment)}>"


def _utc(moment: Moment) -> str:
    ms = shown_time(moment)
    return datetime.fromtimestamp(ms // 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
