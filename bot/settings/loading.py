"""Reading the settings: the environment, secret files and codecheck.toml, with all their faults at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from bot.settings.certificates import certificate_faults
from bot.settings.faults import SettingsError, shown
from bot.settings.model import Settings, secrets_of, tables_of, variables_of
from bot.settings.proxies import read_proxies
from bot.settings.requirements import unmet
from bot.settings.secret_files import read_secret_files
from bot.settings.store import StoreSettings
from bot.settings.toml_file import CONFIG, find_toml, read_toml
from bot.settings.traces import trace_faults
from bot.settings.validation import faults_of

_Model = TypeVar("_Model", bound=StoreSettings)


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """Read, check and freeze every setting.

    Args:
        environ: the environment; an empty value counts as not set.
        cwd: the folder that relative paths start from, and in which codecheck.toml is looked for.

    Raises:
        SettingsError: with every fault of the environment, the files and the TOML at once.
    """
    settings = _load(Settings, environ, cwd)
    if faults := settings.proxies.faults(settings.endpoints):
        raise SettingsError(faults)
    return settings


def load_store_settings(environ: Mapping[str, str], cwd: Path) -> StoreSettings:
    """The same for a command that needs nothing but Redis: other settings may be missing or wrong."""
    return _load(StoreSettings, environ, cwd)


def _load(model: type[_Model], environ: Mapping[str, str], cwd: Path) -> _Model:
    variables = {name: environ[name] for name in variables_of(model) if environ.get(name)}
    secrets, faults = read_secret_files(secrets_of(model), environ, cwd)
    config = find_toml(variables.get("CODECHECK_CONFIG", ""), cwd)
    document, faults_of_toml = read_toml(config) if config else ({}, [])
    tables = {name: document[name] for name in tables_of(model) if name in document}
    given = {*variables, *(name for name in secrets_of(model) if environ.get(f"{name}_FILE"))}
    faults += certificate_faults(environ)
    if model is Settings:
        faults += [*faults_of_toml, *unmet(given, tables), *trace_faults(environ)]
    elif not document:
        faults += faults_of_toml  # it could not be read at all
    others: dict[str, object] = {"CODECHECK_CONFIG": config, "CODECHECK_DATA_DIR": _data_dir(environ, cwd)}
    if model is Settings:
        others["proxies"] = read_proxies(environ)
    try:
        settings = model.model_validate(variables | secrets | tables | others)
    except ValidationError as error:
        faults += faults_of(error, toml=shown(config.name) if config else CONFIG, from_files=secrets)
        raise SettingsError(faults) from None  # pydantic's error holds more than a person should see
    if faults:
        raise SettingsError(faults)
    return settings


def _data_dir(environ: Mapping[str, str], cwd: Path) -> Path:
    """The folder that is named, otherwise the user's by the XDG rules, otherwise, without a home, the system's."""
    if named := environ.get("CODECHECK_DATA_DIR"):
        return cwd / named
    shared, home = Path(environ.get("XDG_DATA_HOME", "")), Path(environ.get("HOME", ""))
    if shared.is_absolute():  # the XDG rules ignore a relative one
        return shared / "codecheck-bot"
    if home.is_absolute():
        return home / ".local" / "share" / "codecheck-bot"
    return Path("/var/lib/codecheck-bot")
