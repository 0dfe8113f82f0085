"""A grace in the store: it never expires, and a "Stop" against the call has one winner."""

from dataclasses import replace

import pytest

from bot.domain.deletion import Deletion, State
from bot.domain.errors import FencedError
from bot.domain.identity import SlackUser
from bot.domain.next_step import launched
from tests.store.rig import TIMINGS, Rig

BOB = SlackUser("T1", "U2")
GRACE = 60_000


async def scheduled(rig: Rig) -> Deletion:
    """A deletion that Bob has confirmed, in its grace."""
    after, won = await rig.store.advance(await rig.reviewed(), State.SCHEDULED, token="confirm", by=BOB, grace=GRACE)
    assert won
    return after


async def test_a_grace_begins_by_the_clock_of_redis(rig: Rig) -> None:
    """Who confirmed, when, and from when on the call may be sent; no call has been taken up."""
    after = await scheduled(rig)
    assert (after.confirmer, after.calls) == (BOB, 0)
    assert after.confirmed_at == after.seen_at
    assert after.send_at == after.confirmed_at + GRACE
    found = await rig.store.load(after.id)
    assert found is not None
    assert replace(found, seen_at=after.seen_at) == after


async def test_what_is_confirmed_does_not_expire(rig: Rig) -> None:
    """A grace may reach beyond the time to confirm: it can still be stopped, and says by whom."""
    before = await scheduled(rig)
    await rig.pass_time(TIMINGS.ttl)
    after, won = await rig.store.advance(before, State.CANCELLED, token="stop", by=BOB)
    assert won
    assert (after.state, after.canceller) == (State.CANCELLED, BOB)


async def test_a_stop_before_the_call_fences_it(rig: Rig) -> None:
    """Whoever was about to send finds that the deletion is no longer theirs."""
    held = await scheduled(rig)
    _, won = await rig.store.advance(held, State.CANCELLED, token="stop", by=BOB)
    assert won
    with pytest.raises(FencedError):
        await rig.store.hold(launched(held))


async def test_a_stop_after_the_call_has_been_taken_up_loses(rig: Rig) -> None:
    """It finds the deletion under way."""
    held = await scheduled(rig)
    await rig.store.hold(launched(held))
    found, won = await rig.store.advance(held, State.CANCELLED, token="stop", by=BOB)
    assert not won
    assert (found.state, found.calls, found.canceller) == (State.EXECUTING, 1, None)
