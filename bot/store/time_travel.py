"""The one hook for tests and for the sandbox: let time pass, as far as anybody can tell from what the store holds."""

import json
from typing import cast

from redis.asyncio import Redis

from bot.store.schema import Keys

_TIMES = ("requested_at", "expires_at", "confirmable_at", "send_at")
_TIMES_OF_LIFECYCLE = ("confirmed_at", "called_at", "look_at", "verify_until")


async def let_time_pass(client: Redis, prefix: str, ms: int) -> None:
    """Move every moment and deadline of the deletions that have not ended back, so that `ms` seem to have gone by.

    Redis's own clock stays as it is. A bot that runs at the same time has a monotonic clock too, which does not move:
    it may still be waiting for something that is over by what the store says.

    Args:
        client: a client for the bot's Redis, with `decode_responses`.
        prefix: the bot's CODECHECK_REDIS_PREFIX.
        ms: how many milliseconds pass, 0 or more.
    """
    keys = Keys(prefix)
    for deletion_id in cast("list[str]", await client.zrange(keys.due, 0, -1)):
        key = keys.deletion(deletion_id)
        fields = cast("dict[str, str]", await client.hgetall(key))
        if not fields:
            continue
        earlier = {name: str(int(fields[name]) - ms) for name in _TIMES if int(fields.get(name, "0"))}
        lifecycle = json.loads(fields["lifecycle"])
        moved = {name: lifecycle[name] - ms for name in _TIMES_OF_LIFECYCLE if lifecycle.get(name)}
        pieces = [piece for pair in {**earlier, "lifecycle": json.dumps(lifecycle | moved)}.items() for piece in pair]
        async with client.pipeline(transaction=True) as pipeline:
            pipeline.zincrby(keys.due, -ms, deletion_id)
            pipeline.execute_command("HSET", key, *pieces)
            await pipeline.execute()
