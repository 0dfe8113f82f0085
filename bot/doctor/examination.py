"""Letting every probe look, side by side."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import structlog

from bot.doctor.check import CannotTell, Check, Finding, warning
from bot.doctor.deployment import Deployment, open_deployment
from bot.doctor.probe import Probe
from bot.doctor.registry import discover
from bot.settings import Settings

_SECONDS = 30.0  # for one probe

_log = structlog.get_logger(__name__)


async def examine(settings: Settings, probes: Sequence[Probe] | None = None, seconds: float = _SECONDS) -> list[Check]:
    """All checks, in the order of the probes.

    Args:
        settings: those of the deployment.
        probes: who looks; by default all that there are.
        seconds: how long one probe may take.
    """
    async with open_deployment(settings) as deployment:
        found = await asyncio.gather(
            *(_look(probe, deployment, seconds) for probe in (discover() if probes is None else probes))
        )
    return [check for checks in found for check in checks]


async def _look(probe: Probe, deployment: Deployment, seconds: float) -> list[Check]:
    """What one probe found, and why it found no more. One that fails is a warning and does not stop the others."""
    found: list[Finding] = []
    try:
        async with asyncio.timeout(seconds), aclosing(probe.look(deployment)) as findings:
            async for finding in findings:
                found.append(finding)  # noqa: PERF401 - what came before an error counts
    except CannotTell as unknown:
        found.append(unknown.finding)
    except TimeoutError:
        found.append(CannotTell(f"no answer within {seconds:g} s", "Look at the network, and try again.").finding)
    except Exception as error:  # noqa: BLE001 - a fault of one probe must not hide what the others find
        _log.error("a probe failed", probe=probe.name, exc_info=error)
        found.append(warning(f"cannot tell: the probe failed ({type(error).__name__})", "Report this: see the log."))
    return [Check(probe.name, each.grade, each.text, each.hint) for each in found]
