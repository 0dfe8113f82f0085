"""`codecheck-bot pending`: does what `/codecheck pending` does when Slack is down."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click

from bot.cli.ports import Frozen, Listed, OpenStore, ShellStore
from bot.cli.shell import ask_store, freeze_line, printable, when


@click.command("pending", short_help="List the deletions that have not ended, without Slack.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(opened_by: OpenStore | None, *, as_json: bool) -> None:
    """List the deletions that have not ended, oldest first, and say whether they are frozen. Needs only Redis."""
    frozen, deletions = ask_store(opened_by, _look)
    if as_json:
        document = {"frozen": asdict(frozen) if frozen else None, "pending": [asdict(each) for each in deletions]}
        click.echo(json.dumps(document, indent=2))
        return
    if frozen:
        click.echo(f"Deletions are {freeze_line(frozen)}")
    click.echo(f"{len(deletions)} pending" if deletions else "Nothing is pending.")
    for deletion in deletions:
        click.echo(line(deletion))


async def _look(store: ShellStore) -> tuple[Frozen | None, Sequence[Listed]]:
    return await store.frozen(), await store.pending()


def line(deletion: Listed) -> str:
    """A deletion in one line: the task's name first, then its state, then the IDs."""
    name = printable(deletion.name or deletion.task_id)
    until = f" until {when(deletion.until)}" if deletion.until else ""
    return (
        f"{name}: {printable(deletion.state)}{until}, requested by {printable(deletion.requester)} "
        f"in {printable(deletion.channel)} (task {printable(deletion.task_id)}, deletion {printable(deletion.id)})"
    )
