"""Many people click at once: one wins, and everyone else is told who did.

First four processes click 80 times on the store behind a barrier, in 40 rounds; then people use four whole bots.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.domain.lifecycle import Action, State
from bot.domain.refusal import Reason
from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer
from tests.faults.clickers import CLICKS, PROCESSES, Race, ReadThenWrite, Told, run
from tests.faults.conftest import Worlds
from tests.faults.rig import CONFIRM, DELETED, KEEP
from tests.store.rig import Rig

ROUNDS = 40


@pytest.fixture
def race(redis_server: EmbeddedServer) -> Iterator[Race]:
    """A race without clicks yet, over deletions that wait for their second confirmation."""
    prefix = f"race-{secrets.token_hex(6)}"

    async def prepare() -> list[str]:
        client = connect(redis_server.url)
        async with Rig(redis_server.url, client, prefix) as rig:
            deletions = [(await rig.reviewed(f"task-{number}")).id for number in range(ROUNDS)]
        await client.aclose()
        return deletions

    async def clear() -> None:
        client = connect(redis_server.url)
        async for key in client.scan_iter(f"{prefix}:*"):
            await client.delete(key)
        await client.aclose()

    yield Race(redis_server.url, prefix, asyncio.run(prepare()), [])
    asyncio.run(clear())


def must_have_one_winner(rounds: list[list[Told]]) -> Counter[State]:
    """Each round has one winner, and every loser is told. Returns how often each state won."""
    ends: Counter[State] = Counter()
    for clicks in rounds:
        assert len(clicks) == CLICKS
        (winner,) = [told for told in clicks if told.won]
        for loser in clicks:
            too_late = loser.reason is Reason.EXPIRED and winner.state is State.EXPIRED  # told by the clock, perhaps
            assert loser.state is winner.state or too_late
            assert loser.won or loser.reason in (None, Reason.OTHER_STATE, Reason.TOO_LATE) or too_late
        ends[winner.state] += 1
    assert ends.total() == ROUNDS
    return ends


def test_one_of_many_confirmations_wins(race: Race) -> None:
    """In every round, whichever process the click goes through."""
    assert must_have_one_winner(run(replace(race, clicks=[Action.CONFIRM]))) == {State.EXECUTING: ROUNDS}


def test_confirm_and_cancel_at_once_have_one_winner(race: Race) -> None:
    """Each process does both: it is executed or it is cancelled."""
    clicks = [Action.CONFIRM] * PROCESSES + [Action.CANCEL] * PROCESSES
    ends = must_have_one_winner(run(replace(race, clicks=clicks)))
    assert set(ends) <= {State.EXECUTING, State.CANCELLED}


def test_confirm_and_expiry_at_once_have_one_winner(race: Race) -> None:
    """With deadlines from already over to far away, most of them in the middle of the clicks."""
    clicks: list[Action | None] = [Action.CONFIRM] * 3 * PROCESSES + [None] * PROCESSES
    deadlines = [-1, *(turn % 12 for turn in range(ROUNDS - 2)), 60_000]
    ends = must_have_one_winner(run(replace(race, clicks=clicks, deadlines=deadlines)))
    assert set(ends) == {State.EXECUTING, State.EXPIRED}


def test_the_race_shows_a_store_that_reads_and_then_writes(race: Race) -> None:
    """Such a store has one winner only if nobody else writes."""
    rounds = run(replace(race, deletions=race.deletions[:5], clicks=[Action.CONFIRM], kind=ReadThenWrite))
    assert max(sum(told.won for told in clicks) for clicks in rounds) > 1


@pytest.mark.parametrize("rival", [CONFIRM, KEEP])
async def test_eighty_clicks_on_four_bots(world: Worlds, rival: str) -> None:
    """At most one DELETE, one result, and an answer for everyone who lost, whichever bot got the click."""
    async with world(bots=PROCESSES) as rig:
        rig.slack.connect_http(*(f"http://127.0.0.1:{bot.port}/slack/events" for bot in rig.bots))
        await rig.review()
        (prompt,) = rig.prompts()
        labels = [CONFIRM, rival] * (CLICKS // 2)
        answers = await asyncio.gather(*(rig.alice.clicks(label, on=prompt, stale=True) for label in labels))
        assert {answer.notice for answer in answers} == {""}
        (deletion,) = await rig.closed()
        assert deletion.state in ({State.DELETED, State.CANCELLED} if rival == KEEP else {State.DELETED})
        deleted = deletion.state is State.DELETED
        assert rig.codearts.count("DELETE") == len(rig.results(DELETED)) == deleted

        def losers_told() -> bool:
            return sum(message.only_for == rig.alice.id for message in rig.alice.sees(rig.channel)) == CLICKS - 1

        await rig.slack.until(losers_told)
        rig.must_have_told_the_truth()
