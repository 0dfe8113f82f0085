"""Whatever is in the environment and in codecheck.toml: settings, or faults, and never another error."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.settings import Settings, SettingsError, StoreSettings, load_settings, load_store_settings, notices_of
from bot.settings.model import keys_of, secrets_of, tables_of, variables_of
from tests.settings.examples import ENOUGH

_NAMES = [*variables_of(Settings), *(f"{name}_FILE" for name in secrets_of(Settings))]
_TEXTS = st.text(st.characters(exclude_characters="\0"), max_size=20)
_VALUES = _TEXTS | st.sampled_from(["redis://h?x=1", "/dev/zero", "/", ".", "0", "https://h", "xoxb-1", "rediss://h"])
_KEYS = sorted({key for table in tables_of(Settings) for key in keys_of(table)} | {"match", "channels", "names", "U01"})
_LEAVES = (
    st.booleans() | st.integers(-5, 10**6) | st.floats(allow_nan=False) | st.text(max_size=8).filter(str.isprintable)
)
_TREES = st.recursive(
    _LEAVES | st.sampled_from(["C01", "U01", "button", "second_person", "*", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=12,
)


def toml(value: object) -> str:
    """A value as TOML writes it."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case bool() | str():
            return json.dumps(value)
        case _:
            return repr(value)


def loaded(load: Callable[[Mapping[str, str], Path], StoreSettings], environ: Mapping[str, str], file: str) -> object:
    """The settings, or their faults."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "codecheck.toml").write_text(file, encoding="utf-8", errors="replace")
        try:
            return load(environ, Path(folder))
        except SettingsError as error:
            return error.faults


def can_be_read(result: object) -> bool:
    """Whether faults are some, and each a line that can be printed."""
    if isinstance(result, tuple):
        return bool(result) and all(str(fault).isprintable() for fault in result)
    return isinstance(result, StoreSettings)


@given(st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=6), _TEXTS)
def test_any_environment_is_taken_or_refused(environ: dict[str, str], file: str) -> None:
    """By the commands that need everything, and by those that need Redis only."""
    assert can_be_read(loaded(load_settings, ENOUGH | environ, file))
    assert can_be_read(loaded(load_store_settings, environ, file))


@given(st.dictionaries(st.sampled_from(tables_of(Settings)), _TREES, max_size=4))
def test_any_codecheck_toml_is_taken_or_refused(tables: dict[str, object]) -> None:
    """And what is taken can be asked for its rules and its notices."""
    file = "\n".join(f"{name} = {toml(value)}" for name, value in tables.items())
    settings = loaded(load_settings, ENOUGH | {"REDIS_URL": "redis://h"}, file)
    assert can_be_read(settings)
    if isinstance(settings, Settings):
        assert settings.safeguards.of("C01", None, "t").confirmers >= 1
        assert settings.second_person.in_domain.ttl >= 1_000
        assert all(str(notice).isprintable() for notice in notices_of(settings))
