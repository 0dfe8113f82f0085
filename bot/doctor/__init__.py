"""`codecheck-bot doctor`: looks at everything that a deployment can get wrong, and changes nothing.

A probe is an async function from the settings to its checks. To look at one thing more, write one and put it in PROBES.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.doctor.check import Check, Grade, report
from bot.doctor.codearts import look_at_codearts
from bot.doctor.people import look_at_people
from bot.doctor.redis_server import look_at_redis
from bot.doctor.settings import look_at_settings
from bot.doctor.slack_app import look_at_slack
from bot.settings import Settings

__all__ = ["PROBES", "Check", "Grade", "examine", "report"]

Probe = Callable[[Settings], Awaitable[list[Check]]]

PROBES: tuple[Probe, ...] = (look_at_settings, look_at_people, look_at_redis, look_at_slack, look_at_codearts)


async def examine(settings: Settings, probes: Sequence[Probe] = PROBES) -> list[Check]:
    """All checks, in the order of `probes`, which look side by side."""
    found = await asyncio.gather(*(probe(settings) for probe in probes))
    return [check for checks in found for check in checks]
