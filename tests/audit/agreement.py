"""Whether the audit log and the state in Redis agree: to be asked after anything that can go wrong."""

from redis.asyncio import Redis

from bot.domain.audit import Recorded
from bot.domain.checkpoints import verify
from bot.domain.lifecycle import ENDED, EventKind, State
from bot.store.audit import RedisAuditLog
from bot.store.codec import decode
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys

_ONCE = frozenset({EventKind.REQUESTED, EventKind.LAUNCHED, *map(EventKind, ENDED - {State.CANCELLED})})
_WHOLE_LOG = 2**53  # ms: nobody seals it while a test runs


async def check_agreement(redis: Redis, prefix: str) -> None:
    """Fail if the log is not as it was recorded, or says other than the deletions' hashes.

    Args:
        redis: a client with decoded responses, of the server that the bot uses.
        prefix: the bot's prefix.
    """
    keys = Keys(prefix)
    log = RedisAuditLog(RedisCalls(redis, keys))
    events = [event async for event in log.events()]
    report = verify(events, await log.checkpoints(), now=await log.now(), interval=_WHOLE_LOG)
    assert not report.faults, report.faults
    stories: dict[str, list[Recorded]] = {}
    for event in events:
        if event.get("deletion") and event.get("state"):
            stories.setdefault(event.get("deletion"), []).append(event)
    kept = {str(key).removeprefix(keys.deletion("")): str(key) async for key in redis.scan_iter(keys.deletion("*"))}
    assert kept.keys() <= stories.keys(), "deletions without an event"
    for deletion_id, story in stories.items():
        _check_story(story)
        last = story[-1].get("state")
        if deletion_id not in kept:
            assert last in ENDED, f"{deletion_id} is in the log, not ended, but not in Redis"
            continue
        deletion = decode(deletion_id, {str(k): str(v) for k, v in (await redis.hgetall(kept[deletion_id])).items()}, 0)
        kinds = [event.get("kind") for event in story]
        assert last == deletion.state, f"{deletion_id} is {deletion.state}, but: {kinds}"
        lifecycle = deletion.lifecycle
        sends = kinds.count(EventKind.CALLED) + kinds.count(EventKind.CALLED_AGAIN)
        assert sends == lifecycle.sends or EventKind.RETURNED in kinds, f"{deletion_id}: a DELETE without its event"
        if lifecycle.calls:
            assert lifecycle.calls == 1 + kinds.count(EventKind.TAKEN_OVER), f"{deletion_id}: a takeover without one"


def _check_story(story: list[Recorded]) -> None:
    """Nothing is called that was not requested, reviewed and confirmed, in this order, after its last return."""
    kinds = [event.get("kind") for event in story]
    assert kinds[0] == EventKind.REQUESTED, kinds
    for once in _ONCE:
        assert kinds.count(once) <= 1, f"{once} twice: {kinds}"
    for at, kind in enumerate(kinds):
        before = kinds[:at]
        if EventKind.RETURNED in before:
            before = before[len(before) - before[::-1].index(EventKind.RETURNED) :]
        if kind == EventKind.CALLED:
            assert EventKind.REVIEWED in before, kinds
            assert EventKind.CONFIRMED in before[before.index(EventKind.REVIEWED) :], kinds
            assert EventKind.CALLED not in before, kinds
        if kind == EventKind.CALLED_AGAIN:
            assert EventKind.TAKEN_OVER in before[before.index(EventKind.CALLED) :], kinds
