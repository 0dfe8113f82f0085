"""Slack has trouble, and whoever is concerned is told all the same."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.deletion import State
from codecheck_sandbox.slack import ApiError, Drop, RateLimited, ServerError
from codecheck_sandbox.slack.faults import Fault
from tests.faults.conftest import Worlds
from tests.faults.rig import CANCEL, CONFIRM, QUICK, REVIEW, buttons


@pytest.mark.parametrize("fault", [Drop(), RateLimited(1), ServerError(), ApiError("internal_error")], ids=str)
@pytest.mark.parametrize("method", ["chat.update", "chat.postMessage"])
async def test_told_once_slack_is_back(world: Worlds, method: str, fault: Fault) -> None:
    """What Slack did not take is said once, when it takes it."""
    async with world() as rig:
        await rig.ask()
        await rig.press(REVIEW, rig.at_step_2)
        rig.slack.fail_next(method, fault, times=2)
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.slack.until(lambda: rig.results("was deleted."), within=15)
        await rig.must_have_ended(State.DELETED)
        assert len(rig.results("was deleted.")) == 1


async def test_the_bot_was_removed_before_the_expiry(world: Worlds) -> None:
    """The prompt cannot be edited any more, so the requester hears of the expiry by direct message."""
    async with world(timings=replace(QUICK, ttl=1_500)) as rig:
        await rig.ask()
        rig.slack.remove_bot(rig.channel)
        await rig.slack.until(lambda: rig.told(rig.alice, "Expired"), within=8)


async def test_an_ephemeral_prompt_expires(world: Worlds) -> None:
    """Where the bot is no member, and nobody clicked, a new private message says so."""
    async with world(timings=replace(QUICK, ttl=1_500)) as rig:
        rig.slack.remove_bot(rig.channel)
        await rig.alice.types("/codecheck delete 897acf7a1bd64e3b9b7b6c0de36e0c3d", in_=rig.channel)
        await rig.slack.until(lambda: rig.told(rig.alice, "Expired"), within=8)


async def test_a_double_click_and_two_requesters(world: Worlds) -> None:
    """One deletion, one DELETE, one result; the other requester is told that there is one already."""
    async with world() as rig:
        await rig.ask()
        answer = await rig.bob.types("/codecheck delete 897acf7a1bd64e3b9b7b6c0de36e0c3d", in_=rig.channel)
        assert answer.text
        await rig.press(REVIEW, rig.at_step_2)
        (prompt,) = [message for message in rig.channel.messages if buttons(message)]
        rig.slack.faults.redeliver_next(2)
        await asyncio.gather(
            *(rig.alice.clicks(CONFIRM, on=prompt, stale=True) for _ in range(4)),
            rig.alice.clicks(CANCEL, on=prompt, stale=True),
        )
        (deletion,) = await rig.closed()
        deleted = deletion.state is State.DELETED
        assert deletion.state in (State.DELETED, State.CANCELLED)
        assert rig.codearts.count("DELETE") == len(rig.results("was deleted.")) == deleted
        assert not rig.lies
