"""Redis's clock is stepped, as NTP does after a machine was suspended: nobody is lied to, and nothing leaves too early."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from bot.domain.lifecycle import EventKind, State
from codecheck_sandbox.codearts import Delay, Drop, Hang
from tests.faults.bots import Nursery
from tests.faults.moving_time import Server, needs_faketime, open_server
from tests.faults.rig import CONFIRM, DELETED, NAME, NOT_DELETED, QUICK, Rig, open_rig
from tests.faults.wire import Point

pytestmark = needs_faketime
HOUR = 3_600
STEPS = pytest.mark.parametrize("step", [HOUR, 60, 5, -60, -HOUR], ids=lambda step: f"{step:+} s")

Worlds = Callable[..., AbstractAsyncContextManager[Rig]]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A server whose clock can be stepped."""
    async with open_server() as opened:
        yield opened


@pytest.fixture
def world(nursery: Nursery, server: Server) -> Worlds:
    """Opens a world on it."""

    def opened(**options: object) -> AbstractAsyncContextManager[Rig]:
        return open_rig(nursery, server.url, "steps", **options)  # type: ignore[arg-type]

    return opened


@STEPS
@pytest.mark.parametrize("bots", [1, 2])
async def test_a_step_while_a_delete_is_on_its_way(world: Worlds, server: Server, step: float, bots: int) -> None:
    """Its answer counts, whoever has taken the deletion over meanwhile; one bot alone never sends a second one."""
    async with world(bots=bots, timings=replace(QUICK, resume=300_000)) as rig:
        await rig.review()
        rig.codearts.next_answer(Delay(1.2))
        rig.wire.at(Point("codearts DELETE", 1, "before"), lambda: server.step(step), pass_on=True)
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.slack.until(lambda: rig.results(DELETED), within=15)
        (deletion,) = await rig.closed(agree=step > 0)
        assert deletion.state is State.DELETED
        assert len(rig.codearts.deletions) == 1
        assert rig.codearts.count("DELETE") <= bots
        assert len(rig.results(DELETED)) == 1
        rig.must_have_told_the_truth()
