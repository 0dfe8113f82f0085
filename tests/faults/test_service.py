"""CodeArts Check misbehaves, and the channel says what is known, and then the truth."""

from dataclasses import replace

import pytest

from bot.domain.deletion import State
from codecheck_sandbox.codearts import Accept, Drop, Fault, Garbage, Hang, InternalError, Refuse, Throttle
from tests.faults.conftest import Worlds
from tests.faults.rig import QUICK

BRIEF = replace(QUICK, verify=1_500, call=1_000)
GONE = "look-up shows that the task has gone"
HIDDEN = Refuse("CC.00000003")  # 401


@pytest.mark.parametrize(
    ("fault", "look_ups", "state", "said"),
    [
        (Drop(after_deleting=True), [], State.DELETED, GONE),
        (Drop(), [], State.FAILED, "still there"),
        (Hang(deleted=True), [], State.DELETED, GONE),
        (Hang(), [], State.FAILED, "still there"),
        (Garbage(), [], State.FAILED, "still there"),
        (InternalError(deleted=True), [], State.DELETED, GONE),
        (InternalError(), [], State.FAILED, "still there"),
        (Accept(gone_after=0.5), [], State.DELETED, GONE),
        (Accept(gone_after=None), [], State.UNKNOWN, "but the task is still there"),
        (Drop(after_deleting=True), [HIDDEN] * 50, State.UNKNOWN, "Unknown whether"),
        (Drop(), [InternalError(500)] * 50, State.UNKNOWN, "Unknown whether"),
        (Drop(), [Throttle(0)] * 200, State.UNKNOWN, "Unknown whether"),
    ],
    ids=str,
)
async def test_the_truth_is_told(world: Worlds, fault: Fault, look_ups: list[Fault], state: State, said: str) -> None:
    """What nobody knows is called unknown, and looked into; what hides a task is never taken for its end."""
    async with world(timings=BRIEF) as rig:
        await rig.ask()
        rig.codearts.next_answer(fault)
        rig.codearts.next_answer(*look_ups, to="GET")
        await rig.press("Review deletion…", rig.at_step_2)
        await rig.press("Delete task 897acf…", lambda: not rig.at_step_2())
        await rig.slack.until(lambda: rig.results(said), within=15)
        (deletion,) = await rig.closed()
        assert deletion.state is state
        assert len(rig.results(said)) == 1
        assert rig.codearts.count("DELETE") == 1
        assert not rig.lies, rig.lies
