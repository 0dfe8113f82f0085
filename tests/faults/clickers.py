"""Processes that click on the same deletions at the same moment, each as a replica of the bot does at the store."""

import asyncio
import multiprocessing
import secrets
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Barrier

from bot.domain.deletion import Action, Deletion, State, decide
from bot.domain.operators import Known, Profile
from bot.domain.policy import Policy
from bot.domain.reasons import Reason
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.keys import Keys
from bot.store.scripts import Scripts, load_scripts
from tests.store.rig import ALICE, TIMINGS

PROCESSES = 4
CLICKS = 80  # of all processes together

_POLICY = Policy(ALICE.team, {ALICE.id: "alice"})
_KNOWN = {ALICE: Known(Profile(ALICE.team))}
_SPREAD = 0.01  # seconds: in a race against a deadline, clicks come before and after it
_PATIENCE = 30.0  # seconds that a process waits for the others

_barrier: Barrier  # what each process is given at its start


@dataclass(frozen=True, slots=True)
class Race:
    """What is done, to what, where.

    Args:
        url: the Redis server.
        prefix: of the keys.
        deletions: the IDs; one a round.
        clicks: what the processes do, in turn; None is no click but a sweep, which looks until nothing waits any more.
        deadlines: for each round, in how many milliseconds from its start it expires; none: not while it is clicked on.
        scripts: the store's.
        kind: of store.
    """

    url: str
    prefix: str
    deletions: Sequence[str]
    clicks: Sequence[Action | None]
    deadlines: Sequence[int] = ()
    scripts: Scripts | None = None
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
    """Run the race in processes of its own. Returns what became of the clicks of each round."""
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
    store = race.kind(client, prefix=race.prefix, timings=TIMINGS, scripts=race.scripts or load_scripts())
    keys = Keys(race.prefix)
    rounds = []
    try:
        for turn, deletion_id in enumerate(race.deletions):
            if race.deadlines and number == 0:
                seconds, microseconds = await client.time()
                deadline = seconds * 1_000 + microseconds // 1_000 + race.deadlines[turn]
                await client.hset(keys.deletion(deletion_id), "expires_at", str(deadline))
                await client.zadd(keys.due, {deletion_id: deadline})
            _barrier.wait(_PATIENCE)
            seen = await store.load(deletion_id)
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
    await asyncio.sleep(pause)
    if click is None:
        return await _expire(store, seen)
    to = State.EXECUTING if click is Action.CONFIRM else State.CANCELLED
    after, won = await store.advance(seen, to, token=secrets.token_hex(8))
    again = decide(after, click, ALICE, after.seen_at, _POLICY, _KNOWN)
    return Told(won, Reason.ALLOWED if won else again.reason, after.state)


async def _expire(store: RedisDeletionStore, seen: Deletion) -> Told:
    while True:
        claimed = await store.claim()
        if claimed is not None:
            assert claimed.id == seen.id
            await store.hold(replace(claimed, state=State.EXPIRED))
            return Told(won=True, reason=None, state=State.EXPIRED)
        found = await store.load(seen.id)
        assert found is not None
        if found.state is not State.REVIEWED:
            return Told(won=False, reason=None, state=found.state)
