"""What a step of Redis's clock leads to: every deadline is moved by as much.

So no grace is cut short and no prompt expires by it, no call is taken over while it is on its way, and nothing goes off
an hour late. One replica does it for all.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from bot.deletions.ports import Change, ConflictError, Hold, Rest
from bot.domain.deletion import Deletion
from bot.domain.lifecycle import State
from bot.store.clock_watch import Step
from bot.store.redis_calls import Calls, RedisCalls, scored
from bot.store.transaction import Transaction, equals, missing, schedule, set_for

_CLAIMED = 60_000  # milliseconds for which one replica has done it for all
_AT_MOST = 500  # deletions

_log = structlog.get_logger(__name__)


async def move_deadlines(
    step: Step,
    redis: RedisCalls,
    read_all: Callable[[Sequence[str]], Awaitable[list[Deletion]]],
    commit: Callable[[Change], Awaitable[Deletion]],
) -> list[Deletion]:
    """Move the deadlines of all that was recorded before the step.

    A call on its way keeps its version, so that its answer can be recorded.

    Args:
        step: the step.
        redis: runs the transactions.
        read_all: reads deletions by their IDs.
        commit: writes a change of one.

    Returns:
        Those whose prompts have to show other times from now on, held by the caller; none if another replica does it.
    """
    keys = redis.keys
    claim = keys.step("forward" if step.ms > 0 else "back")
    claimed, _ = await redis.transact(Transaction((missing(claim),), (set_for(claim, str(step.ms), _CLAIMED),)))
    _log.warning("redis's clock was stepped", seconds=step.ms / 1_000, moves_deadlines=claimed.applied)
    if not claimed.applied:
        return []

    async def listed(calls: Calls) -> object:
        return await calls.command("ZRANGE", keys.due, 0, _AT_MOST - 1, "WITHSCORES")

    due_at = dict(scored(await redis.run(listed)))
    to_be_drawn: list[Deletion] = []
    for deletion in await read_all(list(due_at)):
        if step.since <= max(deletion.requested_at, deletion.lifecycle.confirmed_at) <= deletion.read_at:
            continue  # after the step
        until = round(due_at[deletion.id]) + step.ms
        moved = deletion.moved(step.ms)
        if deletion.state is State.EXECUTING:
            same_version = equals(keys.deletion(deletion.id), "version", str(deletion.version))
            await redis.transact(Transaction((same_version,), (schedule(keys.due, deletion.id, until),)))
            continue
        with suppress(ConflictError):  # somebody is at it
            if deletion.delivery.prompt is None or deletion.ended:
                await commit(Change(deletion, moved, None, (), Rest(until)))
                continue
            stale = replace(moved, delivery=replace(moved.delivery, rendered=""))
            to_be_drawn.append(await commit(Change(deletion, stale, None, (), Hold())))
    return to_be_drawn
