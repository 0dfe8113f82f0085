"""The probes, found in their folder."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from bot.doctor import probes
from bot.doctor.probe import Probe


def discover(package: ModuleType = probes) -> tuple[Probe, ...]:
    """Find the probes, in the order of the report: each module of `package` has one, as `PROBE`.

    Raises:
        TypeError: a module has none, or two have the same name.
    """
    found = [_in(import_module(f"{package.__name__}.{module.name}")) for module in iter_modules(package.__path__)]
    if len({each.name for each in found}) < len(found):
        raise TypeError("two probes have the same name")
    return tuple(sorted(found, key=lambda each: (each.order, each.name)))


def probes_table() -> str:
    """What doctor checks, as Markdown."""
    rows = (f"| {each.name} | {each.checks} |" for each in discover())
    return "\n".join(("| probe | checks |", "|---|---|", *rows))


def _in(module: ModuleType) -> Probe:
    probe = getattr(module, "PROBE", None)
    if not isinstance(probe, Probe):
        raise TypeError(f"{module.__name__} has no PROBE")
    return probe
