"""Several people confirm, take back and decline at once, in several replicas, while the time runs out."""

import asyncio
from collections import Counter

import pytest

from bot.domain.lifecycle import Action, State
from tests.store.approvers import APPROVERS, BY_THREE, Race, run
from tests.store.rig import Rig

DEADLINES = [*range(2, 14), *range(14, 62, 3), *[60_000] * 12]  # milliseconds: before, while and after all click
ROUNDS = len(DEADLINES)
ENDS = {"declined", "expired"}


@pytest.mark.slow
async def test_one_winner_and_the_count_is_never_wrong(rig: Rig) -> None:
    """As the audit log tells it: each event follows from those before it, and nothing follows the first end."""
    deletions = [await rig.reviewed(f"task-{turn}", safeguards=BY_THREE) for turn in range(ROUNDS)]
    before = len(await rig.events())
    race = Race(rig.url, rig.prefix, [deletion.id for deletion in deletions], DEADLINES)

    written = await asyncio.to_thread(run, race)

    events = [event async for event in rig.audit.events()][before:]
    assert len(events) == sum(written)
    ends: Counter[str] = Counter()
    for deletion, applied in zip(deletions, written, strict=True):
        story = [event for event in events if event.get("deletion") == deletion.id]
        assert len(story) == applied
        standing: list[str] = []
        now = await rig.read(deletion)
        expires_at = now.lifecycle.expires_at
        won: list[str] = []
        for event in story:
            kind, who = event.get("kind"), event.get("who")
            assert not won, f"{kind} after {won}"
            assert (event.at >= expires_at) is (kind == "expired"), f"{kind} at {event.at - expires_at} ms"
            if kind == "confirmed":
                assert who in {user.id for user in APPROVERS} - set(standing)
                standing.append(who)
                assert (event.get("state") == State.EXECUTING) is (len(standing) == BY_THREE.confirmers)
            elif kind == "withdrawn":
                standing.remove(who)
            if kind in ENDS or event.get("state") == State.EXECUTING:
                won.append(kind)
        assert [each.user.id for each in now.lifecycle.confirmations] == standing
        assert len(won) == (now.state is not State.REVIEWED)
        ends[now.lifecycle.ended_how or now.state] += 1
    assert sum(ends.values()) == ROUNDS
    assert {State.EXECUTING, State.EXPIRED, Action.DECLINE} <= ends.keys(), ends  # so that they really met
