"""What a subcommand of `/codecheck` is. Each has one file in `bot.slack.commands`, which `bot.slack.registry` finds."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.deletion import ResponseUrl
from bot.domain.identity import SlackUser
from bot.domain.text import Code, Text
from bot.slack.action_ids import COMMAND
from bot.slack.services import Services
from bot.slack.slack_markup import Words
from bot.slack.views.layout import Layout


class Who(StrEnum):
    """Who may use it, as help and the README say it. The services check it."""

    ANYONE = "anyone"
    DELETERS = "whoever may delete tasks"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class Call:
    """One use of a subcommand.

    Args:
        words: what was typed after its name.
        by: who typed it.
        channel: where.
        response_url: see `ResponseUrl`; None if there was none.
        trigger_id: with which a modal can be opened, for three seconds.
        services: what it can call.
        subcommands: all that there are.
    """

    words: Words
    by: SlackUser
    channel: str
    response_url: ResponseUrl | None
    trigger_id: str
    services: Services
    subcommands: Sequence["Subcommand"]


Answer = Callable[[Call], Awaitable[Layout | None]]
"""Does what was asked, and returns what the person reads; None if the prompt says it.

Raises:
    UsageError: what was typed cannot be read.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subcommand:
    """A subcommand: everything that help, usage errors, the manifest, completion and the README say of it.

    Args:
        name: what is typed after `/codecheck`, in lower case.
        order: its place in lists; those of the same order stand by name.
        arguments: what can follow the name, such as `<task_id> [reason]`.
        example: arguments to show in a usage error; "" for none.
        does: what it does, beginning with a verb: `shows …`.
        who: who may use it.
        pages: True if its answers have pages; only such a subcommand can be called by a button.
        answer: does it.
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
        """What to type, whole: `/codecheck delete <task_id> [reason]`."""
        return f"{COMMAND} {self.name} {self.arguments}".rstrip()

    @property
    def how_to(self) -> Text:
        """What to type, for somebody who got it wrong."""
        if not self.example:
            return Text("Usage: {usage}", {"usage": Code(self.usage)})
        example = Code(f"{COMMAND} {self.name} {self.example}")
        return Text("Usage: {usage}, for example {example}", {"usage": Code(self.usage), "example": example})
