"""The settings as tables, for the help of the command line and for the test that holds the README against the code."""

from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.settings.model import TABLES, Computed, Settings
from bot.settings.secret_files import SECRETS


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting, in words.

    Args:
        table: the table of codecheck.toml; "" for a variable of the environment.
        name: the variable or the key; "" for `[operators]`, whose keys are people.
        meaning: what it is.
        default: the default as one writes it, or how it is computed; "" for none.
        secret: True where `NAME_FILE` may give it too.
    """

    table: str
    name: str
    meaning: str
    default: str
    secret: bool = False


def setting_rows() -> list[SettingRow]:
    """Every setting, in the order of the contract: the variables, then the tables of codecheck.toml."""
    rows = [
        SettingRow("", info.alias, info.description or "", _default(info), secret=info.alias in SECRETS)
        for info in Settings.model_fields.values()
        if info.alias
    ]
    for table in TABLES:
        info = Settings.model_fields[table]
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            rows += [
                SettingRow(table, key, nested.description or "", _default(nested))
                for key, nested in info.annotation.model_fields.items()
            ]
        else:
            rows.append(SettingRow(table, "", info.description or "", ""))
    return rows


def _default(info: FieldInfo) -> str:
    if computed := next((note for note in info.metadata if isinstance(note, Computed)), None):
        return computed.words
    if info.is_required():
        return "required"
    match info.default:
        case None:
            return ""
        case str() as text:
            return f"`{text}`" if info.alias else f'`"{text}"`'
        case frozenset() | tuple():
            return "`[]`"
        case default:
            return f"`{default}`"
