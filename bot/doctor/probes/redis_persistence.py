"""Whether a crash of the server could lose what was confirmed."""

from bot.doctor.check import ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe


async def look(deployment: Deployment) -> Findings:
    """The append-only file, by INFO."""
    info = await deployment.redis.info()
    if info.get("aof_enabled") != "1":
        yield warning(
            "without the append-only file a crash of the server loses what was confirmed last",
            "Set appendonly yes on the server.",
        )
    elif info.get("aof_last_write_status", "ok") != "ok":
        yield warning("the server could not write its append-only file", "Look at its log and its disk.")
    else:
        yield ok("the append-only file is on")


PROBE = Probe(name="Redis persistence", order=24, checks="whether the append-only file is on", look=look)
