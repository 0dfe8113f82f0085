"""The command line, one file per command.

Exit status: 0 done, 1 failed, 2 the settings or the command line are wrong, 130 interrupted. A command imports what it
needs when it runs, so that `--help` answers at once.
"""

import click

from bot.cli import audit, doctor, freeze, manifest, pending, run, sandbox, show, unfreeze
from bot.cli.streams import ending, open_closed_streams


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="codecheck-bot", message="%(package)s %(version)s")
def commands() -> None:
    """Delete CodeArts Check tasks from Slack: confirmed twice, done once, reported truthfully.

    Something is wrong? `codecheck-bot doctor` checks everything that a deployment can get wrong.
    """


for module in (run, sandbox, doctor, manifest, audit, freeze, unfreeze, pending, show):
    commands.add_command(module.command)


def main() -> None:
    """Run the command from the command line, and exit."""
    open_closed_streams()
    with ending():
        commands(prog_name="codecheck-bot")
