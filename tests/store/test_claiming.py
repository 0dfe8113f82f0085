"""What `claim` must keep: what is due is taken by one, and is never without a deadline."""

import asyncio
from dataclasses import replace

from bot.domain.deletion import State
from tests.store.rig import TIMINGS, Rig


async def test_nothing_is_claimed_before_it_is_due(rig: Rig) -> None:
    """Whoever holds a deletion is left alone for the whole lease."""
    deletion = await rig.requested()
    await rig.pass_time(TIMINGS.talk_lease - 60_000)
    assert await rig.store.claim() is None
    assert (await rig.loaded(deletion)).epoch == 1


async def test_what_is_due_is_taken_over(rig: Rig) -> None:
    """Under a new epoch and a lease of its own, with all that was known."""
    reviewed = await rig.reviewed()
    await rig.pass_time(TIMINGS.talk_lease)
    before = await rig.loaded(reviewed)
    claimed = await rig.store.claim()
    assert claimed is not None
    assert claimed == replace(before, epoch=before.epoch + 1, seen_at=claimed.seen_at)
    assert await rig.deadline(claimed) == claimed.seen_at + TIMINGS.talk_lease
    assert await rig.store.claim() is None


async def test_an_interrupted_call_is_counted(rig: Rig) -> None:
    """A second taker of an EXECUTING deletion must know that the DELETE may have been sent, and has a call's lease."""
    await rig.executing()
    await rig.pass_time(TIMINGS.call_lease)
    claimed = await rig.store.claim()
    assert claimed is not None
    assert claimed.calls == 2
    assert await rig.deadline(claimed) == claimed.seen_at + TIMINGS.call_lease


async def test_an_executing_deletion_is_left_alone_for_its_own_lease(rig: Rig) -> None:
    """A call takes longer than talking does."""
    await rig.executing()
    await rig.pass_time(TIMINGS.talk_lease + 60_000)
    assert await rig.store.claim() is None


async def test_the_longest_overdue_is_claimed_first(rig: Rig) -> None:
    """Nothing starves."""
    first = await rig.requested("task-1")
    await rig.pass_time(60_000)
    second = await rig.requested("task-2")
    await rig.pass_time(TIMINGS.talk_lease)
    claimed = [await rig.store.claim(), await rig.store.claim()]
    assert [deletion and deletion.id for deletion in claimed] == [first.id, second.id]


async def test_a_vanished_deletion_does_not_stand_in_the_way(rig: Rig) -> None:
    """An ID without a deletion is dropped, and the next one is claimed."""
    lost = await rig.requested("task-1")
    await rig.pass_time(60_000)
    other = await rig.requested("task-2")
    await rig.redis.delete(rig.keys.deletion(lost.id), rig.keys.task("task-1"))
    await rig.pass_time(TIMINGS.talk_lease)
    claimed = await rig.store.claim()
    assert claimed is not None
    assert claimed.id == other.id
    assert await rig.deadline(lost) is None


async def test_an_unreadable_deletion_does_not_stand_in_the_way(rig: Rig) -> None:
    """One in a state of a newer version is left to a newer replica, and the next one is claimed."""
    newer = await rig.requested("task-1")
    await rig.pass_time(60_000)
    other = await rig.requested("task-2")
    await rig.redis.hset(rig.keys.deletion(newer.id), "state", "awaiting the moon")
    await rig.pass_time(TIMINGS.talk_lease)
    claimed = await rig.store.claim()
    assert claimed is not None
    assert claimed.id == other.id
    assert await rig.deadline(newer) is not None


async def test_each_due_deletion_is_claimed_by_one(rig: Rig) -> None:
    """However many replicas sweep at once."""
    ids = {(await rig.requested(f"task-{number}")).id for number in range(12)}
    await rig.pass_time(TIMINGS.talk_lease)
    stores = [rig.another_store() for _ in range(4)]

    async def sweep(number: int) -> list[str]:
        claimed = []
        while (deletion := await stores[number].claim()) is not None:
            claimed.append(deletion.id)
        return claimed

    claimed = [deletion_id for swept in await asyncio.gather(*map(sweep, range(4))) for deletion_id in swept]
    assert len(claimed) == len(set(claimed))
    claimed += await sweep(0)  # where all that one looked at was taken by others, it ended early
    assert sorted(claimed) == sorted(ids)


async def test_a_claim_voids_what_was_held(rig: Rig) -> None:
    """An act that lost the race against a claim stays lost."""
    requested = await rig.requested()
    await rig.pass_time(TIMINGS.talk_lease)
    claimed = await rig.store.claim()
    assert claimed is not None
    assert (await rig.won(claimed, State.REVIEWED)).epoch == requested.epoch + 2
