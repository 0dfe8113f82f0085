"""A store on a real server, with what its tests need to look behind it and to move its time."""

import secrets
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, Self

from redis.asyncio import Redis

from bot.deletions.ports import Change, ConflictError, Hold, NewDeletion, Then
from bot.domain.access import Identity
from bot.domain.audit import of_deletion
from bot.domain.decision import decide
from bot.domain.deletion import Deletion, Prompt
from bot.domain.facts import LookUp, Presence, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, EventKind, Requirement, State, transition
from bot.domain.rate_limits import Limits
from bot.domain.rules import Safeguards
from bot.domain.step import Step
from bot.domain.timings import Timings
from bot.store.audit import RedisAuditLog
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.freeze import RedisFreeze
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from bot.store.time_travel import let_time_pass
from bot.store.transaction import SCRIPT

# Far longer than a test takes, so time passes by `pass_time` alone; all different, so none passes for another.
TIMINGS = Timings(ttl=3_000_000, call_lease=700_000, talk_lease=500_000, retention=9_000_000)
PROMPT = Prompt("C0QUALITY", "1700000000.000100")
ALICE = SlackUser("T0TEAM", "U0ALICE")
BOB = SlackUser("T0TEAM", "U0BOB")
ADMIN = SlackUser("T0TEAM", "U0ADMIN")
OPERATORS = {ALICE: "alice", BOB: "bob", ADMIN: "admin"}
SHOWN = LookUp(Presence.EXISTS, TaskFacts(name="webshop-frontend", project="Payments", branch="main"))
GRACE = 60_000


class Rig:
    """A store, the client that looks behind it, and its keys.

    Args:
        url: the server.
        redis: looks behind the store; the store has a client of its own.
        prefix: where the store's keys are.
        script: the transaction's script; by default the real one.
        kind: the store's class; by default the real one.
    """

    def __init__(
        self,
        url: str,
        redis: Redis,
        prefix: str,
        script: str = SCRIPT,
        kind: type[RedisDeletionStore] = RedisDeletionStore,
    ) -> None:
        self.url = url
        self.redis = redis
        self.prefix = prefix
        self.keys = Keys(prefix)
        self.script = script
        self.kind = kind
        self._stack = AsyncExitStack()
        self.calls = self.another_calls()
        self.store = self.another_store(calls=self.calls)
        self.freezes = RedisFreeze(self.calls)
        self.audit = RedisAuditLog(self.calls)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def another_calls(self, url: str = "") -> RedisCalls:
        """Calls as another replica of the bot makes them: the same keys, a client of its own."""
        client = connect(url or self.url)
        self._stack.push_async_callback(client.aclose)
        return RedisCalls(client, self.keys, self.script)

    def another_store(
        self, url: str = "", limits: Limits | None = None, wait_replicas: int = 0, calls: RedisCalls | None = None
    ) -> RedisDeletionStore:
        """A store as another replica of the bot has it."""
        return self.kind(calls or self.another_calls(url), TIMINGS, limits, wait_replicas=wait_replicas)

    async def requested(self, task_id: str = "task-1", **asked: Any) -> Deletion:
        """A deletion just recorded."""
        deletion, created = await self.store.request(new(task_id, **asked))
        assert created
        return deletion

    async def reviewed(self, task_id: str = "task-1", **asked: Any) -> Deletion:
        """A deletion after the first confirmation, whose delete button has been shown long enough."""
        return await self.shown(await self.act(await self.requested(task_id, **asked), Action.REVIEW))

    async def executing(self, task_id: str = "task-1") -> Deletion:
        """A deletion after the second confirmation."""
        return await self.act(await self.reviewed(task_id), Action.CONFIRM)

    async def scheduled(self, task_id: str = "task-1") -> Deletion:
        """A deletion in its grace."""
        return await self.act(await self.reviewed(task_id, safeguards=Safeguards(grace=GRACE)), Action.CONFIRM)

    async def called(self, task_id: str = "task-1") -> Deletion:
        """A deletion whose DELETE is about to leave."""
        return await self.store.commit(calling(await self.executing(task_id)))

    async def interrupted(self, task_id: str = "task-1") -> Deletion:
        """A deletion whose caller has died after the DELETE was about to leave, taken over by another."""
        called = await self.called(task_id)
        await self.pass_time(TIMINGS.call_lease)
        (taken,) = await self.store.take_due()
        assert taken.id == called.id
        return taken

    async def act(self, deletion: Deletion, action: Action, by: SlackUser | None = None) -> Deletion:
        """The deletion after an action that must be allowed, and must be recorded."""
        return await self.store.commit(acting(deletion, action, by))

    async def shown(self, deletion: Deletion) -> Deletion:
        """The deletion once its prompt has been drawn: the second confirmation counts from now on."""
        delivery = replace(deletion.delivery, prompt=PROMPT, rendered=deletion.appearance)
        return await self.store.commit(Change(deletion, replace(deletion, delivery=delivery), confirmable_in=0))

    async def step(self, step: Step, before: Deletion, then: Then | None = None) -> Deletion:
        """A step of the bot's own, recorded as the runner does it."""
        return await self.store.commit(stepping(step, before, then))

    async def read(self, deletion: Deletion) -> Deletion:
        """The deletion as Redis now has it."""
        found = await self.store.read(deletion.id)
        assert found is not None
        return found

    async def unchanged(self, deletion: Deletion) -> bool:
        """Whether Redis has the deletion as it was read."""
        now = await self.read(deletion)
        return replace(now, read_at=0, freeze=None) == replace(deletion, read_at=0, freeze=None)

    async def due_at(self, deletion: Deletion) -> float | None:
        """When the deletion is due, in ms of Redis's clock; None if it never is."""
        due: float | None = await self.redis.zscore(self.keys.due, deletion.id)
        return due

    async def holder_of(self, task_id: str) -> str | None:
        """The ID of the deletion that has the task."""
        holder = await self.redis.get(self.keys.task(task_id))
        return None if holder is None else str(holder)

    async def events(self) -> list[str]:
        """The kinds of the audit log's events, the oldest first."""
        return [event.get("kind") for event in await self.audit.following()]

    async def pass_time(self, ms: int) -> None:
        """Make everything that has not ended `ms` older: Redis's own clock cannot be moved."""
        await let_time_pass(self.redis, self.prefix, ms)


def new(task_id: str = "task-1", **asked: Any) -> NewDeletion:
    """What a slash command asks for."""
    return NewDeletion(
        **{
            "id": secrets.token_urlsafe(16),
            "task_id": task_id,
            "requester": ALICE,
            "operator": "alice",
            "channel": "C0QUALITY",
            "shown": SHOWN,
            **asked,
        }
    )


def acting(deletion: Deletion, action: Action, by: SlackUser | None = None) -> Change:
    """The write that an action leads to, by default the requester's; as far as `deletion` tells it must be allowed."""
    by = by or deletion.requester
    requester = Identity(deletion.requester, deletion.operator)
    decision = decide(deletion, action, Identity(by, OPERATORS[by]), Safeguards(), requester=requester)
    assert decision.lifecycle is not None, decision
    assert decision.transition is not None
    after = replace(deletion, lifecycle=decision.lifecycle)
    event = of_deletion(after, decision.transition.event, by)
    return Change(deletion, after, event, decision.transition.requires)


def stepping(step: Step, before: Deletion, then: Then | None = None) -> Change:
    """The write that a step of the bot's own leads to."""
    event = of_deletion(step.deletion, step.transition.event)
    return Change(before, step.deletion, event, step.transition.requires, then or Hold())


def calling(deletion: Deletion) -> Change:
    """The write just before a DELETE leaves."""
    lifecycle = deletion.lifecycle
    again = bool(lifecycle.called_at)
    after = replace(deletion, lifecycle=replace(lifecycle, called_at=deletion.read_at, sends=lifecycle.sends + 1))
    kind = EventKind.CALLED_AGAIN if again else EventKind.CALLED
    requires = transition(State.EXECUTING, Action.CALL, State.EXECUTING).requires
    return Change(deletion, after, of_deletion(after, kind), requires)


async def conflict_of(store: RedisDeletionStore, change: Change) -> ConflictError:
    """What stands in the way of a write that must not happen."""
    try:
        await store.commit(change)
    except ConflictError as conflict:
        return conflict
    raise AssertionError(f"it was written, although {change.requires} cannot hold")


async def obstacle(store: RedisDeletionStore, change: Change) -> Requirement:
    """The requirement that does not hold."""
    return (await conflict_of(store, change)).requirement
