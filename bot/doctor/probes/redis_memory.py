"""Whether the server could forget confirmations for want of memory."""

from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe

_NEARLY = 0.9  # of maxmemory


async def look(deployment: Deployment) -> Findings:
    """The limit, what is used of it, and the eviction policy, by INFO."""
    info = await deployment.redis.info()
    policy, limit = info.get("maxmemory_policy", "an unknown policy"), _number(info.get("maxmemory"))
    if policy != "noeviction":
        yield (fault if limit else warning)(
            f"with maxmemory-policy {policy} a full server forgets confirmations, the freeze and the audit log",
            "Set maxmemory-policy noeviction on the server.",
        )
        return
    if limit and (used := _number(info.get("used_memory"))) > _NEARLY * limit:
        yield warning(
            f"{100 * used // limit} % of maxmemory is used; when it is full, nothing can be asked or confirmed",
            "Raise maxmemory, free memory, or set [record] retention_days.",
        )
        return
    yield ok("nothing is evicted")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


PROBE = Probe(name="Redis memory", order=23, checks="eviction, and how much memory is left", look=look)
