"""Someone asks again while the call is in flight, or while its outcome is looked into: nothing is sent twice."""

from functools import partial

import pytest

from bot.domain.lifecycle import State
from codecheck_sandbox.codearts import Delay, Drop
from tests.faults.conftest import Worlds
from tests.faults.rig import CONFIRM, DELETED, NOT_DELETED, TASK


@pytest.mark.parametrize("bots", [1, 2])
@pytest.mark.parametrize("end", [State.DELETED, State.FAILED])
async def test_asked_again_during_the_call(world: Worlds, bots: int, end: State) -> None:
    """The call goes on as if nobody had asked, whichever replica gets the request; its answer counts."""
    async with world(bots=bots) as rig:
        await rig.review()
        if bots > 1:
            rig.slack.connect_http(*(f"http://127.0.0.1:{bot.port}/slack/events" for bot in rig.bots))
        rig.codearts.next_answer(Delay(1), Delay(1))
        if end is State.FAILED:
            begin = partial(rig.codearts.change, TASK, running=True)  # which the service refuses
            rig.wire.at(rig.wire.next("codearts DELETE", "before"), begin, pass_on=True)
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.codearts.arrival("DELETE")
        for _ in range(3):
            await rig.bob.types(f"/codecheck delete {TASK}", in_=rig.channel)
        (deletion,) = await rig.closed()
        assert deletion.state is end
        assert rig.codearts.count("DELETE") == 1
        assert len(rig.results(DELETED)) == (end is State.DELETED)
        assert len(rig.results(NOT_DELETED)) == (end is State.FAILED)
        rig.must_have_told_the_truth()


async def test_asked_again_while_it_is_looked_into(world: Worlds) -> None:
    """The look-ups go on, and the outcome is posted once."""
    async with world() as rig:
        await rig.review()
        rig.codearts.next_answer(Drop())
        await rig.confirm()
        await rig.slack.until(lambda: rig.results("not known yet"))
        await rig.bob.types(f"/codecheck delete {TASK}", in_=rig.channel)
        (deletion,) = await rig.closed()
        assert deletion.state is State.FAILED
        assert rig.codearts.count("DELETE") == 1
        assert len(rig.results(NOT_DELETED)) == 1
