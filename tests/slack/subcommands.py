"""Subcommands of a test's own, beside the bot's."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.slack import commands


@contextmanager
def one_more_subcommand(name: str, source: str, folder: Path) -> Iterator[None]:
    """While the block lasts, one more file lies in `bot/slack/commands`, as far as Python can tell."""
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    commands.__path__.append(str(folder))
    try:
        yield
    finally:
        commands.__path__.remove(str(folder))
        sys.modules.pop(f"{commands.__name__}.{name}", None)
