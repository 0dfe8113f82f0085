"""Slack or Redis is away for a while, or the place of the conversation is: in the end everybody is told."""

import os
import signal
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from bot.domain.deletion import State
from bot.store.embedded import EmbeddedServer, start_embedded
from codecheck_sandbox.codearts import Delay
from codecheck_sandbox.slack import Message, ServerError
from tests.faults.bots import Bot, Nursery
from tests.faults.rig import CONFIRM, REVIEW, open_rig
from tests.faults.wire import Point
from tests.fixtures.world import ANOTHER_TASK, QUICK, TASK, OpenWorld, World, words
from tests.slack.waiting import until

SOON = replace(QUICK, ttl=800)
LIFE_OF_A_RESPONSE_URL = 30 * 60  # seconds
ONE_TRANSPORT = pytest.mark.parametrize("transport", ["http"])  # for what takes its time, and is the same in both


@pytest.fixture
async def executing(open_world: OpenWorld) -> AsyncIterator[World]:
    """A deletion is confirmed, and its call is under way for so long that something can happen meanwhile."""
    async with open_world() as world:
        await world.ask(TASK)
        await world.review()
        world.codearts.next_answer(Delay(0.4))
        await world.confirm(TASK)
        await world.codearts.arrival("DELETE")
        await world.latest("Deleting")
        yield world


def announcements(messages: list[Message]) -> list[Message]:
    """Those that tell the result."""
    return [message for message in messages if "httpStatus: OK" in words(message)]


# Slack.


@ONE_TRANSPORT
async def test_slack_is_away_for_several_attempts(executing: World) -> None:
    """The task has long gone when Slack comes back; then it is said, once, and the bot serves as before."""
    world = executing
    tried = len(world.slack.wire.calls("chat.update"))
    await world.slack.down()
    await world.slack.until(lambda: len(world.slack.wire.calls("chat.update")) >= tried + 3, within=15)
    assert len(world.codearts.deletions) == 1
    assert not announcements(world.channel.messages)
    world.slack.up()
    await world.latest("status: success", "httpStatus: OK", within=15)
    await world.slack.until(lambda: "Deleting" not in words(world.channel.messages[0]))
    assert len(announcements(world.channel.messages)) == 1
    assert world.codearts.count("DELETE") == 1
    await world.delete(ANOTHER_TASK)
    await world.slack.until(lambda: len(announcements(world.channel.messages)) == 2)


@ONE_TRANSPORT
async def test_a_prompt_that_slack_does_not_take_appears_when_it_does(open_world: OpenWorld) -> None:
    """What was recorded is shown, once Slack takes messages again."""
    async with open_world() as world:
        world.slack.fail_next("chat.postMessage", ServerError(), times=2)
        answer = await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        assert answer.notice == ""
        await world.latest("Review deletion…", within=10)
        assert len(world.channel.messages) == 1


# The place of the conversation.


async def test_somebody_deletes_the_prompt_during_the_call(executing: World) -> None:
    """The result needs neither prompt nor response_url: it is posted to the channel."""
    world = executing
    world.slack.clock.advance(LIFE_OF_A_RESPONSE_URL + 1)
    world.slack.workspace.delete(world.channel.messages[0])
    result = await world.latest("status: success", "httpStatus: OK")
    assert result.thread_ts is None
    assert announcements(world.channel.messages) == [result]


@ONE_TRANSPORT
async def test_somebody_deletes_the_prompt_before_it_expires(open_world: OpenWorld) -> None:
    """There is nothing to edit, so the requester hears of the expiry by direct message."""
    async with open_world(timings=SOON) as world:
        world.slack.workspace.delete(await world.ask(TASK))
        await world.slack.until(lambda: [sent for sent in world.alice.dm.messages if "Expired" in words(sent)])
        assert len(world.alice.dm.messages) == 1


async def test_the_channel_is_archived_during_the_call(executing: World) -> None:
    """Nobody can write there any more: the requester gets the result by direct message."""
    world = executing
    world.channel.archived = True
    await world.slack.until(lambda: announcements(world.alice.dm.messages))
    assert len(world.alice.dm.messages) == 1
    assert not announcements(world.channel.messages)


@ONE_TRANSPORT
async def test_the_channel_is_archived_before_it_expires(open_world: OpenWorld) -> None:
    """The same goes for the end of a request that nobody confirmed."""
    async with open_world(timings=SOON) as world:
        await world.ask(TASK)
        world.channel.archived = True
        await world.slack.until(lambda: [sent for sent in world.alice.dm.messages if "Expired" in words(sent)])


async def test_the_bot_is_removed_during_the_call(executing: World) -> None:
    """The click's response_url still reaches the channel, so everybody reads the result."""
    world = executing
    world.slack.remove_bot(world.channel)
    await world.latest("status: success", "httpStatus: OK")
    assert len(announcements(world.channel.messages)) == 1
    assert not world.alice.dm.messages


async def test_the_bot_is_removed_and_the_response_url_has_ended(executing: World) -> None:
    """Then the requester hears it by direct message."""
    world = executing
    world.slack.remove_bot(world.channel)
    world.slack.clock.advance(LIFE_OF_A_RESPONSE_URL + 1)
    await world.slack.until(lambda: announcements(world.alice.dm.messages))
    assert len(world.alice.dm.messages) == 1
    assert not announcements(world.channel.messages)


# Redis.


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    """Where a server of the test's own keeps its data; the server is stopped at the end."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
        await (await start_embedded(Path(name))).stop()


async def kill(server: EmbeddedServer) -> None:
    """End it at once."""
    os.kill(server.pid, signal.SIGKILL)


async def readiness(bot: Bot) -> tuple[int, str]:
    """What `/readyz` answers: its status, and what it says of Redis."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{bot.port}/readyz") as answer:
        return answer.status, (await answer.json())["checks"]["redis"]


async def test_not_ready_while_redis_is_down(folder: Path, nursery: Nursery) -> None:
    """And ready again by itself, within the few seconds for which an answer is kept."""
    server = await start_embedded(folder)
    async with open_rig(nursery, server.url, "ready") as rig:
        await kill(server)
        assert await readiness(rig.bots[0]) == (HTTPStatus.SERVICE_UNAVAILABLE, "failed: ConnectionError")
        await start_embedded(folder)

        async def ready() -> bool:
            return await readiness(rig.bots[0]) == (HTTPStatus.OK, "ok")

        await until(ready)


async def test_a_bot_started_without_redis_goes_on_with_what_it_finds_there(folder: Path, nursery: Nursery) -> None:
    """A deletion is confirmed, then the bot and Redis are killed; the next bot comes before Redis does."""
    server = await start_embedded(folder)
    async with open_rig(nursery, server.url, "early") as rig:
        await rig.ask()
        await rig.press(REVIEW, rig.at_step_2)
        rig.wire.at(Point("redis advance", 2, "after"), rig.bots[0].kill)
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.bots[0].ended()
        await kill(server)
        bot = await rig.start_bot()
        assert await readiness(bot) == (HTTPStatus.SERVICE_UNAVAILABLE, "failed: ConnectionError")
        assert not rig.codearts.count("DELETE")
        await start_embedded(folder)
        await rig.slack.until(lambda: rig.results("was deleted."), within=15)
        await rig.must_have_ended(State.DELETED)
        assert len(rig.codearts.deletions) == 1
