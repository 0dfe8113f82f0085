"""Processes in which several people confirm, take back and decline one request at once, and time runs out on it."""

import asyncio
import multiprocessing
import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Barrier

from bot.deletions.ports import Change, ConflictError
from bot.domain.access import Identity
from bot.domain.audit import of_deletion
from bot.domain.decision import decide
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, State
from bot.domain.rules import Safeguards
from bot.domain.waiting import expired
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from tests.store.rig import ALICE, TIMINGS

PROCESSES = 4
CLICKS = 25  # of each process
BY_THREE = Safeguards(second_step="second_person", confirmers=3)
APPROVERS = {SlackUser(ALICE.team, f"U0{name.upper()}"): name for name in ("bob", "carol", "dave", "erin")}
PEOPLE = {user: Identity(user, operator) for user, operator in {ALICE: "alice", **APPROVERS}.items()}

_PATIENCE = 30.0  # seconds that a process waits for the others
_LONGEST = 0.004  # seconds between two clicks

_barrier: Barrier  # what each process is given at its start


@dataclass(frozen=True, slots=True)
class Race:
    """What is clicked on, where.

    Args:
        url: the Redis server.
        prefix: of the keys.
        deletions: the IDs; one a round.
        deadlines: for each round, in how many milliseconds from its start nobody can confirm any more.
    """

    url: str
    prefix: str
    deletions: Sequence[str]
    deadlines: Sequence[int]


def run(race: Race) -> list[int]:
    """Run the race in processes of its own. Returns for each round how many writes were applied."""
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, fork, initializer=_share, initargs=(barrier,)) as pool:
        return [sum(written) for written in zip(*pool.map(_replica, [race] * PROCESSES, range(PROCESSES)), strict=True)]


def _share(barrier: Barrier) -> None:
    global _barrier  # noqa: PLW0603 - a barrier goes to a process at its start or not at all
    _barrier = barrier


def _replica(race: Race, number: int) -> list[int]:
    return asyncio.run(_click_through(race, number))


async def _click_through(race: Race, number: int) -> list[int]:
    client = connect(race.url)
    keys = Keys(race.prefix)
    store = RedisDeletionStore(RedisCalls(client, keys), TIMINGS)
    dice = random.Random(number)  # noqa: S311 - not a secret
    applied = []
    try:
        for deletion_id, deadline in zip(race.deletions, race.deadlines, strict=True):
            if number == 0:
                seconds, microseconds = await client.time()
                at = seconds * 1_000 + microseconds // 1_000 + deadline
                await client.hset(keys.deletion(deletion_id), "expires_at", str(at))
            _barrier.wait(_PATIENCE)
            clicks = [_click(store, deletion_id, dice) for _ in range(CLICKS)]
            applied.append(sum([await click for click in clicks]))
            _barrier.wait(_PATIENCE)
            applied[-1] += await _expire(store, deletion_id)
            _barrier.wait(_PATIENCE)
    finally:
        await client.aclose()
    return applied


async def _click(store: RedisDeletionStore, deletion_id: str, dice: random.Random) -> int:
    """One click, as a replica takes it: decided again on what is there, as often as someone else was first."""
    await asyncio.sleep(dice.random() * _LONGEST)
    by = dice.choice([*APPROVERS, *APPROVERS, ALICE])
    action = dice.choices([Action.CONFIRM, Action.WITHDRAW, Action.DECLINE, Action.EXPIRE], [20, 18, 1, 4])[0]
    if action is Action.EXPIRE:
        return await _expire(store, deletion_id)
    deletion = await store.read(deletion_id)
    while deletion is not None:
        decision = decide(deletion, action, PEOPLE[by], BY_THREE, requester=PEOPLE[ALICE])
        if decision.lifecycle is None or decision.transition is None:
            return 0
        after = replace(deletion, lifecycle=decision.lifecycle)
        event = of_deletion(after, decision.transition.event, by)
        try:
            await store.commit(Change(deletion, after, event, decision.transition.requires))
        except ConflictError as conflict:
            deletion = conflict.latest
        else:
            return 1
    raise AssertionError("the deletion has vanished")


async def _expire(store: RedisDeletionStore, deletion_id: str) -> int:
    """What the sweeper does once the time is over."""
    deletion = await store.read(deletion_id)
    while deletion is not None and deletion.state is State.REVIEWED:
        if deletion.read_at < deletion.lifecycle.expires_at:
            return 0
        step = expired(deletion)
        event = of_deletion(step.deletion, step.transition.event)
        try:
            await store.commit(Change(deletion, step.deletion, event, step.transition.requires))
        except ConflictError as conflict:
            deletion = conflict.latest
        else:
            return 1
    return 0
