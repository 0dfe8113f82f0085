"""CodeArts Check misbehaves: the channel is told what is known, and then the truth."""

from dataclasses import replace
from functools import partial

import pytest

from bot.domain.lifecycle import State
from codecheck_sandbox.codearts import Accept, Drop, Fault, Garbage, Hang, InternalError, Refuse, Throttle
from tests.faults.conftest import Worlds
from tests.faults.rig import DELETED, QUICK, REVIEW, SEEN_GONE, TASK
from tests.faults.wire import Point

BRIEF = replace(QUICK, verify=1_500, call=1_000)
HIDDEN = Refuse("CC.00000003")  # 401


@pytest.mark.parametrize(
    ("fault", "look_ups", "state", "said"),
    [
        (Drop(after_deleting=True), [], State.DELETED, SEEN_GONE),
        (Drop(), [], State.FAILED, "The task is still there."),
        (Hang(deleted=True), [], State.DELETED, SEEN_GONE),
        (Hang(), [], State.FAILED, "The task is still there."),
        (Garbage(), [], State.FAILED, "The task is still there."),
        (InternalError(deleted=True), [], State.DELETED, SEEN_GONE),
        (InternalError(), [], State.FAILED, "The task is still there."),
        (Accept(gone_after=0.5), [], State.DELETED, SEEN_GONE),
        (Accept(gone_after=None), [], State.UNKNOWN_FINAL, "but the task is still there"),
        (Drop(after_deleting=True), [HIDDEN] * 50, State.UNKNOWN_FINAL, "still not known whether it was deleted"),
        (Drop(), [InternalError(500)] * 50, State.UNKNOWN_FINAL, "still not known whether it was deleted"),
        (Drop(), [Throttle(0)] * 200, State.UNKNOWN_FINAL, "still not known whether it was deleted"),
    ],
    ids=str,
)
async def test_the_truth_is_told(world: Worlds, fault: Fault, look_ups: list[Fault], state: State, said: str) -> None:
    """What nobody knows is called unknown, and looked into; a look-up that fails never counts as a deleted task."""
    async with world(timings=BRIEF) as rig:
        await rig.review()
        rig.codearts.next_answer(fault)
        hide = partial(rig.codearts.next_answer, *look_ups, to="GET")  # from then on
        rig.wire.at(Point("codearts DELETE", 1, "before"), hide, pass_on=True)
        await rig.confirm()
        await rig.slack.until(lambda: rig.results(said), within=15)
        (deletion,) = await rig.closed()
        assert deletion.state is state
        assert len(rig.results(said)) == 1
        assert rig.codearts.count("DELETE") == 1
        assert bool(rig.results(DELETED)) is (state is State.DELETED)
        rig.must_have_told_the_truth()


@pytest.mark.parametrize("killed", [False, True], ids=["no answer", "killed"])
async def test_gone_but_never_seen(world: Worlds, *, killed: bool) -> None:
    """Nobody can tell whether the call deleted it; the result says neither that it did nor that it did not."""
    async with world(timings=BRIEF) as rig:
        rig.codearts.always_answer(InternalError(500), to="GET")
        await rig.ask()
        await rig.press(REVIEW, rig.at_step_2)
        await rig.confirmable()

        def show() -> None:
            rig.codearts.answer_as_usual()
            rig.codearts.next_answer(Drop(after_deleting=True))

        rig.wire.at(Point("codearts DELETE", 1, "before"), show, pass_on=True)
        if killed:
            rig.wire.at(Point("redis unknown", 1, "before"), rig.kill_and_restart)
        await rig.press(f"Delete {TASK[:8]}…", lambda: not rig.at_step_2())
        await rig.slack.until(lambda: rig.results("it isn't known whether this bot deleted it"), within=15)
        (deletion,) = await rig.closed()
        assert deletion.state is State.GONE
        assert not rig.said("This request didn't delete it")
        rig.must_have_told_the_truth()
