"""One deadline: whatever hangs, every command and action is acknowledged in time, and the reason names what hung."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlsplit

import pytest

from bot.store.embedded import EmbeddedServer
from codecheck_sandbox.codearts.faults import Hang as CodeArtsHangs
from codecheck_sandbox.slack import Answer, Hang, Slow
from tests.fixtures.world import NO_TASK, TASK, OpenWorld, World, delete_label
from tests.wire.proxy import Proxy

IN_TIME = 2.8  # seconds: Slack gives up after 3
TOML = """
[allow]
admins = ["U01ALICE"]
[codearts]
projects = ["p1"]
"""
STORAGE = ("I can't reach my storage, so I didn't", "My storage didn't answer in time, so I d")

Act = Callable[[World], Awaitable[Answer]]


def types(text: str) -> Act:
    """Alice types a command."""
    return lambda world: world.alice.types(f"/codecheck {text}", in_=world.channel)


def clicks(label: str) -> Act:
    """Alice presses a button of her prompt."""
    return lambda world: world.alice.clicks(label, on=world.channel)


@pytest.fixture
async def redis_proxy(redis_server: EmbeddedServer) -> AsyncIterator[Proxy]:
    """The way to Redis, which can hang."""
    path = urlsplit(redis_server.url).path
    async with Proxy(lambda: asyncio.open_unix_connection(path)) as proxy:
        yield proxy


@pytest.fixture
async def world(open_world: OpenWorld, redis_proxy: Proxy) -> AsyncIterator[World]:
    """A world in which everything can hang; it ends as if nothing had."""
    async with open_world(TOML, environ={"REDIS_URL": f"redis://127.0.0.1:{redis_proxy.port}"}) as opened:
        yield opened
        redis_proxy.resume()
        opened.slack.faults.clear()
        opened.codearts.answer_as_usual()


async def acknowledged(world: World, act: Act) -> str:
    """What Alice is told; it must be acknowledged in time, and never by Slack's own "operation_timeout"."""
    told = len([seen for seen in world.alice.sees(world.channel) if seen.only_for])
    async with asyncio.timeout(IN_TIME):
        answer = await act(world)
    assert answer.notice == ""
    if answer.text:
        return answer.text

    def private() -> list[str]:
        return [seen.text for seen in world.alice.sees(world.channel) if seen.only_for][told:]

    return (await world.slack.until(private))[-1]


COMMANDS = [f"delete {TASK}", "pending", "history", "freeze", "unfreeze", "whoami"]


@pytest.mark.parametrize("text", COMMANDS)
async def test_a_command_while_redis_hangs(world: World, redis_proxy: Proxy, text: str) -> None:
    """And Slack answers 0.95 s late besides: it is the storage that is named."""
    world.slack.faults.fail_always("users.info", Slow(0.95))
    redis_proxy.hang()
    assert (await acknowledged(world, types(text))).startswith(STORAGE)


@pytest.mark.parametrize("label", ["Review deletion…", "Cancel"])
async def test_a_click_while_redis_hangs(world: World, redis_proxy: Proxy, label: str) -> None:
    """The same for the first step's buttons."""
    await world.ask()
    world.slack.faults.fail_always("users.info", Slow(0.95))
    redis_proxy.hang()
    assert (await acknowledged(world, clicks(label))).startswith(STORAGE)


@pytest.mark.parametrize("label", [delete_label(), "Keep it"])
async def test_a_second_click_while_redis_hangs(world: World, redis_proxy: Proxy, label: str) -> None:
    """The same for the second step's; nothing is sent."""
    await world.ask()
    await world.review()
    world.slack.faults.fail_always("users.info", Slow(0.95))
    redis_proxy.hang()
    assert (await acknowledged(world, clicks(label))).startswith(STORAGE)
    assert not world.codearts.count("DELETE")


@pytest.mark.parametrize("text", [f"delete {TASK}", "pending", "history", "unfreeze", "whoami"])
async def test_a_command_while_slack_hangs(world: World, text: str) -> None:
    """Slack is named, and nothing is done."""
    world.slack.faults.fail_always("users.info", Hang())
    assert (await acknowledged(world, types(text))).startswith("Slack didn't ")
    assert world.channel.messages == []


async def test_a_freeze_waits_for_nobody_but_redis(world: World) -> None:
    """Whoever asks to stop is heard while Slack and CodeArts Check hang."""
    world.slack.faults.fail_always("users.info", Hang())
    world.codearts.always_answer(CodeArtsHangs(), to="GET")
    assert "Deletions are frozen" in await acknowledged(world, types("freeze"))


@pytest.mark.parametrize("late", [0.0, 0.95])
async def test_a_request_while_codearts_hangs(world: World, late: float) -> None:
    """It is taken in time all the same: the prompt comes without what could not be read."""
    if late:
        world.slack.faults.fail_always("users.info", Slow(late))
    world.codearts.always_answer(CodeArtsHangs(), to="GET")
    async with asyncio.timeout(IN_TIME):
        answer = await types(f"delete {TASK}")(world)
    assert (answer.notice, answer.text) == ("", "")
    await world.latest("wants to delete this check task")


async def test_a_task_that_is_not_there_while_the_search_hangs(world: World) -> None:
    """Suggestions are left out rather than waited for."""
    world.slack.faults.fail_always("users.info", Slow(0.95))
    world.codearts.always_answer(CodeArtsHangs(), to="search")
    said = await acknowledged(world, types(f"delete {NO_TASK}"))
    assert "knows no task" in said
