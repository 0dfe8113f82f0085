"""The subcommands of `/codecheck`, found in `bot/slack/commands`, and everything that is generated from their list."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from slack_sdk.models.views import View

from bot.domain.errors import UsageError
from bot.domain.text import Code, Text
from bot.slack import commands
from bot.slack.action_ids import COMMAND
from bot.slack.inbound import CommandPayload, MalformedPayloadError
from bot.slack.pasted_text import bare, visible
from bot.slack.services import Services
from bot.slack.slack_markup import Words
from bot.slack.subcommand import Call, Subcommand
from bot.slack.views.layout import Layout, drawn, told
from bot.slack.views.message import Message

_ECHOED = 32  # characters that are quoted of an unknown subcommand


@dataclass(frozen=True, slots=True)
class Registry:
    """All subcommands.

    Args:
        subcommands: in the order in which lists show them.
    """

    subcommands: Sequence[Subcommand]

    async def answer(
        self, payload: CommandPayload, services: Services, *, from_button: bool = False
    ) -> Message | View | None:
        """Run what was typed, and return the answer, or a modal to open; None if the prompt is the answer.

        Args:
            payload: what was typed, by whom and where.
            services: what subcommands can call.
            from_button: True if the text is a button's value; then only subcommands with pages can be called.

        Raises:
            MalformedPayloadError: the button stands for no page.
        """
        name, rest = _split(payload.words.text)
        subcommand = self.named(name) if name else self.named("help")
        if from_button and not (subcommand and subcommand.pages):
            raise MalformedPayloadError("this button shows no page")
        if subcommand is None:
            return drawn(self._unknown(name))
        words = Words(rest, payload.words.people)
        call = Call(words, payload.by, payload.channel, payload.response_url, services, self.subcommands)
        try:
            answer = await subcommand.answer(call)
        except UsageError as error:
            answer = told(error.fault, subcommand.how_to)
        return drawn(answer) if isinstance(answer, Layout) else answer

    def named(self, name: str) -> Subcommand | None:
        """The subcommand of that name, read without regard to case."""
        return next((each for each in self.subcommands if each.name == name.lower()), None)

    def usage_hint(self) -> str:
        """The usage hint in the manifest, which the sandbox also uses for completion."""
        return " | ".join(f"{each.name} {each.arguments}".rstrip() for each in self.subcommands)

    def commands_table(self) -> str:
        """The README's table of what people type, in Markdown."""
        rows = (f"| `{each.usage}` | {each.does} | {each.who} |" for each in self.subcommands)
        return "\n".join(["| you type | what it does | who may |", "|---|---|---|", *rows])

    def _unknown(self, name: str) -> Layout:
        close = difflib.get_close_matches(name.lower(), [each.name for each in self.subcommands], n=1)
        typed = Code(name[:_ECHOED])
        fault = Text("There is no {typed}.", {"typed": typed})
        if close:
            fault = Text("There is no {typed}. Did you mean {close}?", {"typed": typed, "close": Code(close[0])})
        return told(fault, Text("{help} shows what there is.", {"help": Code(f"{COMMAND} help")}))


def discover(package: ModuleType = commands) -> Registry:
    """Find the subcommands: each module of `package` has one, as `SUBCOMMAND`.

    Raises:
        TypeError: a module has none, or two have the same name.
    """
    found = [_in(import_module(f"{package.__name__}.{module.name}")) for module in iter_modules(package.__path__)]
    if len({each.name for each in found}) < len(found):
        raise TypeError("two subcommands have the same name")
    return Registry(tuple(sorted(found, key=lambda each: (each.order, each.name))))


def subcommand_names() -> frozenset[str]:
    """The names of the subcommands."""
    return frozenset(each.name for each in discover().subcommands)


def commands_table() -> str:
    """The README's table of what people type in Slack, in Markdown."""
    return discover().commands_table()


def _in(module: ModuleType) -> Subcommand:
    subcommand = getattr(module, "SUBCOMMAND", None)
    if not isinstance(subcommand, Subcommand):
        raise TypeError(f"{module.__name__} has no SUBCOMMAND")
    return subcommand


def _split(text: str) -> tuple[str, str]:
    """The first word, and the rest. Punctuation before it and a pasted `/codecheck` are skipped."""
    rest = visible(text).split(maxsplit=1)
    while rest:
        word, rest = bare(rest[0]), rest[1:]
        if word and word.lower() != COMMAND:
            return word, rest[0] if rest else ""
        rest = rest[0].split(maxsplit=1) if rest else []
    return "", ""
