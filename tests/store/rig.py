"""A store on a real server, with what its tests need to look behind it and to move its time."""

import secrets
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Self

from redis.asyncio import Redis

from bot.deletions.ports import DeletionStore, NewDeletion
from bot.domain.brakes import Limits
from bot.domain.deletion import Deletion, Prompt, State
from bot.domain.identity import SlackUser
from bot.domain.next_step import Timings
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.keys import Keys
from bot.store.scripts import Scripts, load_scripts

# Far longer than a test takes, so time passes by `pass_time` alone; all different, so none passes for another.
TIMINGS = Timings(ttl=3_000_000, call_lease=700_000, talk_lease=500_000, retention=9_000_000)
PROMPT = Prompt("C0QUALITY", "1700000000.000100")
ALICE = SlackUser("T0TEAM", "U0ALICE")


class Rig:
    """A store, the client that looks behind it, and its keys.

    Args:
        url: the server.
        redis: looks behind the store; the store has a client of its own.
        prefix: where the store's keys are.
        scripts: the store's scripts; by default the real ones.
    """

    def __init__(self, url: str, redis: Redis, prefix: str, scripts: Scripts | None = None) -> None:
        self.url = url
        self.redis = redis
        self.prefix = prefix
        self.keys = Keys(prefix)
        self.scripts = scripts or load_scripts()
        self._stack = AsyncExitStack()
        self.store: DeletionStore = self.another_store()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def planted(self, script: str, text: str) -> "Rig":
        """The same rig, with another text for one script."""
        return Rig(self.url, self.redis, self.prefix, replace(self.scripts, **{script: text}))

    def another_store(
        self, url: str = "", wait_replicas: int = 0, kind: type[RedisDeletionStore] = RedisDeletionStore
    ) -> RedisDeletionStore:
        """A store as another replica of the bot has it: the same keys, a client of its own."""
        client = connect(url or self.url)
        self._stack.push_async_callback(client.aclose)
        return kind(client, prefix=self.prefix, timings=TIMINGS, wait_replicas=wait_replicas, scripts=self.scripts)

    def limited_store(self, url: str, limits: Limits) -> RedisDeletionStore:
        """The same with limits."""
        client = connect(url or self.url)
        self._stack.push_async_callback(client.aclose)
        return RedisDeletionStore(client, prefix=self.prefix, timings=TIMINGS, limits=limits, scripts=self.scripts)

    async def requested(self, task_id: str = "task-1") -> Deletion:
        """A deletion just recorded."""
        deletion, created = await self.store.request(new(task_id))
        assert created
        return deletion

    async def reviewed(self, task_id: str = "task-1") -> Deletion:
        """A deletion after the first confirmation."""
        return await self.won(await self.requested(task_id), State.REVIEWED)

    async def executing(self, task_id: str = "task-1") -> Deletion:
        """A deletion after the second confirmation."""
        return await self.won(await self.reviewed(task_id), State.EXECUTING)

    async def won(self, deletion: Deletion, to: State) -> Deletion:
        """The deletion after an act that must win."""
        advanced, won = await self.store.advance(deletion, to, token=secrets.token_hex(8), prompt=PROMPT)
        assert won
        return advanced

    async def loaded(self, deletion: Deletion) -> Deletion:
        """The deletion as Redis now has it."""
        found = await self.store.load(deletion.id)
        assert found is not None
        return found

    async def deadline(self, deletion: Deletion) -> float | None:
        """When the deletion is due, in ms of Redis's clock; None where it never is."""
        due: float | None = await self.redis.zscore(self.keys.due, deletion.id)
        return due

    async def holder_of(self, task_id: str) -> str | None:
        """The ID of the deletion that has the task."""
        holder = await self.redis.get(self.keys.task(task_id))
        return None if holder is None else str(holder)

    async def pass_time(self, ms: int) -> None:
        """Make everything recorded so far `ms` older: Redis's own clock cannot be moved."""
        for deletion_id in await self.redis.zrange(self.keys.due, 0, -1):
            await self.redis.zincrby(self.keys.due, -ms, str(deletion_id))
        async for key in self.redis.scan_iter(self.keys.deletion("*")):
            for field in ("requested_at", "expires_at", "confirmed_at", "send_at"):
                if await self.redis.hget(key, field) != "0":
                    await self.redis.hincrby(key, field, -ms)


def new(task_id: str = "task-1") -> NewDeletion:
    """What a slash command asks for."""
    return NewDeletion(secrets.token_urlsafe(16), task_id, ALICE, "alice", "C0QUALITY")
