"""What the commands for an operator at a shell share: how they reach the store, and how they print."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import click

from bot.cli.execution import execute
from bot.cli.ports import Frozen, OpenStore, ShellStore
from bot.cli.settings import store_settings
from bot.domain.text import Moment, Text, Value

if TYPE_CHECKING:
    from bot.settings import StoreSettings

_T = TypeVar("_T")
LONGEST_REASON = 200


def open_store(settings: "StoreSettings") -> AbstractAsyncContextManager[ShellStore]:
    """The store in Redis."""
    from bot.cli.redis_shell import open_shell_store

    return open_shell_store(settings)


def ask_store(opened_by: OpenStore | None, question: Callable[[ShellStore], Awaitable[_T]]) -> _T:
    """Ask the store something, and return its answer.

    Args:
        opened_by: opens the store; None for the one in Redis.
        question: what to ask it.
    """
    settings = store_settings()

    async def answer() -> _T:
        async with (opened_by or open_store)(settings) as store:
            return await question(store)

    return execute(answer())


def reason_of(words: tuple[str, ...]) -> str:
    """A reason from the command line, as a single line.

    Raises:
        BadParameter: it is too long or not UTF-8.
    """
    reason = " ".join(" ".join(words).split())
    if re.search(r"[\ud800-\udfff]", reason):
        raise click.BadParameter("It has bytes that are not UTF-8.", param_hint="REASON")
    if len(reason) > LONGEST_REASON:
        raise click.BadParameter(
            f"It has {len(reason)} characters; at most {LONGEST_REASON} are allowed.", param_hint="REASON"
        )
    return reason


def printable(text: str) -> str:
    """Text from outside on a single line, without control characters for the terminal."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def when(ms: int) -> str:
    """A time by Redis's clock, in UTC."""
    return f"{datetime.fromtimestamp(ms / 1_000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def sentence(text: Text) -> str:
    """A `Text` as a sentence for a terminal."""

    def show(value: Value) -> str:
        return when(value.ms) if isinstance(value, Moment) else printable(str(Text("{value}", {"value": value})))

    return text.render(show)


def freeze_line(frozen: Frozen) -> str:
    """Who froze deletions, when, and why."""
    reason = f": {printable(frozen.reason)}" if frozen.reason else ""
    return f"frozen by {printable(frozen.by)} since {when(frozen.at)}{reason}"
