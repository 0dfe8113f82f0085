"""The sandbox's own Redis: stopped, started, and its times moved, as no real deployment's would be.

The bot's layers may not be imported here, so whoever composes the sandbox brings the way to start a server.
"""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Protocol

from redis.asyncio import Redis

_LET_PASS = files("bot.sandbox.page").joinpath("let_time_pass.lua").read_text("utf-8")
_DUE = "codecheck:{deletions}:due"


class Server(Protocol):
    """A running server."""

    @property
    def url(self) -> str:
        """Where it is reached; the same after each start."""

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

    async def let_prompts_expire(self) -> None:
        """Let the time of every deletion that waits for a click be up."""
        await self._let_pass("prompts")

    async def let_graces_end(self) -> None:
        """Let the grace of every deletion that can still be stopped be over."""
        await self._let_pass("graces")

    async def let_time_pass(self, seconds: int) -> None:
        """Let time pass for every deletion. Only while no bot runs: a living one has clocks of its own as well."""
        await self._let_pass(str(seconds * 1_000))

    async def _let_pass(self, which: str) -> None:
        if self._server is None:
            raise RuntimeError("Redis does not run")
        async with Redis.from_url(self._server.url) as client:
            await client.eval(_LET_PASS, 1, _DUE, which)
