"""Races between replicas: many at once, one winner. Each round starts behind a barrier, over connections of its own."""

import asyncio
import secrets

import pytest

from bot.domain.deletion import Deletion, Prompt, State
from bot.domain.errors import FencedError
from bot.domain.identity import SlackUser
from bot.store.deletions import RedisDeletionStore
from tests.store.rig import TIMINGS, Rig

ROUNDS = 10
REPLICAS = 4
CLICKS = 40


async def confirm_at_once(rig: Rig, stores: list[RedisDeletionStore]) -> list[bool]:
    """Whether each of many confirmations of one deletion won."""
    reviewed = await rig.reviewed(f"task-{secrets.token_hex(4)}")
    barrier = asyncio.Barrier(CLICKS)

    async def confirm(number: int) -> bool:
        await barrier.wait()
        _, won = await stores[number % REPLICAS].advance(reviewed, State.EXECUTING, token=f"click {number}")
        return won

    return await asyncio.gather(*map(confirm, range(CLICKS)))


async def test_one_of_many_confirmations_wins(rig: Rig) -> None:
    """In every round, whichever replica they reach."""
    stores = [rig.another_store() for _ in range(REPLICAS)]
    for _ in range(ROUNDS):
        assert (await confirm_at_once(rig, stores)).count(True) == 1


class ReadThenWrite(RedisDeletionStore):
    """A store with a bug: it looks whether it may advance, and then does, in two round trips."""

    async def advance(  # noqa: PLR0913 - as the port
        self,
        deletion: Deletion,
        to: State,
        *,
        token: str,
        by: SlackUser | None = None,
        grace: int = 0,
        prompt: Prompt | None = None,
    ) -> tuple[Deletion, bool]:
        """Read, decide here, write."""
        found = await self.load(deletion.id)
        assert found is not None
        if found.state is not deletion.state:
            return found, False
        return await super().advance(found, to, token=token, by=by, grace=grace, prompt=prompt)


async def test_the_race_shows_a_store_that_reads_and_then_writes(rig: Rig) -> None:
    """Its guard against another state is what a single script cannot be without."""
    broken = rig.scripts.advance.replace("redis.call('HGET', deletion, 'state') ~= from or", "")
    assert broken != rig.scripts.advance
    async with rig.planted("advance", broken) as buggy:
        stores: list[RedisDeletionStore] = [buggy.another_store(kind=ReadThenWrite) for _ in range(REPLICAS)]
        winners = [(await confirm_at_once(buggy, stores)).count(True) for _ in range(ROUNDS)]
    assert max(winners) > 1


async def test_confirm_and_cancel_at_once_have_one_winner(rig: Rig) -> None:
    """Either it is executed or it is cancelled, and the loser is told which."""
    stores = [rig.another_store() for _ in range(2)]
    ends = set()
    for number in range(ROUNDS):
        reviewed = await rig.reviewed(f"task-{number}")
        confirmed, cancelled = await asyncio.gather(
            stores[number % 2].advance(reviewed, State.EXECUTING, token="confirm"),
            stores[(number + 1) % 2].advance(reviewed, State.CANCELLED, token="cancel"),
        )
        assert confirmed[1] is not cancelled[1]
        assert confirmed[0].state is cancelled[0].state
        ends.add((await rig.loaded(reviewed)).state)
    assert ends <= {State.EXECUTING, State.CANCELLED}


async def test_a_write_against_a_claim_has_one_winner(rig: Rig) -> None:
    """Either the holder's write came first, and it is no longer due, or the claim did, and the holder is fenced."""
    other = rig.another_store()
    for number in range(ROUNDS):
        executing = await rig.executing(f"task-{number}")
        await rig.pass_time(TIMINGS.call_lease)
        written, claimed = await asyncio.gather(rig.store.hold(executing), other.claim(), return_exceptions=True)
        assert isinstance(written, FencedError) is (claimed is not None)
        await rig.store.close(await rig.loaded(executing))


@pytest.mark.parametrize("late", [0, 1])
async def test_expiry_against_confirmation_has_one_winner(rig: Rig, late: int) -> None:
    """By Redis's clock alone: a claim for expiry voids a click, and a click in time voids the expiry."""
    reviewed = await rig.reviewed()
    await rig.store.rest(reviewed, reviewed.expires_at)
    reviewed = await rig.loaded(reviewed)
    await rig.pass_time(TIMINGS.ttl - (0 if late else 60_000))
    claimed = await rig.store.claim()
    assert (claimed is not None) is bool(late)
    _, won = await rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    assert won is not bool(late)
