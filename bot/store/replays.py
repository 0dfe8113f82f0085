"""The signatures of Slack's requests, remembered while they are valid."""

import hashlib

from bot.deletions.acknowledgement_deadline import Dependency
from bot.domain.errors import MaybeRecordedError, NotRecordedError, TooSlowError
from bot.store.redis_calls import UNPROVEN, RedisCalls
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
        """See the port. If Redis cannot say, whatever else this payload asks of Redis is refused."""
        key = self._redis.keys.signature(hashlib.sha256(signature.encode()).hexdigest()[:32])
        transaction = Transaction(when=(missing(key),), effects=(set_for(key, "1", _LASTS),))
        try:
            answer, _ = await self._redis.transact(transaction, harmless=True)
        except NotRecordedError as error:
            UNPROVEN.set(error)
            return True
        except MaybeRecordedError:  # of the signature; of what the payload asks for, surely nothing
            UNPROVEN.set(TooSlowError(Dependency.STORAGE))
            return True
        return answer.applied
