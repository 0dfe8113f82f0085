"""The command line: run, sandbox, doctor, manifest, audit.

Exit status: 0 done, 1 failed, 2 the settings or the command line are wrong. What a command needs is imported when it
runs, so that `--help` answers at once.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Coroutine
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from datetime import datetime

    from bot.settings import Settings

_T = TypeVar("_T")
_OfSandbox = Callable[..., Coroutine[None, None, bool]]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="codecheck-bot", message="%(package)s %(version)s")
def main() -> None:
    """Delete CodeArts Check tasks from Slack: confirmed twice, done once, told truthfully.

    Something is wrong? `codecheck-bot doctor` looks at everything that a deployment can get wrong.
    """


class _Run(click.Command):
    """A command whose help ends with the variables that it reads."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of variables."""
        from bot.settings import setting_rows

        super().format_epilog(ctx, formatter)
        variables = [row for row in setting_rows() if not row.table]
        with formatter.section("Environment (NAME_FILE may give a secret, marked *)"):
            formatter.write_dl(
                [
                    (
                        row.name + "*" * row.secret,
                        (f"{row.meaning} [{row.default}]" if row.default else row.meaning).replace("`", ""),
                    )
                    for row in variables
                ]
            )


@main.command(short_help="Serve the bot until SIGTERM.", cls=_Run)
def run() -> None:
    """Serve the bot until SIGTERM, then finish what is under way.

    Socket Mode where SLACK_APP_TOKEN is set, else HTTP. Settings come from the environment and from codecheck.toml; if
    any are wrong, all of them are listed, and the exit status is 2.
    """
    settings = _settings()
    _configure_logging(settings)
    from bot.app import run as serve

    execute(serve(settings))


@main.command(short_help="Try the whole bot on this machine, against stand-ins.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8484, show_default=True, help="Where the page is served."
)
@click.option(
    "--play",
    is_flag=True,
    help="No page: print a few whole conversations, and exit: 0 if all went as they must, else 1.",
)
@click.option(
    "--socket/--http", "socket_mode", default=True, show_default=True, help="How the bot meets the stand-in Slack."
)
def sandbox(port: int, play: bool, socket_mode: bool) -> None:  # noqa: FBT001 - click passes them by name
    """Try the whole bot on this machine: no Slack, no cloud, nothing to configure.

    Serves a page that looks and behaves like Slack, with the real bot behind it, and prints its address; Ctrl-C stops
    it all. `make sandbox` shows the conversations of --play first, and then serves the page where somebody watches: on
    a terminal, outside CI.
    """
    if play:
        sys.exit(0 if execute(_play(_of_sandbox("play"), socket_mode=socket_mode)) else 1)
    execute(_serve_page(_of_sandbox("serve"), port, socket_mode=socket_mode))


def _of_sandbox(name: str) -> _OfSandbox:
    """A function of the sandbox, which is a distribution of its own: a production image doesn't carry it."""
    from importlib.metadata import entry_points

    for found in entry_points(group="codecheck_bot.sandbox", name=name):
        function: _OfSandbox = found.load()
        return function
    raise click.ClickException(
        "The sandbox isn't installed; it is a distribution of its own. "
        "Run `pip install ./sandbox` in a clone of the repository, or `make sandbox`, which does it for you."
    )


async def _serve_page(serve: _OfSandbox, port: int, *, socket_mode: bool) -> None:
    """Serve the page, with an embedded Redis server of its own, until it is stopped; nothing is left behind."""
    from bot.domain.errors import BotError
    from bot.manifest import parsed_manifest
    from bot.store.embedded import start_embedded

    def announce(url: str) -> None:
        click.echo(f"The sandbox is at {url}\nCtrl-C stops it, and everything that belongs to it.")

    with tempfile.TemporaryDirectory(prefix="codecheck-") as folder:
        try:
            await serve(
                parsed_manifest(),
                lambda: start_embedded(Path(folder)),
                port=port,
                socket_mode=socket_mode,
                announce=announce,
            )
        except OSError as error:
            raise BotError(f"The page cannot be served: {error.strerror}. --port 0 takes any free port.") from None


async def _play(play: _OfSandbox, *, socket_mode: bool) -> bool:
    """Play against an embedded server of its own, which leaves nothing behind."""
    from bot.manifest import parsed_manifest
    from bot.store.embedded import start_embedded

    with tempfile.TemporaryDirectory(prefix="codecheck-") as folder:
        server = await start_embedded(Path(folder))
        try:
            return await play(parsed_manifest(), server.url, socket_mode=socket_mode)
        finally:
            await server.stop()


@main.command(short_help="Check what a deployment can get wrong; change nothing.")
def doctor() -> None:
    """Check the settings, Redis, Slack and CodeArts Check; change nothing.

    Prints each check with what to do about it. The exit status is 1 where one found a fault, 2 where the settings
    themselves are wrong.
    """
    settings = _settings()
    _configure_logging(settings)
    from bot.doctor import Grade, examine, report

    checks = execute(examine(settings))
    click.echo(report(checks))
    sys.exit(any(check.grade is Grade.FAULT for check in checks))


@main.command(short_help="Print what to paste into Slack to make the app.")
@click.option("--url", metavar="https://HOST", help="Print the form for HTTP: where Slack reaches the bot.")
def manifest(url: str | None) -> None:
    """Print the manifest to paste at https://api.slack.com/apps (Create New App, From a manifest).

    As it stands it is for Socket Mode; with --url it is for HTTP.
    """
    from bot.manifest import http_form
    from bot.manifest import manifest as text

    try:
        click.echo(http_form(text(), url) if url else text(), nl=False)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--url") from None


@main.group(short_help="Check the record of everything done, or write it out.")
def audit() -> None:
    """Check the record of all that was asked, refused, done and found out; write it out."""


@audit.command()
@click.option("--head", default="", metavar="HASH", help="The hash of a head that was noted: the record must hold it.")
@click.option("--count", default=0, type=click.IntRange(0), metavar="N", help="The number noted beside that hash.")
def verify(head: str, count: int) -> None:
    """Follow the chain of hashes from its beginning; name the first break, and exit with 1 where there is one.

    Prints the head: note it elsewhere, and give it the next time, so that nobody can cut off the end or make the whole
    chain anew.
    """
    if count and not head:
        raise click.UsageError("--count needs --head")
    settings = _settings()
    _configure_logging(settings)
    from bot.audit import verify as follow
    from bot.domain.chain import Link

    last, found = execute(follow(settings, Link(count, head) if head else None))
    if found is not None:
        click.echo(f"BROKEN at entry {found.number}: {found.why}.")
        sys.exit(1)
    click.echo(f"{last.number} entries, unbroken. To note: --count {last.number} --head {last.hash}")


@audit.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--since", type=click.DateTime(), help="Only what was recorded from then on, in UTC.")
def export(form: str, since: "datetime | None") -> None:
    """Write the record to standard output, the oldest entry first."""
    settings = _settings()
    _configure_logging(settings)
    from bot.audit import export as write_out

    since = since.replace(tzinfo=UTC) if since else None
    execute(write_out(settings, form, since, sys.stdout))


def _settings() -> "Settings":
    """The settings, or an end with every fault of theirs."""
    from bot.settings import SettingsError, load_settings

    try:
        return load_settings(os.environ, Path.cwd())
    except SettingsError as error:
        click.echo("The settings cannot be used:", err=True)
        for fault in error.faults:
            click.echo(f"- {fault}", err=True)
        sys.exit(2)


def _configure_logging(settings: "Settings") -> None:
    from bot.observability.logs import configure_logging

    configure_logging(settings.log, settings.secrets)


def execute(work: Coroutine[None, None, _T]) -> _T:
    """Run `work` to its end on uvloop; an error that nobody expected goes to the log, where secrets are hidden."""
    import structlog
    import uvloop

    from bot.domain.errors import BotError

    try:
        return uvloop.run(work)
    except KeyboardInterrupt:
        sys.exit(130)  # as shells say it
    except BotError as error:
        raise click.ClickException(str(error)) from None
    except Exception:
        structlog.get_logger(__name__).exception("stopped by an error that nobody expected")
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name="codecheck-bot")
