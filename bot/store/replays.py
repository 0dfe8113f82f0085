"""The signatures of Slack's requests, remembered while they are valid."""

import hashlib

from bot.store.redis_calls import RedisCalls
from bot.store.transaction import Transaction, missing, set_for

_LASTS = 600_000  # milliseconds: a signature is valid five minutes before and after its timestamp


class RedisReplays:
    """Implements `bot.slack.transport.replays.Replays`.

    Args:
        redis: runs the transactions.
    """

    def __init__(self, redis: RedisCalls) -> None:
        self._redis = redis

    async def first_time(self, signature: str) -> bool:
        """See the port."""
        key = self._redis.keys.signature(hashlib.sha256(signature.encode()).hexdigest()[:32])
        answer, _ = await self._redis.transact(Transaction(when=(missing(key),), effects=(set_for(key, "1", _LASTS),)))
        return answer.applied
