"""`codecheck-bot run`."""

import gc

import click

from bot.cli.execution import execute
from bot.cli.settings import all_settings
from bot.stopping import end_at_once_until_running


class _Run(click.Command):
    """A command whose help ends with the environment variables that it reads."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of variables."""
        from bot.settings import setting_rows

        super().format_epilog(ctx, formatter)
        variables = [row for row in setting_rows() if not row.table]
        with formatter.section("Environment (a secret, marked *, can come from a file: NAME_FILE)"):
            formatter.write_dl(
                [
                    (
                        row.name + "*" * row.secret,
                        (f"{row.meaning} [{row.default}]" if row.default else row.meaning).replace("`", ""),
                    )
                    for row in variables
                ]
            )


@click.command("run", short_help="Serve the bot until SIGTERM.", cls=_Run)
def command() -> None:
    """Serve the bot until SIGTERM, then finish what is under way.

    It uses Socket Mode if SLACK_APP_TOKEN is set, otherwise HTTP. Settings come from the environment and from
    codecheck.toml. If any are wrong, every fault is listed, and the exit status is 2.
    """
    end_at_once_until_running()
    gc.disable()  # what is imported stays: looking for garbage in it is a tenth of the start …
    settings = all_settings()
    import structlog

    from bot.app import run
    from bot.settings import notices_of

    gc.freeze()  # … and it is left out of full collections: they take less, and find what is garbage sooner
    gc.enable()
    log = structlog.get_logger(__name__)
    for notice in notices_of(settings):
        log.warning("a setting needs attention", setting=notice.where, what=notice.what, hint=notice.hint)
    execute(run(settings))
