"""Runs a program as production would: without the packages that only development installs.

Some libraries import what they find: structlog takes rich, redis-py takes cryptography. That costs memory and
time at the start that no deployment pays.
"""

import re
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

_OURS = {"benchmarks", "bot", "codecheck_sandbox"}
_ROOT = Path(__file__).parents[1]


def as_in_production(module: str) -> tuple[str, ...]:
    """The arguments with which Python runs a module like `python -m`, with those packages hidden."""
    hidden = sorted(development_only() - _OURS)
    lines = (
        "import sys",
        f"sys.modules.update(dict.fromkeys({hidden}))",
        "from runpy import run_module",
        f"run_module({module!r}, run_name='__main__', alter_sys=True)",
    )
    return ("-c", "\n".join(lines))


@cache
def development_only() -> frozenset[str]:
    """The names by which packages are imported that are installed here, but not in requirements.lock."""
    lock = (_ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {name.lower() for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    return frozenset(
        name
        for name, distributions in packages_distributions().items()
        if not locked & {re.sub(r"[-_.]+", "-", each.lower()) for each in distributions}
    )
