"""Reading the settings: the environment, secret files and codecheck.toml, with all their faults at once."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from bot.settings.faults import SettingsError, faults_of
from bot.settings.model import VARIABLES, Settings
from bot.settings.requirements import unmet
from bot.settings.secret_files import SECRETS, read_secret_files
from bot.settings.toml_file import read_toml

CONFIG = "codecheck.toml"


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """Read, check and freeze every setting.

    Args:
        environ: the environment; an empty value counts as not set.
        cwd: the folder that relative paths start from, and in which codecheck.toml is looked for.

    Raises:
        SettingsError: with every fault of the environment, the files and the TOML at once.
    """
    variables = {name: environ[name] for name in VARIABLES if environ.get(name)}
    secrets, faults = read_secret_files(environ, cwd)
    config = _config(variables, cwd)
    tables, faults_of_toml = read_toml(config) if config else ({}, [])
    faults += faults_of_toml
    given = {*variables, *(name for name in SECRETS if environ.get(f"{name}_FILE"))}
    faults += unmet(given, tables)
    places = {"CODECHECK_CONFIG": config, "CODECHECK_DATA_DIR": _data_dir(environ, cwd)}
    try:
        settings = Settings.model_validate(variables | secrets | tables | places)
    except ValidationError as error:
        faults += faults_of(error, toml=config.name if config else CONFIG, from_files=secrets)
        raise SettingsError(faults) from None  # pydantic's error holds more than a person should see
    if faults:
        raise SettingsError(faults)
    return settings


def _config(variables: Mapping[str, str], cwd: Path) -> Path | None:
    """The TOML file: where it was named it has to be there."""
    if named := variables.get("CODECHECK_CONFIG"):
        return cwd / named
    usual = cwd / CONFIG
    return usual if usual.exists() else None


def _data_dir(environ: Mapping[str, str], cwd: Path) -> Path:
    """The folder named, else the user's by the XDG rules, else, for a service without a home, the system's."""
    if named := environ.get("CODECHECK_DATA_DIR"):
        return cwd / named
    if shared := environ.get("XDG_DATA_HOME"):
        return Path(shared, "codecheck-bot")
    if home := environ.get("HOME"):
        return Path(home, ".local", "share", "codecheck-bot")
    return Path("/var/lib/codecheck-bot")
