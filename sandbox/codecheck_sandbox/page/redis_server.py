"""The sandbox's own Redis, which can be stopped and started, and whose time can be moved forward.

The bot's layers may not be imported here, so the caller says how to start a server. The one exception is the store's
hook for moving time forward: only the store knows where it keeps its times.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from redis.asyncio import Redis

from bot.store.time_travel import let_time_pass

_PREFIX = "codecheck"  # what the bot uses when CODECHECK_REDIS_PREFIX is not set


class Server(Protocol):
    """A running server."""

    @property
    def url(self) -> str:
        """Its URL; the same after each start."""

    async def stop(self) -> None:
        """Stop it, and wait until it has ended."""


class RedisServer:
    """The server, whether it runs or not.

    Args:
        launch: starts it, on the same data each time.
    """

    def __init__(self, launch: Callable[[], Awaitable[Server]]) -> None:
        self._launch = launch
        self._server: Server | None = None

    @property
    def running(self) -> bool:
        """Whether it serves."""
        return self._server is not None

    async def start(self) -> str:
        """Start it, if it does not run. Returns its URL."""
        if self._server is None:
            self._server = await self._launch()
        return self._server.url

    async def stop(self) -> None:
        """Stop it, if it runs."""
        server, self._server = self._server, None
        if server is not None:
            await server.stop()

    async def let_time_pass(self, seconds: int) -> None:
        """Move time forward for every deletion that has not ended.

        Raises:
            RuntimeError: Redis does not run.
        """
        if self._server is None:
            raise RuntimeError("Redis isn't running, so time can't be moved forward.")
        async with Redis.from_url(self._server.url, decode_responses=True) as client:
            await let_time_pass(client, _PREFIX, seconds * 1_000)
