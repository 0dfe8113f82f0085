"""The answers of Redis, shared or embedded; each question is asked once.

Nothing is started, and only the probe writes: keys of its own, which are gone after a minute.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import TypeVar, cast

from redis.exceptions import ResponseError

from bot.doctor.check import CannotTell
from bot.doctor.once import Once
from bot.domain.errors import NotRecordedError, PersonError
from bot.settings import Settings
from bot.store.connection import connect
from bot.store.embedded import problems
from bot.store.embedded.folder import DataFolder
from bot.store.embedded.peer import ForeignServerError, server_at
from bot.store.probe import probe
from bot.store.redis_calls import Calls, RedisCalls
from bot.store.schema import Keys

_T = TypeVar("_T")
_SEE_REDIS = "See Redis."


class RedisAnswers:
    """Asks Redis.

    Args:
        settings: where it is.
        once: remembers answers.
        stack: closes the connections.
    """

    def __init__(self, settings: Settings, once: Once, stack: AsyncExitStack) -> None:
        self._settings = settings
        self._once = once
        self._stack = stack
        self._one_at_a_time = asyncio.Lock()

    @property
    def embedded(self) -> bool:
        """Whether it is the embedded server."""
        return self._settings.redis_url is None

    async def write(self) -> None:
        """Do once what the bot does all the time, as the readiness check does.

        Raises:
            ValueError: REDIS_URL cannot be used; the text says why.
            PersonError: Redis cannot be reached, refuses, or does not answer in time.
            CannotTell: the embedded server does not run.
        """
        calls = await self.calls()
        await self._once.ask("redis probe", lambda: probe(calls))

    async def hello(self) -> Mapping[str, object]:
        """What the server says about itself to everyone: `server`, `version`, `mode`, `role`. Raises `CannotTell`."""

        async def ask(calls: Calls) -> Mapping[str, object]:
            return cast("Mapping[str, object]", await calls.command("HELLO", 3))

        return await self.run("hello", ask)

    async def info(self) -> Mapping[str, str]:
        """The fields of INFO. Raises `CannotTell`: few users may run it, and the bot need not."""

        async def ask(calls: Calls) -> Mapping[str, str]:
            try:
                said = str(await calls.command("INFO"))
            except ResponseError as error:
                why = f"the Redis user may not run INFO ({error})"
                raise CannotTell(why, "Allow +info while doctor looks, or look on the server.") from None
            lines = (line.partition(":") for line in said.splitlines())
            return {name: value for name, colon, value in lines if colon}

        return await self.run("info", ask)

    async def run(self, question: str, ask: Callable[[Calls], Awaitable[_T]]) -> _T:
        """The answer to a question that only reads. Raises `CannotTell`."""
        return await self.read(question, lambda calls: calls.run(ask))

    async def read(self, question: str, how: Callable[[RedisCalls], Awaitable[_T]]) -> _T:
        """The same, for questions that `RedisCalls` or a store of the bot's answers."""

        async def ask() -> _T:
            calls = await self.calls()
            async with self._one_at_a_time:  # a call that finds the wrong server closes the connections of all
                return await how(calls)

        try:
            await self.write()
        except PersonError as error:
            if not isinstance(cause_of(error), ResponseError):  # it does not answer anything
                raise CannotTell("Redis could not be asked", _SEE_REDIS) from None
        except ValueError:
            raise CannotTell("Redis could not be asked", _SEE_REDIS) from None
        try:
            return await self._once.ask(("redis", question), ask)
        except PersonError as error:
            said = cause_of(error)
            refused = isinstance(said, ResponseError)
            raise CannotTell(f"Redis refused ({said})" if refused else "Redis could not be asked", _SEE_REDIS) from None

    async def calls(self) -> RedisCalls:
        """Calls of Redis. Raises `ValueError` or `CannotTell` as `write` does."""
        return await self._once.ask("redis client", self._open)

    async def _open(self) -> RedisCalls:
        client = connect(await asyncio.to_thread(self._url))
        self._stack.push_async_callback(client.aclose)
        return RedisCalls(client, Keys(self._settings.redis_prefix))

    def _url(self) -> str:
        if self._settings.redis_url is not None:
            return self._settings.redis_url.get_secret_value()
        folder = self._settings.data_dir
        if any(problem.fatal for problem in problems(folder)):
            raise CannotTell("the embedded Redis server cannot be used", "See the data folder.")
        if not folder.is_dir() or not _runs(DataFolder(folder.resolve())):
            raise CannotTell(
                "the embedded Redis server does not run, and doctor does not start it", "Run doctor beside the bot."
            )
        return DataFolder(folder.resolve()).url


def _runs(folder: DataFolder) -> bool:
    try:
        return server_at(folder.socket) is not None
    except ForeignServerError:
        return False


def cause_of(error: PersonError) -> Exception | None:
    """What Redis, or the connection, said."""
    cause = error.__cause__ if isinstance(error, NotRecordedError) else None
    return cause if isinstance(cause, Exception) else None
