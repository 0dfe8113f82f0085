"""`codecheck-bot show`: everything that happened to one deletion, when Slack is down."""

import json
from dataclasses import asdict

import click

from bot.cli.pending import line
from bot.cli.ports import OpenStore
from bot.cli.shell import ask_store, printable, sentence, when


@click.command("show", short_help="Show what happened to one deletion, without Slack.")
@click.argument("deletion_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(opened_by: OpenStore | None, deletion_id: str, *, as_json: bool) -> None:
    """Show what happened to a deletion. `codecheck-bot pending` and the log show its ID. Needs only Redis."""
    story = ask_store(opened_by, lambda store: store.show(deletion_id))
    if story is None:
        raise click.ClickException(
            f"There is no deletion {printable(deletion_id)}. `codecheck-bot pending` lists those that have not ended, "
            "`codecheck-bot audit export` all of them."
        )
    if as_json:
        events = [{"at": event.at, "what": sentence(event.what)} for event in story.events]
        click.echo(json.dumps(asdict(story.deletion) | {"events": events}, indent=2))
        return
    click.echo(line(story.deletion))
    for event in story.events:
        click.echo(f"{when(event.at)}  {sentence(event.what)}")
