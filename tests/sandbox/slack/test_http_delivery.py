"""Slash commands and clicks as signed HTTP requests, and what people see where the app does not answer well."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import pytest
from aiohttp import web as aiohttp_web
from slack_bolt.async_app import AsyncAck
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import Channel, NotPossibleError, Person, Retry, SlackStandIn
from tests.sandbox.slack.conftest import Bolt, manifest_with

BUTTONS = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {
                "type": "button",
                "action_id": "go",
                "value": "42",
                "style": "danger",
                "text": {"type": "plain_text", "text": "Go"},
            },
            {"type": "button", "action_id": "no", "text": {"type": "plain_text", "text": "No"}},
        ],
    }
]


@dataclass
class App:
    """A bare HTTP server in the app's place: it keeps what it gets and answers as told."""

    url: str = ""
    received: list[tuple[dict[str, str], str]] = field(default_factory=list)
    answer: Callable[[], Awaitable[aiohttp_web.Response]] | None = None

    async def take(self, request: aiohttp_web.Request) -> aiohttp_web.Response:
        """Handle one request."""
        self.received.append((dict(request.headers), await request.text()))
        return await self.answer() if self.answer else aiohttp_web.Response()

    def form(self, number: int = -1) -> dict[str, str]:
        """One request's form."""
        return dict(parse_qsl(self.received[number][1], keep_blank_values=True))

    def payload(self, number: int = -1) -> dict[str, object]:
        """One interaction's payload."""
        payload: dict[str, object] = json.loads(self.form(number)["payload"])
        return payload


JSON = "application/json"


@dataclass(frozen=True)
class Said:
    """An answer of the app."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain"

    async def respond(self) -> aiohttp_web.Response:
        """Make it."""
        return aiohttp_web.Response(status=self.status, text=self.body, content_type=self.content_type)


@pytest.fixture
async def app(slack: SlackStandIn) -> AsyncIterator[App]:
    """The app, connected."""
    app = App()
    application = aiohttp_web.Application()
    application.router.add_post("/slack/events", app.take)
    runner = aiohttp_web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await aiohttp_web.TCPSite(runner, "127.0.0.1", 0).start()
    app.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    slack.connect_http(app.url)
    yield app
    await runner.cleanup()


async def test_a_request_is_signed(slack: SlackStandIn, app: App, alice: Person, general: Channel) -> None:
    """As Slack's own verifier checks it."""
    await alice.types("/test", in_=general)
    headers, body = app.received[0]
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, headers)
    assert not SignatureVerifier("another").is_valid_request(body, headers)
    assert abs(int(headers["X-Slack-Request-Timestamp"]) - time.time()) < 60


async def test_a_slash_command_is_a_form(slack: SlackStandIn, app: App, alice: Person, general: Channel) -> None:
    """With Slack's fields and no other."""
    await alice.types("/test delete  897acf ", in_=general)
    form = app.form()
    assert form.pop("token")
    assert form.pop("trigger_id").count(".") == 2
    assert form.pop("response_url").startswith(slack.api_url.removesuffix("api/") + "commands/")
    assert form == {
        "team_id": slack.workspace.team_id,
        "team_domain": "sandbox",
        "channel_id": general.id,
        "channel_name": "general",
        "user_id": alice.id,
        "user_name": "alice",
        "command": "/test",
        "text": "delete  897acf",
        "api_app_id": slack.installation.app_id,
        "is_enterprise_install": "false",
    }


async def test_names_of_private_conversations_stay_private(slack: SlackStandIn, app: App, alice: Person) -> None:
    """As in Slack's payloads."""
    private = slack.channel("C2", "secret-plans", members=[alice], kind="private")
    await alice.types("/test", in_=private)
    await alice.types("/test", in_=alice.dm)
    assert [app.form(number)["channel_name"] for number in (0, 1)] == ["privategroup", "directmessage"]


async def test_names_and_links_are_escaped_where_the_manifest_asks(
    app: App, alice: Person, bob: Person, general: Channel
) -> None:
    """`should_escape`: users and channels as IDs, links in brackets, three characters as entities."""
    assert bob.id == "U01BOB"
    await alice.types("/test @bob #general @nobody a@bob https://x.example/a <b> & c", in_=general)
    assert app.form()["text"] == (
        "<@U01BOB|bob> <#C01GENERAL|general> @nobody a@bob <https://x.example/a> &lt;b&gt; &amp; c"
    )


async def test_the_text_is_as_typed_where_the_manifest_does_not_ask(app: App) -> None:
    """Without `should_escape`."""
    async with SlackStandIn(manifest_with("commands", should_escape=False)) as slack:
        slack.connect_http(app.url)
        alice = slack.user("U1", "alice")
        await alice.types("/test @alice <b>", in_=slack.channel("C1", "general", members=[alice]))
    assert app.form()["text"] == "@alice <b>"


async def test_a_click_names_the_message_and_the_button(
    slack: SlackStandIn, app: App, web: AsyncWebClient, alice: Person, general: Channel
) -> None:
    """The shape of Slack's block_actions payload."""
    await web.chat_postMessage(channel=general.id, text="sure?", blocks=BUTTONS)
    await alice.clicks("Go", on=general)
    payload = app.payload()
    message = general.messages[0]
    assert payload["user"] == {"id": alice.id, "username": "alice", "name": "alice", "team_id": slack.workspace.team_id}
    assert payload["container"] == {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": general.id,
        "is_ephemeral": False,
    }
    assert payload["channel"] == {"id": general.id, "name": "general"}
    assert payload["team"] == {"id": slack.workspace.team_id, "domain": "sandbox"}
    assert (payload["enterprise"], payload["is_enterprise_install"]) == (None, False)
    assert payload["state"] == {"values": {}}
    shown = payload["message"]
    assert isinstance(shown, dict)
    assert (shown["ts"], shown["text"], shown["blocks"]) == (message.ts, "sure?", BUTTONS)
    actions = payload["actions"]
    assert isinstance(actions, list)
    (action,) = actions
    assert action.pop("action_ts") > message.ts
    assert action == {
        "type": "button",
        "action_id": "go",
        "block_id": "row",
        "value": "42",
        "style": "danger",
        "text": {"type": "plain_text", "text": "Go"},
    }


async def test_a_click_on_an_ephemeral_message_carries_no_message(
    app: App, web: AsyncWebClient, alice: Person, general: Channel
) -> None:
    """Only its ts, and that it is ephemeral."""
    await web.chat_postEphemeral(channel=general.id, user=alice.id, text="sure?", blocks=BUTTONS)
    await alice.clicks("Go", on=general)
    payload = app.payload()
    assert "message" not in payload
    container = payload["container"]
    assert isinstance(container, dict)
    assert container["is_ephemeral"] is True


async def test_a_click_in_a_thread_names_the_thread(
    app: App, web: AsyncWebClient, alice: Person, general: Channel
) -> None:
    """In its container."""
    parent = await web.chat_postMessage(channel=general.id, text="top")
    await web.chat_postMessage(channel=general.id, text="sure?", blocks=BUTTONS, thread_ts=parent["ts"])
    await alice.clicks("Go", on=general)
    container = app.payload()["container"]
    assert isinstance(container, dict)
    assert container["thread_ts"] == parent["ts"]


async def test_a_stranger_can_click_but_not_command(
    slack: SlackStandIn, app: App, web: AsyncWebClient, general: Channel
) -> None:
    """Slack Connect: their click carries their own team; the command does not exist for them."""
    stranger = slack.user("U9", "stranger", team_id="T0OTHER")
    general.members.add(stranger.id)
    assert (await stranger.types("/test", in_=general)).text == "/test is not a valid command."
    await web.chat_postMessage(channel=general.id, text="sure?", blocks=BUTTONS)
    await stranger.clicks("Go", on=general)
    user = app.payload()["user"]
    assert isinstance(user, dict)
    assert user["team_id"] == "T0OTHER"
    assert len(app.received) == 1


async def test_requests_go_to_replicas_in_turn(slack: SlackStandIn, app: App, alice: Person, general: Channel) -> None:
    """As through a load balancer, which does not know that one of them is down."""
    slack.connect_http(app.url, "http://127.0.0.1:9/down")
    answers = [(await alice.types("/test", in_=general)).text for _ in range(4)]
    assert answers == ["", '/test failed with the error "dispatch_failed"'] * 2


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        (Said(), []),
        (Said(body="plain"), [("plain", True)]),
        (Said(body='{"text": "json"}', content_type=JSON), [("json", True)]),
        (Said(body='{"text": "all", "response_type": "in_channel"}', content_type=JSON), [("all", False)]),
        (Said(body='{"text": "b", "blocks": [{"type": "divider"}]}', content_type=JSON), [("b", True)]),
        (Said(body="{}", content_type=JSON), []),
    ],
)
async def test_an_acknowledgement_may_carry_a_message(
    app: App, alice: Person, general: Channel, said: Said, seen: list[tuple[str, bool]]
) -> None:
    """For the person alone, unless it says `in_channel`."""
    app.answer = said.respond
    answer = await alice.types("/test", in_=general)
    assert [(message.text, message.ephemeral) for message in alice.sees(general)] == seen
    assert answer.text == (seen[0][0] if seen else "")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (Said(status=500), "dispatch_failed"),
        (Said(status=401), "dispatch_failed"),
        (Said(status=302), "dispatch_failed"),
        (Said(body="{", content_type=JSON), "dispatch_failed"),
        (Said(body='{"text": "x", "blocks": [{"type": "alert"}]}', content_type=JSON), "invalid_blocks"),
    ],
)
async def test_an_answer_that_does_not_acknowledge_is_shown_as_a_failure(
    app: App, alice: Person, general: Channel, said: Said, error: str
) -> None:
    """In Slack's words, to the person alone."""
    app.answer = said.respond
    assert (await alice.types("/test", in_=general)).text == f'/test failed with the error "{error}"'
    assert alice.sees(general) == []


@dataclass
class SlowApp:
    """A stand-in that gives up early, and an app that never answers."""

    alice: Person
    general: Channel
    web: AsyncWebClient


@pytest.fixture
async def slow(app: App) -> AsyncIterator[SlowApp]:
    """Both connected; the time is short here only, so that the test need not wait three seconds."""
    never = asyncio.Event()

    async def answer() -> aiohttp_web.Response:
        await never.wait()
        return aiohttp_web.Response()

    app.answer = answer
    async with SlackStandIn(manifest_with("commands", "chat:write"), ack_seconds=0.05) as slack:
        slack.connect_http(app.url)
        alice = slack.user("U1", "alice")
        general = slack.channel("C1", "general", members=[alice])
        yield SlowApp(alice, general, AsyncWebClient(slack.bot_token, base_url=slack.api_url))
    never.set()


async def test_an_answer_that_comes_too_late_is_none(slow: SlowApp) -> None:
    """After the time that the app has, the person reads of a time-out, at a command and at a click."""
    alice, general, web = slow.alice, slow.general, slow.web
    assert (await alice.types("/test", in_=general)).text == '/test failed with the error "operation_timeout"'
    await web.chat_postMessage(channel=general.id, text="sure?", blocks=BUTTONS)
    assert (await alice.clicks("Go", on=general)).text == "The app did not respond (operation_timeout)."


async def test_the_time_to_acknowledge_is_three_seconds_by_default() -> None:
    """As Slack documents it."""
    async with SlackStandIn(manifest_with("commands")) as slack:
        assert slack.ack_seconds == 3.0


async def test_interactivity_must_be_asked_for(app: App, web: AsyncWebClient) -> None:
    """A manifest without it gets no clicks."""
    async with SlackStandIn(manifest_with("chat:write", interactive=False)) as slack:
        slack.connect_http(app.url)
        alice = slack.user("U1", "alice")
        general = slack.channel("C1", "general", members=[alice])
        web = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        await web.chat_postMessage(channel=general.id, text="sure?", blocks=BUTTONS)
        assert "not configured" in (await alice.clicks("Go", on=general)).text
    assert app.received == []


async def test_a_payload_can_arrive_twice(slack: SlackStandIn, app: App, alice: Person, general: Channel) -> None:
    """The very same, as redelivery does it; once only, the next arrives once again."""
    slack.faults.redeliver_next(2)
    await alice.types("/test once", in_=general)
    assert app.form(0) == app.form(1)
    await alice.types("/test again", in_=general)
    assert [app.form(number)["text"] for number in range(len(app.received))] == ["once", "once", "again"]


async def test_bolt_understands_it_all(bolt: Bolt, alice: Person, general: Channel) -> None:
    """Slack's own framework verifies, routes and acknowledges."""

    @bolt.app.command("/test")
    async def answer(ack: AsyncAck) -> None:
        await ack("hello")

    await bolt.serve()
    assert (await alice.types("/test", in_=general)).text == "hello"


async def test_a_button_that_is_not_there_cannot_be_pressed(
    app: App, web: AsyncWebClient, alice: Person, bob: Person, general: Channel
) -> None:
    """The error lists those that are; other people's ephemeral messages are not there either."""
    await web.chat_postEphemeral(channel=general.id, user=alice.id, text="sure?", blocks=BUTTONS)
    with pytest.raises(NotPossibleError, match=r"no button 'Yes'; the visible ones are: \['Go', 'No'\]"):
        await alice.clicks("Yes", on=general)
    with pytest.raises(NotPossibleError, match="no button 'Go'; the visible ones are: none"):
        await bob.clicks("Go", on=general)
    with pytest.raises(NotPossibleError, match="does not see"):
        await bob.clicks("Go", on=alice.sees(general)[0])
    assert app.received == []


async def test_a_stale_button_can_be_pressed_on_purpose(
    app: App, web: AsyncWebClient, alice: Person, general: Channel
) -> None:
    """A screen that has not caught up still shows it; the payload carries the message as it was seen."""
    await web.chat_postMessage(channel=general.id, text="sure?", blocks=BUTTONS)
    before = general.messages[0]
    await web.chat_update(channel=general.id, ts=before.ts, text="done", blocks=[])
    with pytest.raises(NotPossibleError, match="no button"):
        await alice.clicks("Go", on=before)
    await alice.clicks("Go", on=before, stale=True)
    assert len(app.received) == 1


async def test_people_write_only_where_they_are(
    slack: SlackStandIn, app: App, alice: Person, bob: Person, general: Channel
) -> None:
    """Not in other people's conversations, archived ones, threads (commands), or once deactivated."""
    private = slack.channel("C2", "private", members=[alice], kind="private")
    with pytest.raises(NotPossibleError, match="bob is not in #private"):
        await bob.types("/test", in_=private)
    assert bob.sees(private) == []
    top = (await alice.types("hello", in_=general)).message
    assert (await alice.types("/test", in_=general, thread=top)).text == "/test is not supported in threads. Sorry!"
    bob.user.deleted = True
    with pytest.raises(NotPossibleError, match="deactivated"):
        await bob.types("/test", in_=general)
    general.archived = True
    with pytest.raises(NotPossibleError, match="archived"):
        await alice.types("hello", in_=general)
    assert app.received == []


async def test_commands_that_the_manifest_does_not_name_do_not_exist(app: App, alice: Person, general: Channel) -> None:
    """Slack says so; the app hears nothing."""
    assert (await alice.types("/other", in_=general)).text == "/other is not a valid command."
    assert app.received == []


async def test_a_request_can_be_sent_again_as_it_was(
    slack: SlackStandIn, app: App, alice: Person, general: Channel
) -> None:
    """By someone who has captured it, or by Slack with the headers of a redelivery; the signature is the same."""
    await alice.types("/test one", in_=general)
    await alice.types("/test two", in_=general)
    assert await slack.replay(slack.sent[0]) == (200, "")
    assert await slack.replay(retry=Retry(2, "http_error")) == (200, "")
    first, second, captured, redelivered = app.received
    assert captured[1] == first[1]
    assert captured[0]["X-Slack-Signature"] == first[0]["X-Slack-Signature"]
    assert redelivered[1] == second[1]
    assert (redelivered[0]["X-Slack-Retry-Num"], redelivered[0]["X-Slack-Retry-Reason"]) == ("2", "http_error")
    assert "X-Slack-Retry-Num" not in second[0]


async def test_copies_have_one_signature(slack: SlackStandIn, app: App, alice: Person, general: Channel) -> None:
    """Plain doubles, or redeliveries by their headers."""
    slack.faults.redeliver_next(2)
    await alice.types("/test", in_=general)
    slack.faults.redeliver_next(3, Retry(1))
    await alice.types("/test", in_=general)
    signatures = [headers["X-Slack-Signature"] for headers, _ in app.received]
    assert (len(set(signatures[:2])), len(set(signatures[2:]))) == (1, 1)
    assert [headers.get("X-Slack-Retry-Num") for headers, _ in app.received].count("1") == 2


async def test_a_lone_surrogate_reaches_the_app(app: App, alice: Person, general: Channel) -> None:
    """As the bytes that it is; no real client sends one, but someone with the secret can."""
    await alice.types("/test \ud800", in_=general)
    assert "text=%ED%A0%80" in app.received[0][1]
