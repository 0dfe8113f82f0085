"""Loads a command's settings and sets up its log."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from bot.settings import Settings, SettingsError, StoreSettings

_Settings = TypeVar("_Settings", bound="StoreSettings")


class SettingsRefused(click.ClickException):
    """The settings cannot be used: prints every fault, and exits with 2."""

    exit_code = 2

    def __init__(self, error: "SettingsError") -> None:
        super().__init__(str(error))
        self._faults = error.faults

    def show(self, file: IO[Any] | None = None) -> None:
        """Print one line for each fault."""
        click.echo("The settings cannot be used:", err=True, file=file)
        for fault in self._faults:
            click.echo(f"- {fault}", err=True, file=file)


def all_settings() -> "Settings":
    """Load every setting, and set up the log accordingly.

    Raises:
        SettingsRefused: some settings are wrong.
    """
    from bot.settings import load_settings

    return _loaded(load_settings)


def store_settings() -> "StoreSettings":
    """The same for a command that needs only Redis."""
    from bot.settings import load_store_settings

    return _loaded(load_store_settings)


def _loaded(load: Callable[[Mapping[str, str], Path], _Settings]) -> _Settings:
    from bot.observability.logs import configure_logging
    from bot.settings import SettingsError

    try:
        folder = Path.cwd()
    except OSError as error:
        raise click.ClickException(
            f"The working folder cannot be used: {error.strerror}. Change to another one."
        ) from None
    try:
        settings = load(os.environ, folder)
    except SettingsError as error:
        raise SettingsRefused(error) from None
    configure_logging(settings.log, settings.secrets)
    return settings
