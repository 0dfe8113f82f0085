"""`codecheck-bot unfreeze`: does what `/codecheck unfreeze` does when Slack is down."""

import click

from bot.cli.ports import OpenStore, ShellUser
from bot.cli.shell import ask_store, freeze_line


@click.command("unfreeze", short_help="Let deletions go on, without Slack.")
@click.pass_obj
def command(opened_by: OpenStore | None) -> None:
    """Lift the freeze. What it cancelled stays cancelled; waiting requests can be confirmed again.

    The audit log names the operating-system user and this host. Needs only Redis.
    """
    by = ShellUser.current()
    lifted = ask_store(opened_by, lambda store: store.unfreeze(by))
    click.echo(f"Deletions can go on. They were {freeze_line(lifted)}" if lifted else "Deletions were not frozen.")
