"""`codecheck-bot sandbox`."""

import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path

import click

from bot.cli.execution import execute

_OfSandbox = Callable[..., Coroutine[None, None, bool]]


@click.command("sandbox", short_help="Try the whole bot on this machine, against stand-ins.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8484, show_default=True, help="Where the page is served."
)
@click.option(
    "--play",
    is_flag=True,
    help="Without the page: print a few whole conversations, and exit with 0 if all of them went right, else 1.",
)
@click.option(
    "--socket/--http",
    "socket_mode",
    default=True,
    show_default=True,
    help="How the bot connects to the stand-in Slack.",
)
def command(port: int, play: bool, socket_mode: bool) -> None:  # noqa: FBT001 - click passes them by name
    """Try the whole bot on this machine: no Slack, no cloud, nothing to configure.

    Serves a page that looks and behaves like Slack, with the real bot behind it, and prints its address. Ctrl-C stops
    everything. `make sandbox` first prints the conversations of --play; on a terminal outside CI it then serves the
    page.
    """
    if play:
        sys.exit(0 if execute(_play(_of_sandbox("play"), socket_mode=socket_mode)) else 1)
    execute(_serve_page(_of_sandbox("serve"), port, socket_mode=socket_mode))


def _of_sandbox(name: str) -> _OfSandbox:
    """A function of the sandbox, which is a separate distribution: production images do not contain it."""
    from importlib.metadata import entry_points

    for found in entry_points(group="codecheck_bot.sandbox", name=name):
        function: _OfSandbox = found.load()
        return function
    raise click.ClickException(
        "The sandbox isn't installed; it is a separate distribution. "
        "Run `pip install ./sandbox` in a clone of the repository, or `make sandbox`, which does it for you."
    )


async def _serve_page(serve: _OfSandbox, port: int, *, socket_mode: bool) -> None:
    """Serve the page, with its own embedded Redis server, until it is stopped. Leaves nothing behind."""
    from bot.domain.errors import BotError
    from bot.manifest import parsed_manifest
    from bot.store.embedded import start_embedded

    def announce(url: str) -> None:
        click.echo(f"The sandbox is at {url}\nCtrl-C stops it and everything that belongs to it.")

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
    """Play the conversations, with its own embedded Redis server. Leaves nothing behind."""
    from bot.manifest import parsed_manifest
    from bot.store.embedded import start_embedded

    with tempfile.TemporaryDirectory(prefix="codecheck-") as folder:
        server = await start_embedded(Path(folder))
        try:
            return await play(parsed_manifest(), server.url, socket_mode=socket_mode)
        finally:
            await server.stop()
