"""What a subcommand of `/codecheck` is. Each has one file in `bot.slack.commands`, which `bot.slack.registry` finds."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from slack_sdk.models.views import View

from bot.domain.deletion import ResponseUrl
from bot.domain.identity import SlackUser
from bot.domain.text import Code, Text
from bot.slack.action_ids import COMMAND
from bot.slack.services import Services
from bot.slack.slack_markup import Words
from bot.slack.views.layout import Layout


class Who(StrEnum):
    """Who may use it, in the words of the help and the README. The services check it."""

    ANYONE = "anyone"
    DELETERS = "anyone who may delete tasks"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a subcommand.

    Args:
        words: what was typed after its name.
        by: who typed it.
        channel: the conversation's ID.
        response_url: see `ResponseUrl`; None if there was none.
        services: what it can call.
        subcommands: all subcommands.
    """

    words: Words
    by: SlackUser
    channel: str
    response_url: ResponseUrl | None
    services: Services
    subcommands: Sequence["Subcommand"]


Answer = Callable[[Call], Awaitable[Layout | View | None]]
"""Runs the subcommand, and returns what the person reads, or a modal to open; None if the prompt is the answer.

Raises:
    UsageError: what was typed cannot be read.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subcommand:
    """A subcommand: everything that help, usage errors, the manifest, completion and the README say about it.

    Args:
        name: what is typed after `/codecheck`, in lower case.
        order: its place in lists; equal ones are sorted by name.
        arguments: what can follow the name, such as `<task_id> [reason]`.
        example: arguments to show in a usage error; "" for none.
        does: what it does, beginning with a verb: `shows …`.
        who: who may use it.
        pages: True if its answers have pages; only such a subcommand can be called by a button.
        answer: runs it.
    """

    name: str
    order: int
    arguments: str = ""
    example: str = ""
    does: str
    who: Who
    pages: bool = False
    answer: Answer

    @property
    def usage(self) -> str:
        """What to type: `/codecheck delete <task_id> [reason]`."""
        return f"{COMMAND} {self.name} {self.arguments}".rstrip()

    @property
    def how_to(self) -> Text:
        """What to type, for a usage error."""
        if not self.example:
            return Text("Usage: {usage}", {"usage": Code(self.usage)})
        example = Code(f"{COMMAND} {self.name} {self.example}")
        return Text("Usage: {usage}, for example {example}", {"usage": Code(self.usage), "example": example})
