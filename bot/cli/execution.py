"""Runs the work of a command, and turns errors into exit statuses."""

import sys
from collections.abc import Coroutine
from typing import TypeVar

import click

from bot.cli.settings import SettingsRefused
from bot.cli.streams import OutputError

_T = TypeVar("_T")
_CHECK = "Check REDIS_URL and the server; `codecheck-bot doctor` says more."


def execute(work: Coroutine[None, None, _T]) -> _T:
    """Run `work` to completion on uvloop. An unexpected error goes to the log, which redacts secrets.

    Raises:
        ClickException: the bot knows what is wrong, and the text says so.
    """
    import structlog
    import uvloop

    from bot.domain.errors import BotError, MaybeRecordedError, NotRecordedError
    from bot.settings import SettingsError

    try:
        return uvloop.run(work)
    except KeyboardInterrupt:
        sys.exit(130)  # as shells do
    except SettingsError as error:
        raise SettingsRefused(error) from None
    except NotRecordedError:
        raise click.ClickException(f"Redis refused or cannot be reached, so nothing was done. {_CHECK}") from None
    except MaybeRecordedError:
        raise click.ClickException(
            f"Redis did not answer in time, so it is not known what was done. {_CHECK}"
        ) from None
    except BotError as error:
        raise click.ClickException(str(error)) from None
    except (OutputError, click.ClickException):
        raise
    except Exception:
        structlog.get_logger(__name__).exception("stopped by an unexpected error")
        sys.exit(1)
