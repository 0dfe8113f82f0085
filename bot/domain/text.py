"""A sentence as a template and its values, so that it can be stored, translated and tested before it is rendered.

Nothing here knows Slack. A value says *what* it is (a person, a moment, something to type), and the renderer decides
how that looks, and escapes everything from outside.
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
        elsewhere: True if it is by a clock other than Redis's, such as the service's.
    """

    ms: int
    exact: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Something to be read or typed exactly: an ID, a command, a setting."""

    text: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A Slack conversation, by its ID."""

    id: str


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A Slack user group, by its ID. Mentioning it notifies all its members."""

    id: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link.

    Args:
        url: an http or https address; otherwise only the label is shown.
        label: the words.
    """

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Several:
    """A list of values: `@bob, @dave`."""

    values: tuple[str | Code | Channel | SlackUser | UserGroup, ...]


Value = str | int | Moment | Code | Channel | SlackUser | UserGroup | Link | Several
"""What a text can contain. A plain `str` is treated as coming from outside, and is escaped."""


@dataclass(frozen=True, slots=True)
class Text:
    """One or more sentences: `Text("{name} was deleted at {when}.", {"name": "webshop", "when": Moment(1)})`.

    Args:
        template: the words, with `{name}` for a value. Translations are looked up by it.
        values: the values by name.
    """

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """False for the empty text."""
        return bool(self.template)

    def render(self, show: Callable[[Value], str], words: Callable[[str], str] = str) -> str:
        """The finished sentence.

        Args:
            show: renders a value.
            words: translates the template, and escapes its words.

        Raises:
            KeyError: the template names a value that is missing.
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
    """A shorter way to write a `Text`: `text("{n} tasks", n=2)`."""
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
