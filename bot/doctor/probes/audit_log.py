"""Whether the end of the audit log is as it was sealed, and old events are trimmed. `audit verify` checks all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.doctor.check import Finding, fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.audit import Recorded
from bot.domain.checkpoints import START, Checkpoint, seal
from bot.domain.timings import Timings
from bot.store.audit import RedisAuditLog
from bot.store.redis_calls import RedisCalls

_LAST = 10  # checkpoints
_PATIENCE = 10  # intervals after which some replica should have sealed an event
_DAY = 24 * 3_600_000
_VERIFY = "Run `codecheck-bot audit verify`, with a --checkpoint of the bot's log."


@dataclass(frozen=True, slots=True)
class _End:
    """The end of the log.

    Args:
        oldest: the first event of all; None if there is none.
        checkpoints: the last ones, the oldest of them first; the first is where the looking starts.
        events: those after the first of these checkpoints.
        now: Redis's clock, in ms.
    """

    oldest: Recorded | None
    checkpoints: Sequence[Checkpoint]
    events: Sequence[Recorded]
    now: int


async def look(deployment: Deployment) -> Findings:
    """Seal again what the last checkpoints seal, and compare."""
    end = await deployment.redis.read("audit log", _read)
    found = [*_sealed(end), *_trimmed(end, deployment.settings.record.retention_days)]
    for each in found:
        yield each
    if end.oldest is not None and not found:
        yield ok(f"as it was sealed, as far as the last checkpoints go ({max(len(end.checkpoints) - 1, 0)})")


async def _read(calls: RedisCalls) -> _End:
    audit = RedisAuditLog(calls)
    first = await audit.following()
    checkpoints = await audit.latest_checkpoints(_LAST + 1)
    if len(checkpoints) <= _LAST and (not checkpoints or checkpoints[0].number == 1):
        checkpoints = [START, *checkpoints]
    events: list[Recorded] = []
    after = checkpoints[0].upto
    while batch := await audit.following(after):
        events += batch
        after = batch[-1].id
    return _End(first[0] if first else None, checkpoints, events, await audit.now())


def _sealed(end: _End) -> list[Finding]:
    last, rest = end.checkpoints[0], list(end.events)
    for checkpoint in end.checkpoints[1:]:
        count = next((at for at, event in enumerate(rest, 1) if event.id == checkpoint.upto), len(rest))
        stretch, rest = rest[:count], rest[count:]
        again = seal(last, stretch, checkpoint.at)
        if checkpoint.number != last.number + 1 or replace(again, at=checkpoint.at) != checkpoint:
            return [fault(f"checkpoint {checkpoint.number} does not fit the events that it seals", _VERIFY)]
        last = checkpoint
    late = [event for event in rest if end.now - event.at > _PATIENCE * Timings().seal]
    if late:
        hint = "Start a bot: it seals them within seconds. If one runs, look at its log."
        many = "1 event has" if len(late) == 1 else f"{len(late)} events have"
        return [warning(f"{many} not been sealed: no bot runs, or it cannot seal", hint)]
    return []


def _trimmed(end: _End, retention_days: int) -> list[Finding]:
    if not retention_days or end.oldest is None:
        return []
    days = (end.now - end.oldest.at) // _DAY
    if days <= retention_days + 1:
        return []
    text = f"the oldest event is {days} days old, but [record] retention_days is {retention_days}"
    return [warning(text, "Start a bot: it trims every hour. If one runs, look at its log.")]


PROBE = Probe(name="audit log", order=32, checks="the last checkpoints, and that old events are trimmed", look=look)
