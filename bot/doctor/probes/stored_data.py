"""Whether Redis's data are complete: lost data include the freeze and every request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.store.codec import decode
from bot.store.redis_calls import Calls
from bot.store.schema import Keys

_MOST = 200  # deletions that are looked at
_NAMED = 5  # IDs in one line
_RESTORE = "Restore a backup; until then freeze deletions (`codecheck-bot freeze`), since a freeze may be lost as well."


@dataclass(frozen=True, slots=True)
class _Kept:
    """What there is.

    Args:
        strange: keys of another kind than they should be.
        events: whether there are audit events.
        checkpoint: whether there is a last checkpoint.
        deletions: the fields of each deletion that has not ended, as far as they were read.
    """

    strange: tuple[str, ...]
    events: bool = False
    checkpoint: bool = False
    deletions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


async def look(deployment: Deployment) -> Findings:
    """The kinds of the fixed keys, and every deletion that has not ended."""
    keys = Keys(deployment.settings.redis_prefix)

    async def ask(calls: Calls) -> _Kept:
        return await _read(calls, keys)

    kept = await deployment.redis.run("kept", ask)
    if kept.strange:
        names = ", ".join(kept.strange)
        hint = "Someone else writes under this prefix: set CODECHECK_REDIS_PREFIX to one of the bot's own."
        yield fault(f"keys of the wrong type: {names}", hint)
        return
    lost = [each for each, fields in kept.deletions.items() if not fields]
    unreadable = [each for each, fields in kept.deletions.items() if fields and not _readable(each, fields)]
    if lost:
        yield fault(f"data are lost: {_named(lost)} should be there, but is gone", _RESTORE)
    if unreadable:
        hint = "A newer version of the bot may have written it: run that version. Otherwise restore a backup."
        yield fault(f"deletions that cannot be read: {_named(unreadable)}", hint)
    if not kept.events and (kept.checkpoint or kept.deletions):
        yield fault("data are lost: the audit log is gone", _RESTORE)
    elif not kept.events:
        yield warning(
            "Redis keeps nothing of the bot's. Before its first request that is right; afterwards it means that all "
            "data are lost, the freeze among them",
            "If the bot was used before, restore a backup, and check REDIS_URL and CODECHECK_REDIS_PREFIX.",
        )
    elif not lost and not unreadable:
        yield ok(f"nothing is missing; deletions that have not ended: {len(kept.deletions)}")


async def _read(calls: Calls, keys: Keys) -> _Kept:
    kinds = {
        keys.due: "zset",
        keys.freeze: "hash",
        keys.events: "stream",
        keys.checkpoints: "stream",
        keys.checkpoint: "hash",
    }
    types = dict(zip(kinds, await calls.pipeline(*(("TYPE", key) for key in kinds)), strict=True))
    strange = tuple(key for key, kind in kinds.items() if types[key] not in (kind, "none"))
    if strange:
        return _Kept(strange)
    ids = cast("list[str]", await calls.command("ZRANGE", keys.due, 0, _MOST - 1))
    found = await calls.pipeline(*(("HGETALL", keys.deletion(each)) for each in ids)) if ids else []
    deletions = {each: cast("Mapping[str, str]", fields) for each, fields in zip(ids, found, strict=True)}
    return _Kept((), types[keys.events] != "none", types[keys.checkpoint] != "none", deletions)


def _readable(deletion_id: str, fields: Mapping[str, str]) -> bool:
    try:
        decode(deletion_id, fields, 0, None)
    except (KeyError, ValueError):
        return False
    return True


def _named(ids: list[str]) -> str:
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return ", ".join(ids[:_NAMED]) + more


PROBE = Probe(name="stored data", order=31, checks="whether something is lost, unreadable, or not the bot's", look=look)
