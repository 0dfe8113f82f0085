"""A message, and the few kinds of block it is made of."""

from collections.abc import Iterable
from dataclasses import dataclass

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    SectionBlock,
)

from bot.slack.views.text import cut

SECTION = 3_000  # characters in a section; Slack refuses more


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted.

    Args:
        text: the whole of it in words, for notifications and screen readers.
        blocks: what is drawn in its place; empty for `text` alone.
    """

    text: str
    blocks: tuple[Block, ...] = ()


def message(text: str, *blocks: Block | None) -> Message:
    """A message of `text` and those of `blocks` that there are."""
    return Message(cut(text, SECTION), tuple(block for block in blocks if block is not None))


def section(*paragraphs: str) -> Block | None:
    """Paragraphs, one a line; None where all are empty."""
    text = "\n".join(paragraph for paragraph in paragraphs if paragraph)
    return SectionBlock(text=_markdown(text)) if text else None


def facts(pairs: Iterable[tuple[str, str]]) -> Block | None:
    """Labelled values, one a line; those without a value are left out."""
    return section(*(f"*{label}:* {value}" for label, value in pairs if value))


def context(text: str) -> Block:
    """Small print."""
    return ContextBlock(elements=[_markdown(text)])


def buttons(*elements: ButtonElement) -> Block:
    """A row of buttons, in this order."""
    return ActionsBlock(elements=list(elements))


def _markdown(text: str) -> MarkdownTextObject:
    """Slack's markup, in which nothing becomes a link or a mention by itself (`verbatim`)."""
    return MarkdownTextObject(text=cut(text, SECTION), verbatim=True)
