"""The freeze in Redis."""

from bot.domain.audit import Event, of_freeze, of_unfreeze
from bot.domain.freeze import Freeze, FreezeChange
from bot.domain.identity import SlackUser
from bot.store.codec import decode_freeze, decode_freeze_change, encode_freeze, encode_spread, encode_unfreeze
from bot.store.redis_calls import RedisCalls
from bot.store.transaction import Transaction, append, equals, put, put_time


class RedisFreeze:
    """Implements `bot.deletions.ports.FreezeStore`.

    Args:
        redis: runs the transactions.
    """

    def __init__(self, redis: RedisCalls) -> None:
        self._redis = redis
        self._keys = redis.keys

    async def freeze(self, by: SlackUser, reason: str, event: Event | None = None) -> tuple[Freeze, bool]:
        """See the port."""
        frozen = Freeze(by, 0, reason)
        transaction = Transaction(
            when=(equals(self._keys.freeze, "on", ""),),
            effects=(
                append(self._keys.events, (event or of_freeze(frozen)).text()),
                put(self._keys.freeze, encode_freeze(frozen)),
                put_time(self._keys.freeze, "at", 0),
            ),
            read=(self._keys.freeze,),
        )
        answer, _ = await self._redis.transact(transaction)
        return decode_freeze(answer.hashes[0]) or frozen, answer.applied

    async def unfreeze(self, by: SlackUser, event: Event | None = None) -> bool:
        """See the port."""
        transaction = Transaction(
            when=(equals(self._keys.freeze, "on", "1"),),
            effects=(
                append(self._keys.events, (event or of_unfreeze(by)).text()),
                put(self._keys.freeze, encode_unfreeze(by)),
            ),
        )
        answer, _ = await self._redis.transact(transaction)
        return answer.applied

    async def current(self) -> Freeze | None:
        """See the port."""
        answer = await self._redis.read(self._keys.freeze)
        return decode_freeze(answer.hashes[0])

    async def latest(self) -> FreezeChange | None:
        """See the port."""
        answer = await self._redis.read(self._keys.freeze)
        return decode_freeze_change(answer.hashes[0])

    async def spread(self, before: FreezeChange, after: FreezeChange) -> bool:
        """See the port."""
        key = self._keys.freeze
        transaction = Transaction(
            when=tuple(equals(key, name, value) for name, value in encode_spread(before).items()),
            effects=(put(key, encode_spread(after)),),
        )
        answer, _ = await self._redis.transact(transaction)
        return answer.applied
