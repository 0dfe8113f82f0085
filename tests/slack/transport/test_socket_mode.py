"""Socket Mode: the same behaviour as over HTTP, a connection that comes back, and an orderly end."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import parse_qsl

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.transport.socket_mode import SocketMode, serve_socket_mode
from tests.slack.memory import MemoryStore
from tests.slack.samples import ALICE, TASK_ID
from tests.slack.signing import command_form
from tests.slack.waiting import until
from tests.slack.wire import Answer, Json, SlackWire


@pytest.fixture
async def socket_mode(app: AsyncApp, client: AsyncWebClient) -> AsyncIterator[SocketMode]:
    """The bot in Socket Mode."""
    async with serve_socket_mode(app, "xapp-test", client) as running:
        yield running


async def connected(socket_mode: SocketMode) -> bool:
    """Whether `/readyz` would say so."""
    return (await socket_mode.state()).ready


def command(text: str, envelope: str = "e1") -> Json:
    """An envelope with `/codecheck {text}` in it."""
    payload = dict(parse_qsl(command_form(text, ALICE), keep_blank_values=True))
    return {"type": "slash_commands", "envelope_id": envelope, "accepts_response_payload": True, "payload": payload}


async def test_recorded_and_acknowledged(slack: SlackWire, socket_mode: SocketMode, store: MemoryStore) -> None:
    """A command is acknowledged with an empty payload once it is recorded, and its prompt is posted."""
    socket = await slack.sockets.get()
    await socket.send_json(command(f"delete {TASK_ID}"))

    assert await slack.from_socket.get() == {"envelope_id": "e1"}
    assert len(store.deletions) == 1
    assert await connected(socket_mode)
    await slack.wait_for("chat.postMessage")


@pytest.mark.parametrize(("text", "says"), [("help", "two confirmations"), ("delete", "The task ID is missing")])
@pytest.mark.usefixtures("socket_mode")
async def test_answers_in_the_acknowledgement(slack: SlackWire, text: str, says: str) -> None:
    """What over HTTP is the answer's body is the envelope's payload here, for errors as well."""
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
    await until(partial(connected, socket_mode))
    await second.send_json(command("help", "e2"))

    assert (await slack.from_socket.get())["envelope_id"] == "e2"
    assert slack.methods().count("apps.connections.open") == 2


async def test_acknowledges_before_it_ends(slack: SlackWire, socket_mode: SocketMode, store: MemoryStore) -> None:
    """A payload under way at the end is still recorded and acknowledged, and then the connection closes."""
    store.answering.clear()
    socket = await slack.sockets.get()
    await socket.send_json(command(f"delete {TASK_ID}"))
    await store.asked.wait()

    stopping = asyncio.create_task(socket_mode.stop())
    await asyncio.wait({stopping}, timeout=0.5)
    assert not stopping.done()
    store.answering.set()
    await stopping

    assert await slack.from_socket.get() == {"envelope_id": "e1"}
    assert not await connected(socket_mode)


async def test_asks_for_a_new_address(
    slack: SlackWire, app: AsyncApp, client: AsyncWebClient, caplog: pytest.LogCaptureFixture
) -> None:
    """An address that does not open is not tried for ever, since it works once; its ticket stays out of the log."""
    slack.answer("socket", Answer("no", 403))

    async with serve_socket_mode(app, "xapp-test", client, ping_seconds=0.2) as running:
        await until(partial(connected, running))

    assert slack.methods().count("apps.connections.open") > 1
    assert "Failed to connect" in caplog.text
    assert "secret" not in caplog.text


async def test_nothing_is_left_running(slack: SlackWire, app: AsyncApp, client: AsyncWebClient) -> None:
    """After the end no task of the connection goes on."""
    async with serve_socket_mode(app, "xapp-test", client):
        await slack.sockets.get()
        assert _of_the_connection()

    assert _of_the_connection() == []


def _of_the_connection() -> list[str]:
    marks = ("SocketModeClient", "socket mode:")
    return [repr(task) for task in asyncio.all_tasks() if any(mark in repr(task) for mark in marks)]
