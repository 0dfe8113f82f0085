"""A signed request of Slack's counts once. Its signature is remembered for as long as it is valid."""

import hashlib

from bot.deletions.acknowledgement_deadline import deadline
from bot.domain.errors import CopiedError, PersonError
from bot.store.redis_calls import SIGNED, RedisCalls
from bot.store.transaction import SignedRequest


class RedisReplays:
    """Implements `bot.slack.transport.replays.Replays`.

    Args:
        redis: runs the transactions.
    """

    def __init__(self, redis: RedisCalls) -> None:
        self._redis = redis

    def received(self, signature: str) -> None:
        """See the port. The first transaction counts the request, so that takes no round trip of its own."""
        SIGNED.set(SignedRequest(self._redis.keys.signature(hashlib.sha256(signature.encode()).hexdigest()[:32])))

    async def first_time(self) -> bool:
        """See the port."""
        try:
            async with deadline():
                await self._redis.count_request()
        except CopiedError:
            return False
        except PersonError:
            return True
        return True
