"""`codecheck-bot run`."""

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
    settings = all_settings()
    import gc

    import structlog

    from bot.app import run
    from bot.settings import notices_of

    gc.freeze()  # what is imported stays: left out of full collections, it makes them short, and garbage goes sooner

    log = structlog.get_logger(__name__)
    for notice in notices_of(settings):
        log.warning("a setting needs attention", setting=notice.where, what=notice.what, hint=notice.hint)
    execute(run(settings))
