"""Redis's clock is stepped, as NTP does after a suspension: nothing false is said, and nothing is sent too early."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from bot.domain.lifecycle import State
from codecheck_sandbox.codearts import Accept, Delay
from tests.faults.bots import Nursery
from tests.faults.moving_time import Server, needs_faketime, open_server
from tests.faults.rig import CONFIRM, DELETED, QUICK, Rig, open_rig
from tests.faults.wire import Point

pytestmark = needs_faketime
HOUR = 3_600
GRACE = "[confirmation]\ndwell_seconds = 0\ngrace_seconds = 4\n"
SHORTEST = 3.5  # seconds: a step is noticed to within the time of a round trip or two
STEPS = pytest.mark.parametrize("step", [HOUR, 60, -HOUR], ids=lambda step: f"{step:+} s")

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
        return open_rig(nursery, server.url, "steps", **options)  # type: ignore[arg-type]  # those of open_rig

    return opened


@pytest.mark.parametrize("step", [HOUR, 60, 5, -60, -HOUR], ids=lambda step: f"{step:+} s")
@pytest.mark.parametrize("bots", [1, 2])
async def test_a_step_while_a_delete_is_on_its_way(world: Worlds, server: Server, step: float, bots: int) -> None:
    """It is not taken over, so no second DELETE is sent; its answer counts, and is posted once."""
    async with world(bots=bots, timings=replace(QUICK, resume=300_000)) as rig:
        await rig.review()
        rig.codearts.next_answer(Delay(1.2))
        rig.wire.at(Point("codearts DELETE", 1, "before"), lambda: server.step(step), pass_on=True)
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.slack.until(lambda: rig.results(DELETED), within=15)
        (deletion,) = await rig.closed(agree=step > 0)
        assert deletion.state is State.DELETED
        assert len(rig.codearts.deletions) == 1
        assert rig.codearts.count("DELETE") == 1
        assert len(rig.results(DELETED)) == 1
        rig.must_have_told_the_truth()


@STEPS
async def test_a_step_in_the_grace(world: Worlds, server: Server, step: float) -> None:
    """It is neither cut short nor extended by an hour: the DELETE is sent when the prompt said it would be."""
    async with world(toml=GRACE) as rig:
        await rig.review()
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.slack.until(lambda: rig.said("will be deleted at"))
        scheduled = time.monotonic()
        server.step(step)
        await rig.slack.until(lambda: rig.results(DELETED), within=12)
        assert time.monotonic() - scheduled > SHORTEST, "it was cut short"
        (deletion,) = await rig.closed(agree=step > 0)
        assert deletion.state is State.DELETED
        rig.must_have_told_the_truth()


@STEPS
@pytest.mark.parametrize("bots", [1, 2])
async def test_stop_works_after_a_step_in_the_grace(world: Worlds, server: Server, step: float, bots: int) -> None:
    """People have the promised time to stop it."""
    async with world(toml=GRACE, bots=bots) as rig:
        await rig.review()
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.slack.until(lambda: rig.said("will be deleted at"))
        server.step(step)
        await rig.logged("redis clock jumped")
        await rig.press("Stop", lambda: rig.said("kept · stopped by"))
        await rig.closed(agree=step > 0)
        assert not rig.codearts.count("DELETE")
        rig.must_have_told_the_truth()


@STEPS
async def test_a_prompt_expires_in_time_after_a_step(world: Worlds, server: Server, step: float) -> None:
    """If nobody confirms, it ends as it would have without the step."""
    async with world(timings=replace(QUICK, ttl=3_000)) as rig:
        await rig.ask()
        server.step(step)
        await rig.slack.until(lambda: rig.said("nobody confirmed by"), within=9)


@STEPS
async def test_a_step_while_an_outcome_is_looked_into(world: Worlds, server: Server, step: float) -> None:
    """A task that is gone in the end is not called failed before that, and the look-ups go on."""
    async with world() as rig:
        await rig.review()
        rig.codearts.next_answer(Accept(gone_after=3))
        await rig.confirm()
        await rig.slack.until(lambda: rig.results("hasn't finished it"))
        server.step(step)
        await rig.slack.until(lambda: rig.results(DELETED), within=12)
        rig.must_have_told_the_truth()
