"""Socket Mode: connections, envelopes and their acknowledgements."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, ServerDisconnectedError, WSMsgType, WSServerHandshakeError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import Answer, Channel, Person, SlackStandIn
from tests.sandbox.slack.conftest import manifest_with


async def connect(slack: SlackStandIn, session: ClientSession) -> ClientWebSocketResponse:
    """A bare connection, before its greeting."""
    web = AsyncWebClient(base_url=slack.api_url, session=session, retry_handlers=[])
    answer = await web.apps_connections_open(app_token=slack.app_token)
    return await session.ws_connect(answer["url"])


@contextlib.asynccontextmanager
async def _typing(person: Person, channel: Channel) -> AsyncIterator[asyncio.Task[Answer]]:
    """A person types the command, while the test plays the app."""
    task = asyncio.create_task(person.types("/test", in_=channel))
    yield task
    await task


@pytest.fixture
async def handler(slack: SlackStandIn, web: AsyncWebClient) -> AsyncIterator[AsyncSocketModeHandler]:
    """Bolt over Socket Mode, connected; it says hello to the command and to a click."""
    app = AsyncApp(client=web, process_before_response=True)

    @app.command("/test")
    async def command(ack: AsyncAck, body: Mapping[str, str]) -> None:
        await ack(f"hello {body['user_name']}")

    handler = AsyncSocketModeHandler(app, slack.app_token, web_client=web)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # so in Bolt
    await slack.sockets.connected()
    yield handler
    await handler.close_async()  # type: ignore[no-untyped-call]  # so in Bolt


async def test_bolt_is_served(handler: AsyncSocketModeHandler, alice: Person, general: Channel) -> None:
    """A plain-text acknowledgement becomes a message that alice alone sees."""
    assert handler.client is not None
    answer = await alice.types("/test", in_=general)
    assert answer.text == "hello alice"
    assert [message.only_for for message in alice.sees(general)] == [alice.id]


async def test_bolt_follows_a_refresh(
    slack: SlackStandIn, handler: AsyncSocketModeHandler, alice: Person, general: Channel
) -> None:
    """Asked to connect anew, it does, and nothing is lost after."""
    assert handler.client is not None
    await slack.sockets.refresh()
    assert slack.sockets.connections == 0
    await slack.sockets.connected()
    assert (await alice.types("/test", in_=general)).text == "hello alice"


async def test_a_connection_is_greeted(slack: SlackStandIn, session: ClientSession) -> None:
    """With the number of connections and the app."""
    async with await connect(slack, session) as socket:
        hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": slack.installation.app_id}


async def test_an_address_opens_one_connection(slack: SlackStandIn, session: ClientSession) -> None:
    """Neither a second one nor a made-up one."""
    web = AsyncWebClient(base_url=slack.api_url, session=session)
    url = (await web.apps_connections_open(app_token=slack.app_token))["url"]
    async with session.ws_connect(url):
        for used in (url, url + "0"):
            with pytest.raises(WSServerHandshakeError):
                await session.ws_connect(used)


async def test_a_command_is_an_envelope(
    slack: SlackStandIn, session: ClientSession, alice: Person, general: Channel
) -> None:
    """Its acknowledgement names it, and may carry a message."""
    async with await connect(slack, session) as socket:
        await socket.receive_json()
        async with _typing(alice, general) as answer:
            envelope = await socket.receive_json()
            assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
            assert envelope["payload"]["command"] == "/test"
            await socket.send_str("no JSON")
            await socket.send_json(["no object"])
            await socket.send_json({"envelope_id": "another"})
            await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "got it"}})
            await socket.send_json({"envelope_id": envelope["envelope_id"], "payload": {"text": "twice"}})
            assert (await answer).text == "got it"


async def test_connections_take_turns(
    slack: SlackStandIn, session: ClientSession, alice: Person, general: Channel
) -> None:
    """An envelope goes to one of them, any one."""
    async with await connect(slack, session) as first, await connect(slack, session) as second:
        assert [(await socket.receive_json())["num_connections"] for socket in (first, second)] == [1, 2]
        for socket in (first, second):
            async with _typing(alice, general) as answer:
                envelope = await socket.receive_json()
                await socket.send_json({"envelope_id": envelope["envelope_id"]})
                assert (await answer).text == ""


async def test_ten_connections_and_no_more(slack: SlackStandIn, session: ClientSession) -> None:
    """The eleventh is told so and closed."""
    sockets = [await connect(slack, session) for _ in range(10)]
    eleventh = await connect(slack, session)
    assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
    assert (await eleventh.receive()).type is WSMsgType.CLOSE
    assert slack.sockets.connections == 10
    for socket in [*sockets, eleventh]:
        await socket.close()


async def test_without_a_connection_nothing_is_dispatched(alice: Person, general: Channel) -> None:
    """The person reads so at once."""
    assert (await alice.types("/test", in_=general)).text == '/test failed with the error "dispatch_failed"'


async def test_an_envelope_that_nobody_acknowledges_times_out(session: ClientSession) -> None:
    """The time is short here only, so that the test need not wait three seconds."""
    async with SlackStandIn(manifest_with("commands"), ack_seconds=0.05) as slack:
        alice = slack.user("U1", "alice")
        general = slack.channel("C1", "general", members=[alice])
        async with await connect(slack, session):
            answer = await alice.types("/test", in_=general)
    assert answer.text == '/test failed with the error "operation_timeout"'


async def test_slack_going_down_closes_the_sockets(slack: SlackStandIn, session: ClientSession) -> None:
    """And no new one is opened until it is up."""
    socket = await connect(slack, session)
    await socket.receive_json()
    await slack.down()
    assert (await socket.receive()).type is WSMsgType.CLOSE
    with pytest.raises(ServerDisconnectedError):
        await connect(slack, session)
    slack.up()
    async with await connect(slack, session) as again:
        assert (await again.receive_json())["type"] == "hello"


async def test_a_connection_can_be_lost_without_a_close_frame(
    slack: SlackStandIn, session: ClientSession, alice: Person, general: Channel
) -> None:
    """The app's end breaks off; Slack has no connection any more."""
    socket = await connect(slack, session)
    await socket.receive_json()
    slack.sockets.cut()
    assert slack.sockets.connections == 0
    assert (await socket.receive()).type in {WSMsgType.CLOSED, WSMsgType.ERROR, WSMsgType.CLOSING}
    assert socket.close_code in {None, 1006}
    assert "dispatch_failed" in (await alice.types("/test", in_=general)).text


async def test_a_connection_can_be_lost_without_a_sign(session: ClientSession) -> None:
    """It stays open, no ping is answered, and what people do is lost in it until the app closes it."""
    async with SlackStandIn(manifest_with("commands"), ack_seconds=0.05) as slack:
        alice = slack.user("U1", "alice")
        general = slack.channel("C1", "general", members=[alice])
        socket = await connect(slack, session)
        await socket.receive_json()
        await socket.ping(b"before")
        slack.sockets.go_silent()
        await socket.ping(b"after")
        assert slack.sockets.connections == 0
        assert "operation_timeout" in (await alice.types("/test", in_=general)).text
        assert not socket.closed
        await socket.close()
        async with await connect(slack, session) as again:
            assert (await again.receive_json())["num_connections"] == 1
            assert slack.sockets.connections == 1


async def test_a_ping_is_answered(slack: SlackStandIn, session: ClientSession) -> None:
    """As long as the connection works; once it is silent, no more."""
    web = AsyncWebClient(base_url=slack.api_url, session=session, retry_handlers=[])
    url = (await web.apps_connections_open(app_token=slack.app_token))["url"]
    async with session.ws_connect(url, autoping=False) as socket:
        await socket.receive_json()
        await socket.ping(b"1")
        assert (await socket.receive()).type is WSMsgType.PONG
        slack.sockets.go_silent()
        await socket.ping(b"2")
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.2)
