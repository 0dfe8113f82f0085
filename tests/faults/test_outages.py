"""Slack or Redis is down for a while, or the prompt or its channel is gone: in the end everyone is told."""

import os
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from bot.domain.lifecycle import State
from bot.store.embedded import EmbeddedServer, start_embedded
from codecheck_sandbox.codearts import Delay
from codecheck_sandbox.slack import Message, ServerError
from tests.faults.bots import Bot, Nursery
from tests.faults.conftest import Worlds
from tests.faults.rig import CONFIRM, DELETED, QUICK, REVIEW, TASK, Rig, buttons, open_rig
from tests.faults.wire import Point
from tests.slack.waiting import until

SOON = replace(QUICK, ttl=1_500)
ANOTHER_TASK = "2b6f4c1e0a9d4d5f8c7b3a2e1f0d9c8b"
LIFE_OF_A_RESPONSE_URL = 30 * 60  # seconds
BOTH = pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket"])


@asynccontextmanager
async def executing(world: Worlds, *, socket_mode: bool = False) -> AsyncIterator[Rig]:
    """A deletion is confirmed, and its call takes long enough for something to happen meanwhile."""
    async with world(socket_mode=socket_mode) as rig:
        await rig.review()
        rig.codearts.next_answer(Delay(0.4))
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.codearts.arrival("DELETE")
        await rig.slack.until(lambda: "is being deleted" in rig.prompts()[0].text)
        yield rig


def announcements(messages: list[Message]) -> list[Message]:
    """The messages with the result."""
    return [message for message in messages if "httpStatus: OK" in message.text]


# Slack.


async def test_slack_is_away_for_several_attempts(world: Worlds) -> None:
    """The task is long gone when Slack comes back; then that is posted, once, and the bot works as before."""
    async with executing(world) as rig:
        tried = len(rig.slack.wire.calls("chat.update"))
        await rig.slack.down()
        await rig.slack.until(lambda: len(rig.slack.wire.calls("chat.update")) >= tried + 3, within=15)
        assert len(rig.codearts.deletions) == 1
        assert not announcements(rig.channel.messages)
        rig.slack.up()
        await rig.slack.until(lambda: announcements(rig.channel.messages), within=15)
        await rig.slack.until(lambda: DELETED in rig.prompts()[0].text)
        assert len(announcements(rig.channel.messages)) == 1
        assert rig.codearts.count("DELETE") == 1
        await rig.delete(ANOTHER_TASK)
        await rig.slack.until(lambda: len(announcements(rig.channel.messages)) == 2)


async def test_a_prompt_that_slack_does_not_take_appears_when_it_does(world: Worlds) -> None:
    """What was recorded is shown once Slack accepts messages again."""
    async with world() as rig:
        rig.slack.fail_next("chat.postMessage", ServerError(), times=2)
        answer = await rig.alice.types(f"/codecheck delete {TASK}", in_=rig.channel)
        assert answer.notice == ""
        await rig.slack.until(lambda: [prompt for prompt in rig.prompts() if buttons(prompt)], within=10)
        assert len(rig.channel.messages) == 1


# The place of the conversation.


@BOTH
async def test_somebody_deletes_the_prompt_during_the_call(world: Worlds, *, socket_mode: bool) -> None:
    """The result needs neither prompt nor response_url: it is posted to the channel."""
    async with executing(world, socket_mode=socket_mode) as rig:
        rig.slack.clock.advance(LIFE_OF_A_RESPONSE_URL + 1)
        rig.slack.workspace.delete(rig.channel.messages[0])
        await rig.slack.until(lambda: announcements(rig.channel.messages))
        (result,) = announcements(rig.channel.messages)
        assert result.thread_ts is None


async def test_a_prompt_that_somebody_deletes_is_posted_again_when_asked_for(world: Worlds) -> None:
    """If someone asks again, the bot does not point to a prompt that no longer exists."""
    async with world() as rig:
        await rig.ask()
        rig.slack.workspace.delete(rig.channel.messages[0])
        await rig.alice.types(f"/codecheck delete {TASK}", in_=rig.channel)
        await rig.slack.until(lambda: [prompt for prompt in rig.prompts() if buttons(prompt)])
        await rig.press(REVIEW, rig.at_step_2)
        await rig.confirm()
        await rig.must_have_ended(State.DELETED)


async def test_somebody_deletes_the_prompt_before_it_expires(world: Worlds) -> None:
    """There is nothing to edit, so the requester is told of the expiry by direct message, or in the channel."""
    async with world(timings=SOON) as rig:
        await rig.ask()
        rig.slack.workspace.delete(rig.channel.messages[0])
        expired = "nobody confirmed by"
        await rig.slack.until(lambda: rig.told(rig.alice, expired) or rig.said(expired), within=8)


@BOTH
async def test_the_channel_is_archived_during_the_call(world: Worlds, *, socket_mode: bool) -> None:
    """Nobody can post there any more: the requester gets the result by direct message."""
    async with executing(world, socket_mode=socket_mode) as rig:
        rig.channel.archived = True
        await rig.slack.until(lambda: announcements(rig.alice.dm.messages))
        assert len(rig.alice.dm.messages) == 1
        assert not announcements(rig.channel.messages)


async def test_the_channel_is_archived_before_it_expires(world: Worlds) -> None:
    """The same goes for the end of a request that nobody confirmed."""
    async with world(timings=SOON) as rig:
        await rig.ask()
        rig.channel.archived = True
        await rig.slack.until(lambda: rig.told(rig.alice, "nobody confirmed by"), within=8)


@BOTH
async def test_the_bot_is_removed_during_the_call(world: Worlds, *, socket_mode: bool) -> None:
    """The click's response_url still reaches the channel, so everyone reads the result."""
    async with executing(world, socket_mode=socket_mode) as rig:
        rig.slack.remove_bot(rig.channel)
        await rig.slack.until(lambda: announcements(rig.channel.messages))
        assert len(announcements(rig.channel.messages)) == 1
        assert not rig.alice.dm.messages


@BOTH
async def test_the_bot_is_removed_and_the_response_url_has_ended(world: Worlds, *, socket_mode: bool) -> None:
    """Then the requester gets the result by direct message."""
    async with executing(world, socket_mode=socket_mode) as rig:
        rig.slack.remove_bot(rig.channel)
        rig.slack.clock.advance(LIFE_OF_A_RESPONSE_URL + 1)
        await rig.slack.until(lambda: announcements(rig.alice.dm.messages))
        assert len(rig.alice.dm.messages) == 1
        assert not announcements(rig.channel.messages)


# Redis.


@pytest.fixture
async def folder() -> AsyncIterator[Path]:
    """The data folder of a server that belongs to the test; the server is stopped at the end."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
        await (await start_embedded(Path(name))).stop()


async def kill(server: EmbeddedServer) -> None:
    """Kill it."""
    os.kill(server.pid, signal.SIGKILL)


async def ready(bot: Bot) -> bool:
    """What `/readyz` answers; if it says no, the reason is Redis."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{bot.port}/readyz") as answer:
        checks: dict[str, str] = (await answer.json())["checks"]
        assert (checks["redis"] == "ok") is (answer.status == HTTPStatus.OK)
        return checks["redis"] == "ok"


async def test_not_ready_while_redis_is_down(folder: Path, nursery: Nursery) -> None:
    """It says so, and is ready again by itself, each within the few seconds for which the answer is cached."""
    server = await start_embedded(folder)
    async with open_rig(nursery, server.url, "ready") as rig:
        await kill(server)

        async def not_ready() -> bool:
            return not await ready(rig.bots[0])

        await until(not_ready)
        await start_embedded(folder)
        await until(partial(ready, rig.bots[0]))


async def test_a_bot_started_without_redis_goes_on_with_what_it_finds_there(folder: Path, nursery: Nursery) -> None:
    """A deletion is confirmed, then the bot and Redis are killed; the next bot starts before Redis does."""
    server = await start_embedded(folder)
    async with open_rig(nursery, server.url, "early") as rig:
        await rig.review()
        rig.wire.at(Point("redis confirmed", 1, "after"), rig.bots[0].kill)
        await rig.alice.clicks(CONFIRM, on=rig.channel)
        await rig.bots[0].ended()
        await kill(server)
        bot = await rig.start_bot()
        assert not await ready(bot)
        assert not rig.codearts.count("DELETE")
        await start_embedded(folder)
        await rig.slack.until(lambda: rig.results(DELETED), within=15)
        await rig.must_have_ended(State.DELETED)
        assert len(rig.codearts.deletions) == 1
