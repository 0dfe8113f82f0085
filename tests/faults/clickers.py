"""Processes that click on the same deletions at the same moment, each using the store as a replica of the bot does."""

import asyncio
import multiprocessing
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Barrier

from bot.deletions.ports import Change, ConflictError
from bot.domain.access import Identity
from bot.domain.audit import of_deletion
from bot.domain.decision import decide
from bot.domain.deletion import Deletion
from bot.domain.lifecycle import Action, Requirement, State
from bot.domain.refusal import Reason
from bot.domain.rules import Safeguards
from bot.domain.waiting import expired
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from bot.store.transaction import Condition
from tests.store.rig import ALICE, TIMINGS

PROCESSES = 4
CLICKS = 80  # of all processes together

_ALICE = Identity(ALICE, "alice")
_SPREAD = 0.01  # seconds: in a race against a deadline, clicks come before and after it
_PATIENCE = 30.0  # seconds that a process waits for the others

_barrier: Barrier  # what each process is given at its start


@dataclass(frozen=True, slots=True)
class Race:
    """What is done, to which deletions, in which Redis.

    Args:
        url: the Redis server.
        prefix: of the keys.
        deletions: the IDs; one a round.
        clicks: what the processes do, in turn; None is a sweep instead, which looks until nothing waits any more.
        deadlines: for each round, in how many milliseconds from its start it expires; none: not while it is clicked on.
        kind: the store's class.
    """

    url: str
    prefix: str
    deletions: Sequence[str]
    clicks: Sequence[Action | None]
    deadlines: Sequence[int] = ()
    kind: type[RedisDeletionStore] = RedisDeletionStore


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a click.

    Args:
        won: whether it was this one.
        reason: what a person is told; None for a sweep.
        state: of the deletion, as the click got to know it.
    """

    won: bool
    reason: Reason | None
    state: State


def run(race: Race) -> list[list[Told]]:
    """Run the race in separate processes. Returns what became of the clicks in each round."""
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, fork, initializer=_share, initargs=(barrier,)) as pool:
        rounds = zip(*pool.map(_replica, [race] * PROCESSES, range(PROCESSES)), strict=True)
        return [[told for of_one in of_all for told in of_one] for of_all in rounds]


def _share(barrier: Barrier) -> None:
    global _barrier  # noqa: PLW0603 - a barrier goes to a process at its start or not at all
    _barrier = barrier


def _replica(race: Race, number: int) -> list[list[Told]]:
    return asyncio.run(_click_through(race, number))


async def _click_through(race: Race, number: int) -> list[list[Told]]:
    client = connect(race.url)
    keys = Keys(race.prefix)
    store = race.kind(RedisCalls(client, keys), TIMINGS)
    rounds = []
    try:
        for turn, deletion_id in enumerate(race.deletions):
            if race.deadlines and number == 0:
                seconds, microseconds = await client.time()
                deadline = seconds * 1_000 + microseconds // 1_000 + race.deadlines[turn]
                await client.hset(keys.deletion(deletion_id), "expires_at", str(deadline))
                await client.zadd(keys.due, {deletion_id: deadline})
            _barrier.wait(_PATIENCE)
            seen = await store.read(deletion_id)
            assert seen is not None
            assert seen.state is State.REVIEWED
            _barrier.wait(_PATIENCE)
            mine = [race.clicks[click % len(race.clicks)] for click in range(number, CLICKS, PROCESSES)]
            pause = _SPREAD / len(mine) if race.deadlines else 0
            clicks = (_click(store, seen, click, pause * nth) for nth, click in enumerate(mine))
            rounds.append(await asyncio.gather(*clicks))
            _barrier.wait(_PATIENCE)
    finally:
        await client.aclose()
    return rounds


async def _click(store: RedisDeletionStore, seen: Deletion, click: Action | None, pause: float) -> Told:
    """Decide and write; after a conflict, decide again on the current state, as `bot.deletions.actions` does."""
    await asyncio.sleep(pause)
    if click is None:
        return await _expire(store, seen)
    now: Deletion | None = seen
    while now is not None:
        decision = decide(now, click, _ALICE, Safeguards(), requester=_ALICE)
        if decision.lifecycle is None or decision.transition is None:
            return Told(won=False, reason=decision.reason, state=now.state)
        after = replace(now, lifecycle=decision.lifecycle)
        event = of_deletion(after, decision.transition.event, ALICE)
        try:
            recorded = await store.commit(Change(now, after, event, decision.transition.requires))
        except ConflictError as conflict:
            now = conflict.latest
        else:
            return Told(won=True, reason=Reason.ALLOWED, state=recorded.state)
    raise AssertionError("it has vanished")


async def _expire(store: RedisDeletionStore, seen: Deletion) -> Told:
    while True:
        for taken in await store.take_due():
            assert taken.id == seen.id
            step = expired(taken)
            event = of_deletion(step.deletion, step.transition.event)
            await store.commit(Change(taken, step.deletion, event, step.transition.requires))
            return Told(won=True, reason=None, state=State.EXPIRED)
        found = await store.read(seen.id)
        assert found is not None
        if found.state is not State.REVIEWED:
            return Told(won=False, reason=None, state=found.state)


class ReadThenWrite(RedisDeletionStore):
    """A store with a bug: it checks whether it may write, and then writes, in two round trips."""

    async def commit(self, change: Change) -> Deletion:
        """Read, compare here, write."""
        found = await self.read(change.before.id)
        if found is None or found.version != change.before.version:
            raise ConflictError(Requirement.SAME_VERSION, found)
        return await super().commit(change)

    def _conditions(
        self, deletion: Deletion, requires: Iterable[Requirement]
    ) -> Iterable[tuple[Requirement, Condition]]:
        del deletion, requires
        return ()
