"""`codecheck-bot doctor`."""

import json
import sys
from typing import TYPE_CHECKING

import click

from bot.cli.execution import execute
from bot.cli.settings import all_settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.doctor import Check


@click.command("doctor", short_help="Check what a deployment can get wrong; change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of the checks.")
def command(*, as_json: bool) -> None:
    """Check the settings, Redis, Slack and CodeArts Check; change nothing.

    Prints each check, and what to do about it. The exit status is 1 if one found a fault, 2 if the settings themselves
    are wrong.
    """
    settings = all_settings()
    from bot.doctor import Grade, examine, report

    checks = execute(examine(settings))
    click.echo(_json(checks) if as_json else report(checks))
    sys.exit(any(check.grade is Grade.FAULT for check in checks))


def _json(checks: "Iterable[Check]") -> str:
    return json.dumps(
        [{"name": check.name, "grade": check.grade, "text": check.text, "hint": check.cure} for check in checks],
        indent=2,
    )
