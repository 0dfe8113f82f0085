"""The signatures of Slack's requests, remembered while they are valid."""

import hashlib
import secrets

from redis.asyncio import Redis

from bot.domain.errors import MaybeRecordedError, NotRecordedError
from bot.store.attempts import UNPROVEN, Attempts

_MILLISECONDS = 600_000  # valid five minutes before and after its timestamp


class RedisReplays:
    """Implements `bot.slack.transport.replays.Replays`.

    Args:
        client: what `bot.store.connection.connect` gives.
        prefix: what every key begins with, before a colon.
    """

    def __init__(self, client: Redis, *, prefix: str) -> None:
        self._attempts = Attempts(client)
        self._prefix = prefix

    async def first_time(self, signature: str) -> bool:
        """See the port. If Redis cannot say, whatever else this task asks of Redis fails."""
        digest = hashlib.sha256(signature.encode()).hexdigest()[:32]
        key = f"{self._prefix}:{{deletions}}:signature:{digest}"
        mine = secrets.token_urlsafe(12)  # so that a second attempt after a lost reply knows its own first

        async def operation(connection: Redis) -> bool:
            if await connection.set(key, mine, nx=True, px=_MILLISECONDS):
                return True
            return bool(await connection.get(key) == mine)

        try:
            return await self._attempts.run(operation)
        except (NotRecordedError, MaybeRecordedError) as error:
            UNPROVEN.set(error)
            return True
