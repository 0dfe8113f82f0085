"""A conversation as plain text, for a terminal and for the output of failing tests."""

import html
import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from codecheck_sandbox.slack.block_kit import Block, Button, Element
from codecheck_sandbox.slack.block_kit.blocks import Actions, Context, Divider, Header, Image, Input, Section
from codecheck_sandbox.slack.block_kit.elements import ImageElement
from codecheck_sandbox.slack.block_kit.objects import Mrkdwn, PlainText
from codecheck_sandbox.slack.conversations import Message
from codecheck_sandbox.slack.workspace import Change, Workspace

_MARKUP = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")


class Transcript:
    """Renders what happens in a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def of(self, channel_id: str) -> str:
        """Everything that has happened in a conversation, oldest first."""
        changes = (change for change in self._workspace.history if change.channel == channel_id)
        return "\n".join(line for line in map(self.narrate, changes) if line)

    def narrate(self, change: Change) -> str:
        """One change as one or more lines; "" if there is nothing to show."""
        who = self._name(change.user)
        match change.kind, change.message:
            case "posted", Message() as message:
                return self.render(message)
            case "edited", Message() as message:
                return self.render(message, " (edited)")
            case "deleted", Message() as message:
                return f"{who}: message deleted: {self._plain(message.text)}"
            case "typed", _:
                return f"{who} types {change.text}"
            case "clicked", _:
                return f"{who} clicks [{change.text}]"
            case "submitted", _:
                return f"{who} submits “{change.text}”"
            case "noticed", _:
                return f"Slack to {who} only: {change.text}"
            case "members", _:
                return f"{who} {change.text}"
            case "refused", _:
                return f"Slack refuses a message of {who}: {change.text}"
            case _:
                return ""

    def render(self, message: Message, remark: str = "") -> str:
        """A message as people see it: who, to whom, and its blocks, or its text if it has none."""
        if message.only_for is not None:
            remark = f" (only visible to {self._name(message.only_for)}){remark}"
        if message.thread_ts is not None:
            remark = f" (in a thread{' and the channel' if message.broadcast else ''}){remark}"
        lines = self._blocks(message.blocks) if message.blocks else self._plain(message.text).splitlines()
        return "\n".join([f"{self._name(message.user)}{remark}:", *(f"    {line}" for line in lines)])

    def _blocks(self, blocks: Iterable[Block]) -> Iterator[str]:
        for block in blocks:
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Section():
                for text in [block.text, *(block.fields or [])]:
                    yield from self._plain(text.text).splitlines() if text else ()
                if block.accessory is not None:
                    yield self._element(block.accessory)
            case Header():
                yield block.text.text.upper()
            case Divider():
                yield "─" * 40
            case Context():
                yield from "  ".join(self._element(element) for element in block.elements).splitlines()
            case Actions():
                yield " ".join(self._element(element) for element in block.elements)
            case Input():
                yield f"{block.label.text}: [____]"
            case Image():
                yield f"(picture: {block.alt_text})"
            case _:
                assert_never(block)

    def _element(self, element: Element | ImageElement | PlainText | Mrkdwn) -> str:
        match element:
            case Button():
                return f"[{element.text.text}]{' (danger)' if element.style == 'danger' else ''}"
            case ImageElement():
                return f"(picture: {element.alt_text})"
            case PlainText() | Mrkdwn():
                return self._plain(element.text)
            case _:
                return f"[{element.placeholder.text if element.placeholder else 'choose'} ▾]"

    def _plain(self, text: str) -> str:
        return html.unescape(_MARKUP.sub(self._readable, text))

    def _readable(self, match: re.Match[str]) -> str:
        sign, target, label = match[1], match[2], match[3]
        if label:
            return label
        if sign == "@":
            return f"@{self._name(target)}"
        if sign == "#" and target in self._workspace.channels:
            return f"#{self._workspace.channels[target].name}"
        return f"@{target}" if sign == "!" else target

    def _name(self, user_id: str) -> str:
        user = self._workspace.users.get(user_id)
        return user.name if user else user_id
