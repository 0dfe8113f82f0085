"""The settings as tables: for the command line's help, and for the documents, which are made from them."""

from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.settings.model import Settings, secrets_of, table_in, tables_of
from bot.settings.store import StoreSettings
from bot.settings.table import Computed


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting, in words.

    Args:
        table: the table of codecheck.toml with its brackets, such as `[allow]`; "" for an environment variable.
        name: the variable or the key; "" for `[operators]`, whose keys are people.
        meaning: what it is.
        default: the default as it would be written, or how it is computed; "" for none.
        secret: True if `NAME_FILE` may give it too.
    """

    table: str
    name: str
    meaning: str
    default: str
    secret: bool = False


def setting_rows() -> list[SettingRow]:
    """Every setting: the variables, then the tables of codecheck.toml, those about people first."""
    secrets = secrets_of(Settings)
    variables = [
        SettingRow("", info.alias, info.description or "", _default(info), secret=info.alias in secrets)
        for info in Settings.model_fields.values()
        if info.alias
    ]
    last = tables_of(StoreSettings)
    tables = sorted(tables_of(Settings), key=lambda name: name in last)
    return variables + [row for table in tables for row in _rows(table, Settings.model_fields[table])]


def environment_table() -> str:
    """The variables as Markdown."""
    rows = [row for row in setting_rows() if not row.table]
    return _markdown("name", [(f"`{row.name}`{' 🔒' * row.secret}", row) for row in rows])


def toml_table() -> str:
    """The keys of codecheck.toml as Markdown."""
    rows = [row for row in setting_rows() if row.table]
    return _markdown("key", [(f"`{f'{row.table} {row.name}'.rstrip()}`", row) for row in rows])


def _markdown(first: str, rows: list[tuple[str, SettingRow]]) -> str:
    lines = [f"| {name} | {row.meaning} | {row.default} |".replace("|  |", "| |") for name, row in rows]
    return "\n".join((f"| {first} | meaning | default |", "|---|---|---|", *lines))


def _rows(table: str, info: FieldInfo) -> list[SettingRow]:
    model = table_in(info.annotation)
    if model is None:
        return [SettingRow(f"[{table}]", "", info.description or "", "")]
    brackets = f"[{table}]" if model is info.annotation else f"[[{table}]]"
    rows = []
    for key, nested in model.model_fields.items():
        inner = nested.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):  # a table in a table: `match`
            rows += [
                SettingRow(brackets, f"{key}.{each}", field.description or "", _default(field))
                for each, field in inner.model_fields.items()
            ]
        else:
            rows.append(SettingRow(brackets, key, nested.description or "", _default(nested)))
    return rows


def _default(info: FieldInfo) -> str:
    if computed := next((note for note in info.metadata if isinstance(note, Computed)), None):
        return computed.words
    if info.is_required():
        return "required"
    match info.default:
        case None:
            return ""
        case bool() as flag:
            return f"`{str(flag).lower()}`"
        case str() as text:
            return f"`{text}`" if info.alias else f'`"{text}"`'
        case frozenset() | tuple() as several:
            return f"`{list(several)}`"
        case default:
            return f"`{default}`"
