"""`codecheck-bot audit verify` and `export`. They need only Redis: no settings for Slack or CodeArts Check."""

import re
import sys
from datetime import UTC
from typing import TYPE_CHECKING

import click

from bot.cli.execution import execute
from bot.cli.settings import store_settings
from bot.cli.streams import Output

if TYPE_CHECKING:
    from datetime import datetime


_HASH = re.compile(r"[0-9a-f]{64}")


@click.group("audit", short_help="Verify or export the audit log.")
def command() -> None:
    """Verify or export the log of everything that was requested, refused, done and found out."""


@command.command()
@click.option(
    "--checkpoint",
    "noted",
    default="",
    metavar="NUMBER:HASH",
    help="A checkpoint that was saved elsewhere, such as in the bot's log; the audit log must contain it.",
)
def verify(noted: str) -> None:
    """Check hashes, order, times and trimming; print everything that is wrong, and exit with 1 if anything is.

    Prints the last checkpoint: save it somewhere else and pass it next time, so that nobody can cut off the end or
    rewrite the whole log unnoticed.
    """
    settings = store_settings()
    from bot.audit import check
    from bot.domain.checkpoints import Checkpoint

    number, _, digest = noted.partition(":")
    if noted and not (number.isdecimal() and _HASH.fullmatch(digest)):
        raise click.BadParameter("write it as 12:9f86d0…, number and hash", param_hint="--checkpoint")
    report = execute(check(settings, Checkpoint(int(number), digest) if noted else None))
    for fault in report.faults:
        click.echo(f"WRONG at {fault.at}: {fault.why}.")
    trimmed = f" {report.trimmed} older ones were trimmed." if report.trimmed else ""
    click.echo(f"{report.events} events, {report.sealed} of them sealed.{trimmed}")
    if report.faults:
        sys.exit(1)
    click.echo(f"Unbroken. Save this elsewhere: --checkpoint {report.last.number}:{report.last.hash}")


@command.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--since", type=click.DateTime(), help="Only events recorded at or after this time, in UTC.")
def export(form: str, since: "datetime | None") -> None:
    """Write the log to standard output, the oldest entry first."""
    settings = store_settings()
    from bot.audit import export as write_out

    since = since.replace(tzinfo=UTC) if since else None
    execute(write_out(settings, form, since, Output()))
