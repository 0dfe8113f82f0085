"""A bot that was stopped and wakes up: it has lost its lease, and may neither send nor write."""

import asyncio
import signal

from bot.domain.deletion import State
from tests.faults.conftest import Worlds
from tests.faults.rig import CONFIRM, REVIEW, Rig
from tests.faults.wire import Point


async def wake_after_the_takeover(rig: Rig) -> None:
    """One bot freezes between its claim and its DELETE, another one deletes the task, and the first wakes up."""
    await rig.ask()
    await rig.press(REVIEW, rig.at_step_2)
    zombie = rig.bots[-1]
    rig.wire.at(Point("redis advance", 2, "after"), lambda: zombie.signal(signal.SIGSTOP), pass_on=True)
    clicking = asyncio.create_task(rig.alice.clicks(CONFIRM, on=rig.channel))
    await rig.slack.until(lambda: rig.wire.happened, within=4)
    await rig.start_bot()
    await rig.slack.until(lambda: rig.results("was deleted."), within=12)
    await clicking
    zombie.signal(signal.SIGCONT)
    await rig.slack.until(lambda: any(entry.get("event") == "deletion called" for entry in zombie.log), within=6)
    zombie.signal(signal.SIGTERM)
    await zombie.ended()  # so whatever it had to do is done
    assert rig.codearts.count("DELETE") == 1, "the zombie has sent it as well"
    await rig.must_have_ended(State.DELETED)
    assert len(rig.results("was deleted.")) == 1
    assert not rig.results("was not deleted.")


async def test_a_zombie_neither_sends_nor_writes(world: Worlds) -> None:
    """Its monotonic deadline keeps it from sending, and its old epoch from writing what it believes."""
    async with world() as rig:
        await wake_after_the_takeover(rig)
