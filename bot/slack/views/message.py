"""A message as Slack takes it."""

from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
"""A block, as JSON has it. slack_sdk's models of blocks take as long to check and convert as all the rest of a call."""

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
