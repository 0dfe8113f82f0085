"""The Lua scripts of this folder, each with what all share before it."""

from dataclasses import dataclass, fields
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Scripts:
    """The text of each script, as Redis runs it; what a script takes and returns is told at its head."""

    request: str
    load: str
    advance: str
    due: str
    claim: str
    save: str
    note: str
    freeze: str
    trim: str


def load_scripts() -> Scripts:
    """Read the scripts from the package."""
    folder = files("bot.store")
    shared = "\n".join((folder / f"{name}.lua").read_text() for name in ("sha256", "prelude", "record"))
    return Scripts(
        **{field.name: shared + "\n" + (folder / f"{field.name}.lua").read_text() for field in fields(Scripts)}
    )
