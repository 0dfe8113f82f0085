"""The kinds of second confirmation, one file per kind in this folder.

Each module has one `Kind` named `KIND`. For a new kind nothing else has to change: settings, rules, decisions and
prompts read the registry.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from bot.domain.confirmations.kind import Attempt, Kind, same_operator

__all__ = ["KINDS", "Attempt", "Kind", "kind_of", "same_operator"]


def _found() -> Mapping[str, Kind]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__) if module.name != "kind"]
    kinds: list[Kind] = sorted((module.KIND for module in modules), key=lambda kind: kind.strictness)
    return {kind.name: kind for kind in kinds}


KINDS: Mapping[str, Kind] = _found()
"""All kinds by name, the least strict first."""


def kind_of(name: str) -> Kind:
    """The kind called `name`; if this version does not know it (a newer replica may), the strictest kind."""
    return KINDS.get(name) or [*KINDS.values()][-1]
