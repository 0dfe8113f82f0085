"""What `advance` must keep: a person's act wins once, in time, from the state that the person saw."""

from dataclasses import replace

import pytest

from bot.domain.deletion import Deletion, Prompt, State
from tests.store.rig import PROMPT, TIMINGS, Rig, new

EDGES = [
    (State.REQUESTED, State.REVIEWED, TIMINGS.talk_lease),
    (State.REQUESTED, State.CANCELLED, TIMINGS.talk_lease),
    (State.REVIEWED, State.EXECUTING, TIMINGS.call_lease),
    (State.REVIEWED, State.CANCELLED, TIMINGS.talk_lease),
]


async def in_state(rig: Rig, state: State) -> Deletion:
    """A deletion that awaits a click in `state`."""
    return await rig.requested() if state is State.REQUESTED else await rig.reviewed()


@pytest.mark.parametrize(("start", "to", "lease"), EDGES)
async def test_an_act_wins_and_is_held(rig: Rig, start: State, to: State, lease: int) -> None:
    """The state is reached under a new epoch, and the deletion is due again only after the lease of its state."""
    before = await in_state(rig, start)
    after, won = await rig.store.advance(before, to, token="click-1", prompt=PROMPT)
    assert won
    executing = to is State.EXECUTING
    assert after == replace(
        before,
        state=to,
        epoch=before.epoch + 1,
        prompt=PROMPT,
        calls=1 if executing else 0,
        confirmed_at=after.seen_at if executing else 0,
        confirmer=before.requester if executing else None,
        canceller=before.requester if to is State.CANCELLED else None,
        seen_at=after.seen_at,
    )
    assert await rig.deadline(after) == after.seen_at + lease


async def test_an_act_from_another_state_loses(rig: Rig) -> None:
    """A click on an old prompt changes nothing, and is told how things stand."""
    requested = await rig.requested()
    executing = await rig.won(await rig.won(requested, State.REVIEWED), State.EXECUTING)
    deadline = await rig.deadline(executing)
    found, won = await rig.store.advance(requested, State.CANCELLED, token="late click")
    assert not won
    assert replace(found, seen_at=0) == replace(executing, seen_at=0)
    assert await rig.deadline(executing) == deadline
    assert await rig.holder_of("task-1") == requested.id


async def test_an_act_that_comes_too_late_loses(rig: Rig) -> None:
    """From `expires_at` on by Redis's clock, nothing can be confirmed; the deadline stays, so it will be expired."""
    reviewed = await rig.reviewed()
    await rig.pass_time(TIMINGS.ttl)
    found, won = await rig.store.advance(reviewed, State.EXECUTING, token="late click")
    assert not won
    assert (found.state, found.epoch) == (State.REVIEWED, reviewed.epoch)
    assert found.seen_at >= found.expires_at
    assert await rig.deadline(reviewed) is not None


async def test_an_act_just_in_time_wins(rig: Rig) -> None:
    """The whole of `ttl` can be used."""
    reviewed = await rig.reviewed()
    await rig.pass_time(TIMINGS.ttl - 60_000)
    _, won = await rig.store.advance(reviewed, State.EXECUTING, token="click in the last minute")
    assert won


async def test_a_replayed_act_answers_the_same(rig: Rig) -> None:
    """The same token changes nothing more, and its caller still holds the deletion."""
    reviewed = await rig.reviewed()
    first, _ = await rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    deadline = await rig.deadline(first)
    again, won = await rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    assert won
    assert replace(again, seen_at=0) == replace(first, seen_at=0)
    assert await rig.deadline(first) == deadline


async def test_an_act_replayed_after_a_takeover_is_lost(rig: Rig) -> None:
    """Who only now hears that the click was recorded must not send what another replica is recovering."""
    reviewed = await rig.reviewed()
    await rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    await rig.pass_time(TIMINGS.call_lease)
    assert await rig.store.claim() is not None
    found, won = await rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    assert not won
    assert (found.state, found.calls) == (State.EXECUTING, 2)


async def test_the_prompt_is_recorded_where_none_is_yet(rig: Rig) -> None:
    """The first one known stays: later clicks may come from copies."""
    reviewed, _ = await rig.store.advance(await rig.requested(), State.REVIEWED, token="1", prompt=PROMPT)
    assert reviewed.prompt == PROMPT
    executing, _ = await rig.store.advance(reviewed, State.EXECUTING, token="2", prompt=Prompt("C0OTHER", "2.2"))
    assert executing.prompt == PROMPT


async def test_an_act_without_a_prompt_records_none(rig: Rig) -> None:
    """None stays None."""
    reviewed, _ = await rig.store.advance(await rig.requested(), State.REVIEWED, token="1")
    assert reviewed.prompt is None


async def test_a_cancel_frees_the_task(rig: Rig) -> None:
    """As soon as it is recorded, the task can be requested again; the cancel itself is still to be announced."""
    cancelled = await rig.won(await rig.requested(), State.CANCELLED)
    assert await rig.deadline(cancelled) is not None
    _, created = await rig.store.request(new())
    assert created


@pytest.mark.parametrize("to", [State.REVIEWED, State.EXECUTING])
async def test_a_confirmation_keeps_the_task(rig: Rig, to: State) -> None:
    """Until the deletion has ended, nobody else may request the task."""
    deletion = await rig.reviewed() if to is State.REVIEWED else await rig.executing()
    assert await rig.holder_of("task-1") == deletion.id


async def test_what_redis_has_lost_can_no_longer_be_confirmed(rig: Rig) -> None:
    """A deletion that vanished between loading and clicking (Redis was emptied) is answered as expired."""
    reviewed = await rig.reviewed()
    await rig.redis.delete(rig.keys.deletion(reviewed.id), rig.keys.task("task-1"))
    found, won = await rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    assert not won
    assert found.state is State.EXPIRED
    assert await rig.redis.exists(rig.keys.deletion(reviewed.id)) == 0
    await rig.pass_time(TIMINGS.call_lease)
    assert await rig.store.claim() is None
