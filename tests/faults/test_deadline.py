"""A bot that is suspended just before its DELETE, and wakes up long after another has sent it, sends nothing.

Just before the first byte it asks Redis whether the deletion is still its own, and then looks at its time limit, which
runs from before that question on a clock that counts suspension.
"""

import signal

import pytest

from bot.domain.lifecycle import State
from codecheck_sandbox.codearts import BOT
from tests.faults.conftest import Worlds
from tests.faults.rig import CONFIRM, DELETED, NOT_DELETED, Rig
from tests.faults.wire import Point

BY_TOKEN = {
    "HUAWEICLOUD_SDK_AK": "",
    "HUAWEICLOUD_SDK_SK": "",
    "CODEARTS_IAM_USER": BOT.user,
    "CODEARTS_IAM_PASSWORD": BOT.password,
    "CODEARTS_IAM_DOMAIN": BOT.domain,
}


async def must_wake_up_to_nothing(rig: Rig, point: Point, *, attempts: int = 0) -> None:
    """The bot is suspended at `point` of a confirmed deletion, after some refused attempts; another one deletes."""
    frozen = rig.bots[0]
    rig.wire.at(point, lambda: frozen.signal(signal.SIGSTOP), pass_on=True)
    await rig.alice.clicks(CONFIRM, on=rig.channel)
    await rig.slack.until(lambda: point in rig.wire.happened)
    assert rig.codearts.count("DELETE") == attempts
    await rig.start_bot()
    await rig.slack.until(lambda: rig.results(DELETED), within=12)
    frozen.signal(signal.SIGCONT)
    frozen.signal(signal.SIGTERM)
    assert await frozen.ended() == 0  # so whatever it had to do is done
    assert rig.codearts.count("DELETE") == attempts + 1, "it has sent its own as well"
    await rig.must_have_ended(State.DELETED)
    assert len(rig.results(DELETED)) == 1
    assert not rig.results(NOT_DELETED)


@pytest.mark.parametrize(
    "point",
    [Point("redis confirmed", 1, "after"), Point("redis called", 1, "before"), Point("redis called", 1, "after")],
    ids=str,
)
async def test_stopped_on_the_way_to_the_delete(world: Worlds, point: Point) -> None:
    """After the confirmation is recorded, before it asks whether it may send, and after it was told that it may."""
    async with world() as rig:
        await rig.review()
        await must_wake_up_to_nothing(rig, point)


@pytest.mark.parametrize("side", ["before", "after"])
async def test_stopped_while_it_gets_a_token(world: Worlds, side: str) -> None:
    """The gateway refused the old token, so nothing was executed; getting a new token is not a reason to go on."""
    async with world(environ=BY_TOKEN) as rig:
        await rig.review()
        rig.wire.at(Point("redis called", 1, "after"), rig.codearts.tokens.revoke_all, pass_on=True)
        token = rig.wire.next("codearts POST", "before" if side == "before" else "after")
        await must_wake_up_to_nothing(rig, token, attempts=1)
