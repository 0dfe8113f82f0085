"""`codecheck-bot freeze`: does what `/codecheck freeze` does when Slack is down."""

import click

from bot.cli.ports import OpenStore, ShellUser
from bot.cli.shell import ask_store, freeze_line, reason_of


@click.command("freeze", short_help="Stop every deletion, without Slack.")
@click.argument("reason", nargs=-1)
@click.pass_obj
def command(opened_by: OpenStore | None, reason: tuple[str, ...]) -> None:
    """Stop every deletion that can still be stopped, until `codecheck-bot unfreeze` or `/codecheck unfreeze`.

    The audit log names the operating-system user and this host. Needs only Redis.
    """
    by, why = ShellUser.current(), reason_of(reason)
    frozen, changed = ask_store(opened_by, lambda store: store.freeze(by, why))
    click.echo(f"Deletions are {'now' if changed else 'already'} {freeze_line(frozen)}")
