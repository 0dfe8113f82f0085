"""What a probe is. Each has one file in `bot.doctor.probes`, which `bot.doctor.registry` finds."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from bot.doctor.check import Finding
from bot.doctor.deployment import Deployment

Findings = AsyncGenerator[Finding, None]
"""What a probe's function yields: at least one finding, unless the settings do not use what it checks.

It may raise `CannotTell`; what it has yielded by then counts. It changes nothing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A probe.

    Args:
        name: what it is called in the report, unique.
        order: its place in the report; equal ones are sorted by name.
        checks: what it checks, for the documents; a clause such as "whether Redis answers".
        look: looks.
    """

    name: str
    order: int
    checks: str
    look: Callable[[Deployment], Findings]
