"""`[[rules]]` that leave nothing to delete, or never match."""

from collections.abc import Collection

from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.rules import Match
from bot.domain.task_id import TASK_ID

_WILD = frozenset("*?[")


async def look(deployment: Deployment) -> Findings:
    """Each rule by itself."""
    rules, allowed = deployment.settings.rules, deployment.settings.allow.channels
    well = True
    for number, table in enumerate(rules, 1):
        match = table.rule.match
        if table.protect and _matches_all(match, allowed):
            well = False
            yield fault(f"[[rules]] entry {number} protects every task", "Say by match which tasks it protects.")
        if match.tasks and not any(map(_possible, match.tasks)):
            well = False
            yield warning(
                f"[[rules]] entry {number} never matches: no task ID looks like {', '.join(match.tasks)}",
                "Write IDs in tasks, and names in names.",
            )
    if rules and well:
        yield ok(f"all can match ({len(rules)})")


def _matches_all(match: Match, allowed: Collection[str]) -> bool:
    """Whether a rule matches whatever is asked, wherever asking is allowed."""
    kinds = (match.projects, match.repositories, match.names, match.tasks)
    everywhere = not match.channels or "*" in match.channels
    where_allowed = bool(allowed) and all(match.has_channel(channel) for channel in allowed)
    return (everywhere or where_allowed) and all(not globs or "*" in globs for globs in kinds)


def _possible(glob: str) -> bool:
    """Whether a task ID can match."""
    return not _WILD.isdisjoint(glob) or TASK_ID.fullmatch(glob) is not None


PROBE = Probe(name="rules", order=13, checks="rules that protect everything or never match", look=look)
