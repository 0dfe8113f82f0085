"""A message as Slack takes it."""

from dataclasses import dataclass

from slack_sdk.models.blocks import Block

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
