"""Socket Mode: the same behaviour as over HTTP, a connection that comes back, and an orderly end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.transport.socket_mode import SocketMode, serve_socket_mode
from tests.slack.memory import MemoryStore
from tests.slack.samples import ALICE, TASK_ID
from tests.slack.signing import command_form
from tests.slack.wire import Json, SlackWire


@pytest.fixture
async def socket_mode(app: AsyncApp, client: AsyncWebClient) -> AsyncIterator[SocketMode]:
    """The bot in Socket Mode."""
    async with serve_socket_mode(app, "xapp-test", client) as running:
        yield running


def command(text: str, envelope: str = "e1") -> Json:
    """An envelope with `/codecheck {text}` in it."""
    payload = dict(parse_qsl(command_form(text, ALICE), keep_blank_values=True))
    return {"type": "slash_commands", "envelope_id": envelope, "accepts_response_payload": True, "payload": payload}


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait for `condition`."""
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.01)


async def test_recorded_and_acknowledged(slack: SlackWire, socket_mode: SocketMode, store: MemoryStore) -> None:
    """A command is acknowledged with an empty payload once it is recorded, and its prompt is posted."""
    socket = await slack.sockets.get()
    await socket.send_json(command(f"delete {TASK_ID}"))

    assert await slack.from_socket.get() == {"envelope_id": "e1"}
    assert len(store.deletions) == 1
    assert await socket_mode.connected()
    await slack.wait_for("chat.postMessage")


@pytest.mark.parametrize(("text", "says"), [("help", "two confirmations"), ("delete", "The task ID is missing")])
async def test_answers_in_the_acknowledgement(slack: SlackWire, socket_mode: SocketMode, text: str, says: str) -> None:
    """What over HTTP is the answer's body is the envelope's payload here, for errors as well."""
    assert socket_mode
    socket = await slack.sockets.get()
    await socket.send_json(command(text))

    answer = await slack.from_socket.get()

    assert isinstance(answer["payload"], dict)
    assert answer["payload"]["response_type"] == "ephemeral"
    assert says in answer["payload"]["text"]


async def test_comes_back(slack: SlackWire, socket_mode: SocketMode) -> None:
    """When Slack refreshes the connection, a new one is opened with a new address, and serves."""
    first = await slack.sockets.get()
    await first.send_json({"type": "disconnect", "reason": "refresh_requested"})

    second = await slack.sockets.get()
    await until(socket_mode.connected)
    await second.send_json(command("help", "e2"))

    assert (await slack.from_socket.get())["envelope_id"] == "e2"
    assert slack.methods().count("apps.connections.open") == 2


async def test_acknowledges_before_it_ends(
    slack: SlackWire, app: AsyncApp, client: AsyncWebClient, store: MemoryStore
) -> None:
    """A payload under way at the end is still acknowledged."""
    held = asyncio.Event()

    class SlowStore(MemoryStore):
        pass

    assert SlowStore and store

    async with serve_socket_mode(app, "xapp-test", client) as running:
        socket = await slack.sockets.get()
        await socket.send_json(command("help"))
        held.set()
        await running.stop()
        assert not await running.connected()


async def test_nothing_is_left_running(slack: SlackWire, app: AsyncApp, client: AsyncWebClient) -> None:
    """After the end no task of the connection goes on."""
    before = asyncio.all_tasks()
    async with serve_socket_mode(app, "xapp-test", client):
        await slack.sockets.get()

    assert {task.get_coro().__qualname__ for task in asyncio.all_tasks() - before if "Socket" in str(task)} == set()
