"""Socket Mode: the same behaviour as over HTTP, a connection that comes back, and an orderly end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import partial
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.slack.transport.sign_in import SignInError
from bot.slack.transport.socket_mode import SocketMode, serve_socket_mode
from tests.slack.samples import ALICE
from tests.slack.signing import command_form
from tests.slack.transport.conftest import ANSWER, Desk
from tests.slack.waiting import until
from tests.slack.wire import Answer, Json, SlackWire, refused
from tests.wire.proxy import Proxy, Streams


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


async def test_answers_in_the_acknowledgement(slack: SlackWire, socket_mode: SocketMode) -> None:
    """What over HTTP is the answer's body is the envelope's payload here."""
    socket = await slack.sockets.get()
    await socket.send_json(command("help"))

    assert await slack.from_socket.get() == {
        "envelope_id": "e1",
        "payload": {"response_type": "ephemeral", "text": ANSWER},
    }
    assert await connected(socket_mode)


async def test_comes_back(slack: SlackWire, socket_mode: SocketMode) -> None:
    """When Slack refreshes the connection, a new one is opened with a new address, and serves."""
    first = await slack.sockets.get()
    await first.send_json({"type": "disconnect", "reason": "refresh_requested"})

    second = await slack.sockets.get()
    await until(partial(connected, socket_mode))
    await second.send_json(command("help", "e2"))

    assert (await slack.from_socket.get())["envelope_id"] == "e2"
    assert slack.methods().count("apps.connections.open") == 2


async def test_acknowledges_before_it_ends(slack: SlackWire, socket_mode: SocketMode, desk: Desk) -> None:
    """A payload under way at the end is still handled and acknowledged, and then the connection closes."""
    socket = await slack.sockets.get()
    await socket.send_json(command("wait"))
    await desk.waiting.wait()
    await socket.send_json(command("help", "e2"))  # one that has been acknowledged is not the last
    assert (await slack.from_socket.get())["envelope_id"] == "e2"

    stopping = asyncio.create_task(socket_mode.stop())
    await asyncio.wait({stopping}, timeout=0.5)
    assert not stopping.done()
    desk.open.set()
    await stopping

    assert (await slack.from_socket.get())["envelope_id"] == "e1"
    assert desk.answered == 2
    assert not await connected(socket_mode)


@pytest.mark.slow
async def test_ends_without_an_acknowledgement(slack: SlackWire, socket_mode: SocketMode, desk: Desk) -> None:
    """After three seconds Slack does not wait for it any more, so the bot does not either, and says so."""
    socket = await slack.sockets.get()
    await socket.send_json(command("wait"))
    await desk.waiting.wait()
    with capture_logs() as logs:
        async with asyncio.timeout(20):
            await socket_mode.stop()
    desk.open.set()
    (said,) = [log for log in logs if log["event"] == "payloads not acknowledged before the end"]
    assert said["count"] == 1


async def test_asks_for_a_new_address(
    slack: SlackWire, app: AsyncApp, client: AsyncWebClient, caplog: pytest.LogCaptureFixture
) -> None:
    """An address that does not open is not tried again, since it works once; its ticket stays out of the log."""
    slack.answer("socket", Answer("no", 403), Answer("no", 403))

    async with serve_socket_mode(app, "xapp-test", client, ping_seconds=0.2) as running:
        await until(partial(connected, running))
        logging.getLogger("slack_sdk.socket_mode").warning("another failure")

    assert slack.methods().count("apps.connections.open") == 3
    assert caplog.text.count("Failed to connect") == 1
    assert "another failure" in caplog.text
    assert "secret" not in caplog.text


async def test_the_proxy_is_chosen_for_each_address(
    slack: SlackWire, app: AsyncApp, client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the settings, for the WebSocket's own host: slack_sdk would take one from the environment without NO_PROXY."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    asked: list[str] = []
    by_proxy: list[str] = []
    slack.answer("socket", Answer("no", 403))

    def proxy_for(url: str) -> str | None:
        asked.append(url)
        return f"http://127.0.0.1:{proxy.port}" if len(asked) == 1 else None

    async def pass_on() -> Streams:
        by_proxy.append(asked[-1])
        return await asyncio.open_connection("127.0.0.1", int(slack.url.rpartition(":")[2]))

    async with (
        Proxy(pass_on) as proxy,
        serve_socket_mode(app, "xapp-test", client, proxy_for=proxy_for, ping_seconds=0.2) as running,
    ):
        await until(partial(connected, running))
    assert by_proxy == [f"{slack.url.replace('http', 'ws')}/socket?ticket=secret"]
    assert asked == by_proxy * 2


@pytest.fixture
async def wire_to_cut(slack: SlackWire) -> AsyncIterator[Proxy]:
    """Between the bot and Slack."""
    port = int(slack.url.rpartition(":")[2])
    async with Proxy(lambda: asyncio.open_connection("127.0.0.1", port)) as proxy:
        slack.url = f"http://127.0.0.1:{proxy.port}"
        yield proxy


async def lost(socket_mode: SocketMode) -> bool:
    """Whether `/readyz` would say that nothing can arrive."""
    return not await connected(socket_mode)


async def test_a_hard_loss(slack: SlackWire, wire_to_cut: Proxy, app: AsyncApp, client: AsyncWebClient) -> None:
    """A connection that ends without a close frame is replaced at once: nothing has to time out first."""
    async with serve_socket_mode(app, "xapp-test", client, ping_seconds=3_600) as running:
        await slack.sockets.get()
        await until(partial(connected, running))
        with capture_logs() as logs:
            wire_to_cut.cut()
            second = await slack.sockets.get()
            await until(partial(connected, running))
            await second.send_json(command("help", "e2"))
            assert (await slack.from_socket.get())["envelope_id"] == "e2"

    assert [log["event"] for log in logs] == [
        "socket mode disconnected, reconnecting",
        "socket mode connected",
    ]


async def test_a_hard_loss_while_slack_is_away(
    slack: SlackWire, wire_to_cut: Proxy, app: AsyncApp, client: AsyncWebClient
) -> None:
    """As long as nothing can arrive, readiness says so and for how long; then it comes back by itself."""
    async with serve_socket_mode(app, "xapp-test", client, ping_seconds=0.2) as running:
        await slack.sockets.get()
        await until(partial(connected, running))
        await wire_to_cut.refuse()
        wire_to_cut.cut()
        await until(partial(lost, running))
        assert (await running.state()).reason.startswith("no Socket Mode connection for ")
        await wire_to_cut.accept()
        await slack.sockets.get()
        await until(partial(connected, running))


async def test_half_open(slack: SlackWire, wire_to_cut: Proxy, app: AsyncApp, client: AsyncWebClient) -> None:
    """A connection on which nothing passes any more, though nobody closed it, is found by its pings and replaced."""
    async with serve_socket_mode(app, "xapp-test", client, ping_seconds=0.4) as running:
        await slack.sockets.get()
        await until(partial(connected, running))
        wire_to_cut.hang()
        await until(partial(lost, running))
        wire_to_cut.resume()
        await slack.sockets.get()
        await until(partial(connected, running))


async def test_silent(app: AsyncApp, client: AsyncWebClient, slack: SlackWire) -> None:
    """The same if it is Slack's process that answers nothing, while its machine takes everything that is sent."""
    dead, sockets = web.Application(), asyncio.Queue[web.WebSocketResponse]()

    async def never_read(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await socket.send_json({"type": "hello"})
        await sockets.put(socket)
        await asyncio.Event().wait()
        return socket

    dead.add_routes([web.get("/socket", never_read)])
    runner = web.AppRunner(dead, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"ws://127.0.0.1:{runner.addresses[0][1]}/socket"
    slack.answer("apps.connections.open", Answer({"ok": True, "url": address}))
    try:
        async with serve_socket_mode(app, "xapp-test", client, ping_seconds=0.4) as running:
            await sockets.get()
            replacing = await slack.sockets.get()  # the next address is one where Slack answers
            await until(partial(connected, running))
            await replacing.send_json(command("help"))
            assert (await slack.from_socket.get())["envelope_id"] == "e1"
    finally:
        await runner.cleanup()


async def test_ends_on_a_dead_connection(
    slack: SlackWire, wire_to_cut: Proxy, app: AsyncApp, client: AsyncWebClient
) -> None:
    """The end does not wait for the other side to close, if there is nobody."""
    async with serve_socket_mode(app, "xapp-test", client, ping_seconds=3_600) as running:
        await slack.sockets.get()
        await until(partial(connected, running))
        wire_to_cut.hang()
        async with asyncio.timeout(8):  # aiohttp would wait 10 s for the close frame
            await running.stop()


async def test_app_token_refused_at_the_start(slack: SlackWire, app: AsyncApp, client: AsyncWebClient) -> None:
    """Then nothing will ever arrive, so it is an error at once."""
    slack.answer("apps.connections.open", refused("invalid_auth"))

    with pytest.raises(SignInError, match="SLACK_APP_TOKEN"):
        async with serve_socket_mode(app, "xapp-test", client):
            pass


async def test_nothing_is_left_running(slack: SlackWire, app: AsyncApp, client: AsyncWebClient) -> None:
    """After the end no task of the connection goes on."""
    async with serve_socket_mode(app, "xapp-test", client):
        await slack.sockets.get()
        assert _of_the_connection()

    assert _of_the_connection() == []


def _of_the_connection() -> list[str]:
    marks = ("SocketClient", "SocketModeClient", "socket mode:")
    return [repr(task) for task in asyncio.all_tasks() if any(mark in repr(task) for mark in marks)]
