"""The Lua scripts of this folder, each with the shared prelude before it."""

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


def load_scripts() -> Scripts:
    """Read the scripts from the package."""
    folder = files("bot.store")
    prelude = (folder / "prelude.lua").read_text()
    return Scripts(
        **{field.name: prelude + "\n" + (folder / f"{field.name}.lua").read_text() for field in fields(Scripts)}
    )
