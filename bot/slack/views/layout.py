"""What a message contains before it is rendered: lines of `Text`, small print and buttons.

Views return a `Layout` and never a finished string, so nothing reaches Slack that `render` has not escaped.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from bot.domain.text import Text
from bot.slack.views.message import SECTION, Block, Message
from bot.slack.views.render import Words, mrkdwn, plain, unformatted

_BUTTON = 75  # characters on a button, and of what a screen reader says of it


class _Form(Protocol):
    def __call__(self, text: Text, *, near: int, words: Words) -> str: ...


@dataclass(frozen=True, slots=True)
class Line:
    """Texts in a row; empty ones are left out.

    Args:
        texts: the texts.
        between: the separator.
    """

    texts: tuple[Text, ...]
    between: str


def dots(*texts: Text) -> Line:
    """Facts in a row: `webshop · Payments · main`."""
    return Line(texts, " · ")


def sentences(*texts: Text) -> Line:
    """Sentences, one after another."""
    return Line(texts, " ")


@dataclass(frozen=True, slots=True)
class Section:
    """A paragraph, line by line."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class SmallPrint:
    """Small print that few people need: IDs, deadlines, who may press the buttons."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A button.

    Args:
        label: its text: a verb and its object.
        action_id: which action it is.
        value: what the click carries.
        danger: True if its action cannot be undone.
    """

    label: Text
    action_id: str
    value: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """Buttons in a row."""

    row: tuple[Button, ...]


Part = Section | SmallPrint | Buttons


@dataclass(frozen=True, slots=True)
class Layout:
    """A message.

    Args:
        parts: from top to bottom; empty ones are left out. The first line says which task, and what about it.
        at: when it is drawn, in ms of Redis's clock; see `render.mrkdwn`.
    """

    parts: tuple[Part, ...]
    at: int = 0


def section(*lines: Line | Text) -> Section:
    """A paragraph."""
    return Section(tuple(map(_line, lines)))


def small(*lines: Line | Text) -> SmallPrint:
    """Small print."""
    return SmallPrint(tuple(map(_line, lines)))


def told(*lines: Line | Text) -> Layout:
    """A message of one paragraph."""
    return Layout((section(*lines),))


def drawn(layout: Layout, words: Words = str) -> Message:
    """The message as Slack takes it. Its `text`, for notifications and screen readers, holds every word of its blocks.

    Args:
        layout: what it holds.
        words: the language.
    """
    blocks = tuple(block for part in layout.parts if (block := _block(part, layout.at, words)) is not None)
    return Message(_stacked(_lines(layout), layout.at, words, unformatted), blocks)


def _lines(layout: Layout) -> Iterator[Line]:
    for part in layout.parts:
        if not isinstance(part, Buttons):
            yield from part.lines


def _block(part: Part, at: int, words: Words) -> Block | None:
    match part:
        case Section(lines):
            text = _paragraph(lines, at, words)
            return {"type": "section", "text": text} if text else None
        case SmallPrint(lines):
            text = _paragraph(lines, at, words)
            return {"type": "context", "elements": [text]} if text else None
        case Buttons(row):
            return {"type": "actions", "elements": [_button(button, words) for button in row]} if row else None


def _paragraph(lines: tuple[Line, ...], at: int, words: Words) -> Block | None:
    """Lines in Slack's markup, in which nothing becomes a link or a mention by itself (`verbatim`)."""
    text = _stacked(lines, at, words, mrkdwn)
    return {"type": "mrkdwn", "text": text, "verbatim": True} if text else None


def _button(button: Button, words: Words) -> Block:
    label = plain(button.label, _BUTTON, words=words)
    element = {
        "type": "button",
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "accessibility_label": label,
        "action_id": button.action_id,
        "value": button.value,
    }
    return {**element, "style": "danger"} if button.danger else element


def _stacked(lines: Iterable[Line], at: int, words: Words, form: _Form) -> str:
    """Lines, one per row. If there are too many, the last are left out, since a cut could break a date or a link."""
    shown: list[str] = []
    for line in lines:
        joined = line.between.join(form(text, near=at, words=words) for text in line.texts if text)
        if joined and sum(map(len, shown)) + len(shown) + len(joined) <= SECTION:
            shown.append(joined)
    return "\n".join(shown)


def _line(line: Line | Text) -> Line:
    return line if isinstance(line, Line) else Line((line,), "")
