"""Races between replicas: many at once, one winner. Each round starts behind a barrier, over connections of its own."""

import asyncio
import secrets
import sys

import pytest

from bot.deletions.ports import Change, ConflictError, Rest
from bot.domain.after_call import after_call
from bot.domain.deletion import Deletion
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.rules import Safeguards
from bot.domain.waiting import launched
from bot.store.deletions import RedisDeletionStore
from tests.store.rig import ADMIN, ALICE, BOB, GRACE, TIMINGS, Rig, acting, stepping

ROUNDS = 40
REPLICAS = 4
CLICKS = 20
PROCESSES = 4
DELETED = Outcome(Verdict.DELETED, "success", "OK")


async def written(store: RedisDeletionStore, change: Change) -> Deletion | None:
    """The deletion after a write; None if something stood in its way."""
    try:
        return await store.commit(change)
    except ConflictError:
        return None


async def confirm_at_once(rig: Rig, stores: list[RedisDeletionStore]) -> int:
    """How many of many confirmations of one deletion were written."""
    reviewed = await rig.reviewed(f"task-{secrets.token_hex(4)}")
    barrier = asyncio.Barrier(CLICKS)

    async def confirm(number: int) -> Deletion | None:
        await barrier.wait()
        return await written(stores[number % REPLICAS], acting(reviewed, Action.CONFIRM))

    results = await asyncio.gather(*map(confirm, range(CLICKS)))
    return sum(result is not None for result in results)


async def test_one_of_many_confirmations_is_written(rig: Rig) -> None:
    """In every round, whichever replica they reach."""
    stores = [rig.another_store() for _ in range(REPLICAS)]
    for _ in range(ROUNDS):
        assert await confirm_at_once(rig, stores) == 1
    assert (await rig.events()).count("confirmed") == ROUNDS


class ReadThenWrite(RedisDeletionStore):
    """A store with a bug: it looks whether it may write, and then does, in two round trips."""

    async def commit(self, change: Change) -> Deletion:
        """Read, compare here, write whatever is there by then."""
        found = await self.read(change.before.id)
        assert found is not None
        if found.version != change.before.version:
            raise ConflictError(change.requires[0], found)
        return await super().commit(change)


async def test_the_race_shows_a_store_that_reads_and_then_writes(rig: Rig) -> None:
    """A condition on the version, in the same transaction, is what the store cannot be without."""
    broken = rig.script.replace("(call('HGET', key, field) or '') == value", "true")
    assert broken != rig.script
    async with Rig(rig.url, rig.redis, rig.prefix, broken, ReadThenWrite) as buggy:
        stores = [buggy.another_store() for _ in range(REPLICAS)]
        winners = [await confirm_at_once(buggy, stores) for _ in range(ROUNDS)]
    assert max(winners) > 1


async def test_two_people_at_once_both_count(rig: Rig) -> None:
    """The loser decides again on what is there now: of two confirmations that are needed none is lost or doubled."""
    both = Safeguards(second_step="second_person", confirmers=2)
    stores = {BOB: rig.another_store(), ADMIN: rig.another_store()}

    async def confirm(deletion: Deletion, by: SlackUser) -> None:
        while True:
            try:
                await stores[by].commit(acting(deletion, Action.CONFIRM, by))
            except ConflictError as conflict:
                assert conflict.latest is not None  # noqa: PT017 - the loser goes on
                deletion = conflict.latest
            else:
                return

    for number in range(ROUNDS):
        reviewed = await rig.reviewed(f"task-{number}", safeguards=both)
        await asyncio.gather(confirm(reviewed, BOB), confirm(reviewed, ADMIN))
        found = await rig.read(reviewed)
        assert found.state is State.EXECUTING
        assert {each.user for each in found.lifecycle.confirmations} == {BOB, ADMIN}


async def test_confirm_and_cancel_at_once_have_one_winner(rig: Rig) -> None:
    """Either it is executed or it is cancelled, and the loser is told which."""
    stores = [rig.another_store() for _ in range(2)]
    for number in range(ROUNDS):
        reviewed = await rig.reviewed(f"task-{number}")
        confirmed, cancelled = await asyncio.gather(
            stores[number % 2].commit(acting(reviewed, Action.CONFIRM)),
            stores[(number + 1) % 2].commit(acting(reviewed, Action.CANCEL)),
            return_exceptions=True,
        )
        assert isinstance(confirmed, ConflictError) is not isinstance(cancelled, ConflictError)
        loser = confirmed if isinstance(confirmed, ConflictError) else cancelled
        assert isinstance(loser, ConflictError)
        assert loser.latest is not None
        assert loser.latest.state is (await rig.read(reviewed)).state


async def test_a_stop_against_the_call_has_one_winner(rig: Rig) -> None:
    """At the end of the grace."""
    stores = [rig.another_store() for _ in range(2)]
    for number in range(ROUNDS):
        scheduled = await rig.scheduled(f"task-{number}")
        await rig.pass_time(GRACE)
        due = await rig.read(scheduled)
        stopped, sent = await asyncio.gather(
            written(stores[number % 2], acting(due, Action.STOP, BOB)),
            written(stores[(number + 1) % 2], stepping(launched(due), due)),
        )
        assert (stopped is None) is not (sent is None)


async def test_a_freeze_against_a_confirmation_leaves_no_third_way(rig: Rig) -> None:
    """Either it came first, and the freeze finds it confirmed, or the freeze did, and nothing is confirmed."""
    store = rig.another_store()
    for number in range(ROUNDS):
        reviewed = await rig.reviewed(f"task-{number}")
        confirmed, _ = await asyncio.gather(
            written(store, acting(reviewed, Action.CONFIRM)), rig.freezes.freeze(ADMIN, "")
        )
        order = [kind for kind in await rig.events() if kind in {"confirmed", "frozen"}]
        assert (confirmed is not None) is (order[-2:] == ["confirmed", "frozen"])
        await rig.freezes.unfreeze(ADMIN)


async def test_a_write_against_a_takeover_has_one_winner(rig: Rig) -> None:
    """Either the holder's write came first, and it is no longer due, or the takeover did, and the holder is fenced."""
    other = rig.another_store()
    for number in range(ROUNDS):
        called = await rig.called(f"task-{number}")
        await rig.pass_time(TIMINGS.call_lease)
        mine, taken = await asyncio.gather(
            written(rig.store, stepping(after_call(called, DELETED, TIMINGS), called)), other.take_due()
        )
        assert (mine is None) is bool(taken)
        for deletion in [mine, *taken]:
            if deletion is not None:
                await rig.store.commit(Change(deletion, deletion, then=Rest(2**45)))


@pytest.mark.parametrize("late", [False, True])
async def test_expiry_against_confirmation_has_one_winner(rig: Rig, late: bool) -> None:
    """By Redis's clock only: a takeover to expire it voids a click, and a click in time voids the expiry."""
    reviewed = await rig.reviewed()
    resting = await rig.store.commit(Change(reviewed, reviewed, then=Rest(reviewed.lifecycle.expires_at)))
    await rig.pass_time(TIMINGS.ttl - (0 if late else 60_000))
    assert bool(await rig.store.take_due()) is late
    assert (await written(rig.store, acting(resting, Action.CONFIRM)) is None) is late


CLICKER = """
import asyncio, sys
import structlog
from bot.store.connection import connect
from bot.domain.lifecycle import Action
from bot.deletions.ports import ConflictError
from tests.store.rig import Rig, acting

structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

async def main(url, prefix):
    client = connect(url)
    async with Rig(url, client, prefix) as rig:
        print("ready", flush=True)
        for deletion_id in iter(sys.stdin.readline, ""):
            reviewed = await rig.store.read(deletion_id.strip())
            async def confirm():
                try:
                    await rig.store.commit(acting(reviewed, Action.CONFIRM))
                except ConflictError:
                    return 0
                return 1
            late = reviewed.version != 3
            print(0 if late else sum(await asyncio.gather(*(confirm() for _ in range(10)))), flush=True)
    await client.aclose()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_one_of_many_processes_wins(rig: Rig) -> None:
    """Real processes, each with ten clicks at once, all let go together."""
    clickers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            CLICKER,
            rig.url,
            rig.prefix,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(PROCESSES)
    ]
    try:
        for clicker in clickers:
            assert clicker.stdout is not None
            assert await clicker.stdout.readline() == b"ready\n"
        for number in range(ROUNDS):
            reviewed = await rig.reviewed(f"task-{number}")
            winners = 0
            for clicker in clickers:
                assert clicker.stdin is not None
                clicker.stdin.write(f"{reviewed.id}\n".encode())
            for clicker in clickers:
                assert clicker.stdout is not None
                winners += int(await clicker.stdout.readline())
            assert winners == 1
            assert (await rig.read(reviewed)).lifecycle.confirmations[0].user == ALICE
    finally:
        for clicker in clickers:
            assert clicker.stdin is not None
            clicker.stdin.close()
        for clicker in clickers:
            await clicker.wait()
    assert (await rig.events()).count("confirmed") == ROUNDS
