"""Slack has trouble, and whoever is concerned is told all the same."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.lifecycle import State
from codecheck_sandbox.slack import ApiError, Drop, RateLimited, ServerError
from codecheck_sandbox.slack.faults import Fault
from tests.faults.conftest import Worlds
from tests.faults.rig import CONFIRM, DELETED, KEEP, QUICK, REVIEW, TASK, buttons


@pytest.mark.parametrize("fault", [Drop(), RateLimited(1), ServerError(), ApiError("internal_error")], ids=str)
@pytest.mark.parametrize("method", ["chat.update", "chat.postMessage"])
async def test_told_once_slack_is_back(world: Worlds, method: str, fault: Fault) -> None:
    """What Slack did not take is said once, when it takes it."""
    async with world() as rig:
        await rig.review()
        rig.slack.fail_next(method, fault, times=2)
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.slack.until(lambda: rig.results(DELETED), within=15)
        await rig.must_have_ended(State.DELETED)
        assert len(rig.results(DELETED)) == 1


async def test_the_bot_was_removed_before_the_expiry(world: Worlds) -> None:
    """The prompt not edited any more, so the requester hears of the expiry by direct message."""
    async with world(timings=replace(QUICK, ttl=1_500)) as rig:
        await rig.ask()
        rig.slack.remove_bot(rig.channel)
        await rig.slack.until(lambda: rig.told(rig.alice, "nobody confirmed by"), within=8)


async def test_an_ephemeral_prompt_expires(world: Worlds) -> None:
    """If the bot is no member, and nobody clicked, a new private message says so."""
    async with world(timings=replace(QUICK, ttl=1_500)) as rig:
        rig.slack.remove_bot(rig.channel)
        await rig.alice.types(f"/codecheck delete {TASK}", in_=rig.channel)
        await rig.slack.until(lambda: rig.told(rig.alice, "nobody confirmed by"), within=8)


async def test_a_double_click_and_two_requesters(world: Worlds) -> None:
    """One deletion, one DELETE, one result; the other requester is told that there is one already."""
    async with world() as rig:
        await rig.ask()
        answer = await rig.bob.types(f"/codecheck delete {TASK}", in_=rig.channel)
        assert answer.text
        await rig.press(REVIEW, rig.at_step_2)
        await rig.confirmable()
        (prompt,) = [message for message in rig.channel.messages if buttons(message)]
        rig.slack.faults.redeliver_next(2)
        await asyncio.gather(
            *(rig.alice.clicks(CONFIRM, on=prompt, stale=True) for _ in range(4)),
            rig.alice.clicks(KEEP, on=prompt, stale=True),
        )
        (deletion,) = await rig.closed()
        deleted = deletion.state is State.DELETED
        assert deletion.state in (State.DELETED, State.CANCELLED)
        assert rig.codearts.count("DELETE") == len(rig.results(DELETED)) == deleted
        rig.must_have_told_the_truth()
