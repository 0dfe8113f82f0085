"""Reaching Redis: one time limit over all attempts, and what it means when they fail.

Whoever is told "nothing was recorded" must be able to rely on it. So the connection is made before anything is sent on
it: what fails until then was surely not executed, nor was what Redis refused; everything else is not known. Every
script is safe to replay, hence a lost connection may be tried again.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import ConnectionError as ConnectionLost

from bot.domain.errors import BotError, MaybeRecordedError, NotRecordedError

TIME_LIMIT = 2.2  # seconds, for connecting and every attempt together: Slack waits 3

# The codes of errors that come before a script's first write; Redis 6.2 puts them after a dash.
_REFUSAL = re.compile(
    r"(?:^|-)(?:READONLY|OOM|MISCONF|NOREPLICAS|LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|NOPERM|NOAUTH|"
    r"WRONGPASS) "
)
# Set for the rest of a request that may be a copy of an earlier one, since nobody could say: see `replays.py`.
UNPROVEN: ContextVar[BotError | None] = ContextVar("UNPROVEN", default=None)

_log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")


class Attempts:
    """Runs operations against one Redis.

    Args:
        client: what `bot.store.connection.connect` gives.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._retry = Retry(ExponentialBackoff(cap=0.4, base=0.05), 3, supported_errors=(ConnectionLost,))
        self._last_failure = ""

    async def run(self, operation: Callable[[Redis], Awaitable[_Answer]]) -> _Answer:
        """Run `operation` on a connection of its own; again from its start where that was lost.

        Raises:
            NotRecordedError: it was surely not executed.
            MaybeRecordedError: nobody knows.
        """
        if (unproven := UNPROVEN.get()) is not None:
            raise unproven
        unknown = False

        async def attempt() -> _Answer:
            nonlocal unknown
            async with _connection(self._client) as connection:
                try:
                    return await operation(connection)
                except (RedisError, OSError, asyncio.CancelledError) as error:
                    unknown = unknown or not _refused(error)
                    raise

        try:
            async with asyncio.timeout(TIME_LIMIT):
                answer = await self._retry.call_with_retry(attempt, _go_on, is_retryable=_may_pass)
        except (RedisError, OSError) as error:
            self._note(f"{type(error).__name__}: {error}", unknown=unknown)
            raise (MaybeRecordedError() if unknown else NotRecordedError()) from error
        self._last_failure = ""
        return answer

    def _note(self, why: str, *, unknown: bool) -> None:
        """Log a failure once, not at every sweep for as long as it lasts."""
        if why != self._last_failure:
            _log.warning("Redis failed", why=why, recorded="not known" if unknown else "no")
        self._last_failure = why


@asynccontextmanager
async def _connection(client: Redis) -> AsyncIterator[Redis]:
    """A connection of its own, given back whenever the work on it is cancelled: redis-py's own context can keep it."""
    connection = client.client()
    try:
        yield await connection.initialize()
    finally:
        await asyncio.shield(connection.aclose())


def _refused(error: BaseException) -> bool:
    """Whether this is Redis's own word that it did not execute the script."""
    if not isinstance(error, RedisError):
        return False
    return _REFUSAL.search(f"{error.status_code or ''} {error} ".lstrip()) is not None


def _may_pass(error: Exception) -> bool:
    """Whether trying again within the time limit can help: not against a wrong password."""
    return not isinstance(error, AuthenticationError)


async def _go_on(_error: Exception) -> None:
    """Nothing has to be cleaned up between attempts: each has its own connection."""
