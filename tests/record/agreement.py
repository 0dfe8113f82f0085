"""Whether the record and the state in Redis agree: to be asked after anything that can go wrong."""

from redis.asyncio import Redis

from bot.audit import follow
from bot.domain.deletion import ENDS, State
from bot.domain.record import Entry, What
from bot.store.codec import decode
from bot.store.keys import Keys
from bot.store.record import RedisRecord

_OVER = {*ENDS, "unknown.final"}
_BEGINS = {What.CONFIRMED, What.CALLED}  # a call: the confirmation itself, or the end of the grace that it began


async def check_agreement(redis: Redis, prefix: str) -> None:
    """Fail where the chain is broken, or where it says other than the deletions' hashes.

    Args:
        redis: a client with decoded responses, of the server that the bot uses.
        prefix: the bot's prefix.
    """
    record, keys = RedisRecord(redis, prefix=prefix), Keys(prefix)
    _, found = await follow(record)
    assert found is None, f"the record is broken at entry {found.number}: {found.why}"
    stories: dict[str, list[Entry]] = {}
    async for entry in record.entries():
        if entry.says("deletion") and entry.says("state"):
            stories.setdefault(entry.says("deletion"), []).append(entry)
    kept = {str(key).removeprefix(keys.deletion("")): key async for key in redis.scan_iter(keys.deletion("*"))}
    assert kept.keys() <= stories.keys(), "deletions without an entry"
    for deletion_id, story in stories.items():
        _check_story(story)
        if deletion_id not in kept:
            assert story[-1].says("state") in _OVER, f"{deletion_id} is in the record, unfinished, but not in Redis"
            continue
        fields = {str(name): str(value) for name, value in (await redis.hgetall(kept[deletion_id])).items()}
        deletion = decode(deletion_id, fields, 0)
        assert story[-1].says("state") == deletion.stage, f"{deletion_id}: {[e.says('what') for e in story]}"
        take_overs = sum(entry.says("what") == What.TAKEN_UP for entry in story)
        begun = sum(entry.says("what") in _BEGINS and entry.says("state") == State.EXECUTING for entry in story)
        assert deletion.calls == begun + take_overs, f"{deletion_id}: calls without their entry"


def _check_story(story: list[Entry]) -> None:
    """Nothing is executed before it was requested, reviewed and confirmed, once each."""
    told = [entry.says("what") for entry in story]
    assert told[0] == What.REQUESTED
    for what in (What.REQUESTED, What.REVIEWED, What.CONFIRMED, What.CALLED):
        assert told.count(what) <= 1, f"{what} twice: {told}"
    if "executing" in [entry.says("state") for entry in story]:
        assert told[:3] == [What.REQUESTED, What.REVIEWED, What.CONFIRMED], told
        called = [What.CALLED] if story[2].says("state") == State.SCHEDULED else []
        assert told[3 : 3 + len(called)] == called, told
