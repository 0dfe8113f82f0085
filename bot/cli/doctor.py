"""`codecheck-bot doctor`."""

import sys

import click

from bot.cli.execution import execute
from bot.cli.settings import all_settings


@click.command("doctor", short_help="Check everything that a deployment can get wrong; change nothing.")
@click.option("--json", "as_list", is_flag=True, help="Print the checks as a JSON list.")
def command(*, as_list: bool) -> None:
    """Check the settings, Redis, Slack and CodeArts Check; change nothing.

    Prints each check, and what to do about it. The exit status is 0 if there are only warnings or none, 1 if there is
    a fault, and 2 if the settings themselves cannot be used. In Redis it writes what the readiness check of a running
    bot writes: keys of its own, which expire after a minute.
    """
    settings = all_settings()
    from bot.doctor import as_json, as_text, examine, exit_status

    checks = execute(examine(settings))
    click.echo(as_json(checks) if as_list else as_text(checks))
    sys.exit(exit_status(checks))
