"""`codecheck-bot audit verify` and `export`. They need Redis only: no setting of Slack or CodeArts Check."""

import sys
from datetime import UTC
from typing import TYPE_CHECKING

import click

from bot.cli.execution import execute
from bot.cli.settings import store_settings
from bot.cli.streams import Output

if TYPE_CHECKING:
    from datetime import datetime


@click.group("audit", short_help="Check the audit log, or write it out.")
def command() -> None:
    """Check the log of everything that was asked, refused, done and found out, or write it out."""


@command.command()
@click.option("--head", default="", metavar="HASH", help="The hash of a head that was noted: the log must hold it.")
@click.option("--count", default=0, type=click.IntRange(0), metavar="N", help="The number noted with that hash.")
def verify(head: str, count: int) -> None:
    """Follow the chain of hashes from its beginning; name the first break, and exit with 1 if there is one.

    Prints the head: note it somewhere else and pass it next time, so that nobody can cut off the end or rebuild the
    whole chain.
    """
    if count and not head:
        raise click.UsageError("--count needs --head")
    settings = store_settings()
    from bot.audit import verify as follow
    from bot.domain.chain import Link

    last, found = execute(follow(settings, Link(count, head) if head else None))
    if found is not None:
        click.echo(f"BROKEN at entry {found.number}: {found.why}.")
        sys.exit(1)
    click.echo(f"{last.number} entries, unbroken. To note: --count {last.number} --head {last.hash}")


@command.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--since", type=click.DateTime(), help="Only what was recorded from then on, in UTC.")
def export(form: str, since: "datetime | None") -> None:
    """Write the log to standard output, the oldest entry first."""
    settings = store_settings()
    from bot.audit import export as write_out

    since = since.replace(tzinfo=UTC) if since else None
    execute(write_out(settings, form, since, Output()))
