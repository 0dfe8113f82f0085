"""The one hook for tests and for the sandbox: lets time pass, as far as the stored data show."""

import json

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from bot.store.schema import Keys

_TIMES = ("requested_at", "expires_at", "confirmable_at", "send_at")
_TIMES_OF_LIFECYCLE = ("confirmed_at", "called_at", "look_at", "verify_until")


async def let_time_pass(client: Redis, prefix: str, ms: int) -> None:
    """Move every moment and deadline of the deletions that have not ended, and of the freeze, back by `ms`.

    It then looks as if that much time had passed.

    Redis's own clock stays as it is. A bot that runs at the same time has a monotonic clock too, which does not move:
    it may still be waiting for something that is over by what the store says.

    Args:
        client: a client for the bot's Redis, with `decode_responses`.
        prefix: the bot's CODECHECK_REDIS_PREFIX.
        ms: how many milliseconds pass, 0 or more.
    """
    keys = Keys(prefix)
    if frozen_at := int(await client.hget(keys.freeze, "at") or 0):
        await client.execute_command("HSET", keys.freeze, "at", str(frozen_at - ms))
    for deletion_id in await client.zrange(keys.due, 0, -1):
        await _age(client, keys.due, str(deletion_id), keys.deletion(str(deletion_id)), ms)


async def _age(client: Redis, due: str, deletion_id: str, key: str, ms: int) -> None:
    """Move one deletion back; again from its start if a bot writes it meanwhile."""

    async def move(pipeline: Pipeline) -> None:
        fields = await pipeline.hgetall(key)
        waits = await pipeline.zscore(due, deletion_id) is not None
        pipeline.multi()
        if not (fields and waits):
            return
        times: dict[str, str] = {name: str(int(fields[name]) - ms) for name in _TIMES if int(fields.get(name, "0"))}
        lifecycle = json.loads(fields["lifecycle"])
        moved = {name: lifecycle[name] - ms for name in _TIMES_OF_LIFECYCLE if lifecycle.get(name)}
        delivery = json.loads(fields.get("delivery", "{}"))
        asked = {"asked_at": delivery["asked_at"] - ms} if delivery.get("asked_at") else {}
        pipeline.zincrby(due, -ms, deletion_id)
        for name, value in {
            **times,
            "lifecycle": json.dumps(lifecycle | moved),
            "delivery": json.dumps(delivery | asked),
        }.items():
            pipeline.hset(key, name, value)

    await client.transaction(move, key, due)
