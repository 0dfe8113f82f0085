"""A bot that was suspended and wakes up has lost its lease: it neither sends nor writes."""

import signal
from typing import TYPE_CHECKING

from bot.domain.lifecycle import State
from tests.faults.conftest import Worlds
from tests.faults.rig import CONFIRM, DELETED, NOT_DELETED, Rig
from tests.faults.wire import Point

if TYPE_CHECKING:
    from tests.faults.bots import Bot


async def wake_after_the_takeover(rig: Rig) -> None:
    """A bot is killed, the next is suspended between take-over and DELETE, a third deletes, the second wakes up."""
    frozen: list[Bot] = []

    def freeze() -> None:
        frozen.append(rig.bots[-1])
        frozen[0].signal(signal.SIGSTOP)

    def freeze_at_the_send() -> None:
        rig.wire.at(Point("redis called_again", 1, "after"), freeze, pass_on=True)

    await rig.review()
    rig.wire.at(Point("redis called", 1, "after"), rig.kill_and_restart)
    rig.wire.at(Point("redis take over", 1, "after"), freeze_at_the_send, pass_on=True)
    await rig.alice.clicks(CONFIRM, on=rig.channel)
    await rig.back()
    await rig.slack.until(lambda: frozen, within=8)
    await rig.start_bot()
    await rig.slack.until(lambda: rig.results(DELETED), within=12)
    frozen[0].signal(signal.SIGCONT)
    frozen[0].signal(signal.SIGTERM)
    await frozen[0].ended()  # so whatever it had to do is done
    assert rig.codearts.count("DELETE") == 1, "the zombie has sent it as well"
    await rig.must_have_ended(State.DELETED)
    assert len(rig.results(DELETED)) == 1
    assert not rig.results(NOT_DELETED)


async def test_a_zombie_neither_sends_nor_writes(world: Worlds) -> None:
    """It gives up, because its time limits go on while it is suspended. `tests/store` tests the fencing token."""
    async with world() as rig:
        await wake_after_the_takeover(rig)
