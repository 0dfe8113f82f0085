"""A sentence as a template and its values, so that it can be stored, translated and tested before it is rendered.

Nothing here knows Slack: a value says *what* it is (a person, a moment, something to type), and whoever renders the
text decides how that looks and escapes what came from outside.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Formatter

from bot.domain.identity import SlackUser


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, shown in the reader's own time zone.

    Args:
        ms: milliseconds since 1970, by Redis's clock.
        exact: show the seconds as well.
        elsewhere: True if it is by another clock than Redis's, such as the service's.
    """

    ms: int
    exact: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Something to be read or typed to the letter: an ID, a command, a setting."""

    text: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A Slack conversation, by its ID."""

    id: str


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A Slack user group, by its ID. Naming one calls everybody in it."""

    id: str


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere.

    Args:
        url: an http or https address; with any other, or none, only the label is shown.
        label: the words.
    """

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Several:
    """Some values in a row: `@bob, @dave`."""

    values: tuple[str | Code | Channel | SlackUser | UserGroup, ...]


Value = str | int | Moment | Code | Channel | SlackUser | UserGroup | Link | Several
"""What a text can hold. A plain `str` counts as coming from outside, and is escaped."""


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or more: `Text("{name} was deleted at {when}.", {"name": "webshop", "when": Moment(1)})`.

    Args:
        template: the words, with `{name}` where a value goes. Translations are looked up by it.
        values: what goes where.
    """

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """False for the empty text."""
        return bool(self.template)

    def render(self, show: Callable[[Value], str], words: Callable[[str], str] = str) -> str:
        """The finished sentence.

        Args:
            show: how a value looks where this is read.
            words: the template's translation, and the escaping of its own words.

        Raises:
            KeyError: the template names a value that is not there.
        """
        pieces = []
        for literal, name, _, _ in Formatter().parse(words(self.template)):
            pieces.append(literal)
            if name is not None:
                pieces.append(show(self.values[name]))
        return "".join(pieces)

    def __str__(self) -> str:
        """The sentence for a log or a terminal."""
        return self.render(_plainly)


def text(template: str, **values: Value) -> Text:
    """A `Text`, written as one reads it: `text("{n} tasks", n=2)`."""
    return Text(template, values)


NOTHING = Text("")


def _plainly(value: Value) -> str:
    match value:
        case SlackUser(id=user_id):
            return user_id
        case UserGroup(group_id):
            return group_id
        case Link(_, label):
            return label
        case Several(values):
            return ", ".join(map(_plainly, values))
        case Moment(ms):
            return f"{ms / 1_000:.0f}"
        case Code(words):
            return words
        case Channel(channel_id):
            return channel_id
        case _:
            return str(value)
