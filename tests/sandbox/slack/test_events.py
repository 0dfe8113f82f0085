"""Events and the Home tab: what the app hears of, and what it may publish."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp import web as aiohttp_web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import Channel, NotPossibleError, Person, SlackStandIn
from tests.sandbox.slack.conftest import manifest_with, refusal
from tests.sandbox.slack.test_socket_mode import connect

HOME: dict[str, Any] = {
    "type": "home",
    "blocks": [
        {
            "type": "actions",
            "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}],
        }
    ],
}
BOT_EVENTS = ["message.im", "app_mention", "app_home_opened"]


def manifest(*scopes: str, events: list[str] = BOT_EVENTS, home: bool = True) -> Mapping[str, object]:
    """A manifest that subscribes to events."""
    base = dict(manifest_with("commands", "chat:write", *scopes))
    features, settings = base["features"], base["settings"]
    assert isinstance(features, dict)
    assert isinstance(settings, dict)
    features["app_home"] = {"home_tab_enabled": home, "messages_tab_enabled": True}
    settings["event_subscriptions"] = {"bot_events": events}
    return base


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    """A stand-in whose app hears of everything."""
    async with SlackStandIn(manifest("im:history", "app_mentions:read")) as slack:
        yield slack


class App:
    """A bare HTTP server in the app's place."""

    def __init__(self) -> None:
        self.received: list[tuple[Mapping[str, str], str]] = []
        self.statuses: list[int] = []

    async def take(self, request: aiohttp_web.Request) -> aiohttp_web.Response:
        """Keep a request, and answer with the next status that is set."""
        self.received.append((dict(request.headers), await request.text()))
        return aiohttp_web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    def events(self) -> list[dict[str, Any]]:
        """The events received."""
        return [json.loads(body)["event"] for _, body in self.received if body.startswith("{")]


@pytest.fixture
async def app(slack: SlackStandIn) -> AsyncIterator[App]:
    """The app, connected."""
    app = App()
    application = aiohttp_web.Application()
    application.router.add_post("/", app.take)
    runner = aiohttp_web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await aiohttp_web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    yield app
    await runner.cleanup()


async def test_a_direct_message_is_heard_and_so_is_the_answer(
    slack: SlackStandIn, app: App, alice: Person, web: AsyncWebClient
) -> None:
    """An app that answers everything would talk to itself for ever."""
    await alice.types("help & <more>", in_=alice.dm)
    await slack.until(lambda: len(app.events()) == 1)
    await web.chat_postMessage(channel=alice.id, text="Here I am")
    await slack.until(lambda: len(app.events()) == 2)
    asked, answered = app.events()
    assert (asked["type"], asked["channel_type"], asked["user"]) == ("message", "im", alice.id)
    assert asked["text"] == "help &amp; &lt;more&gt;"
    assert answered["bot_id"] == slack.installation.bot_id
    headers, body = app.received[0]
    assert SignatureVerifier(slack.signing_secret).is_valid_request(body, dict(headers))
    assert headers["Content-Type"] == "application/json"
    envelope = json.loads(body)
    assert (envelope["type"], envelope["team_id"]) == ("event_callback", slack.workspace.team_id)
    assert envelope["authorizations"][0]["user_id"] == slack.installation.bot_user


async def test_a_mention_is_heard_where_the_bot_is(
    slack: SlackStandIn, app: App, alice: Person, general: Channel
) -> None:
    """By its ID; other messages of the channel are not for it."""
    await alice.types("hello everyone", in_=general)
    await alice.types("@testbot help", in_=general)
    slack.remove_bot(general)
    await alice.types("@testbot are you there?", in_=general)
    await slack.until(app.events)
    (event,) = app.events()
    assert (event["type"], event["text"]) == ("app_mention", f"<@{slack.installation.bot_user}> help")


@pytest.mark.parametrize(
    "lacking", [manifest("app_mentions:read"), manifest("im:history", "app_mentions:read", events=[])]
)
async def test_without_scope_or_subscription_nothing_is_heard(lacking: Mapping[str, object]) -> None:
    """Slack does not even say so."""
    async with SlackStandIn(lacking) as slack:
        slack.connect_http("http://127.0.0.1:9/")
        alice = slack.user("U1", "alice")
        await alice.types("help", in_=alice.dm)
        await alice.types("/test", in_=alice.dm)
        assert [request.body[:5] for request in slack.sent] == ["token"]  # the command's form, and no event before it


async def test_an_event_that_is_not_taken_comes_again(slack: SlackStandIn, app: App, alice: Person) -> None:
    """Once more at once, with the reason; it is the same event."""
    app.statuses = [500]
    await alice.types("help", in_=alice.dm)
    await slack.until(lambda: len(app.received) == 2)
    first, second = app.received
    assert (second[0]["X-Slack-Retry-Num"], second[0]["X-Slack-Retry-Reason"]) == ("1", "http_error")
    assert json.loads(first[1])["event_id"] == json.loads(second[1])["event_id"]


async def test_an_event_is_an_envelope_in_socket_mode(
    slack: SlackStandIn, session: ClientSession, alice: Person
) -> None:
    """It says whether it is a redelivery, and takes no payload with the acknowledgement."""
    async with await connect(slack, session) as socket:
        await socket.receive_json()
        alice.opens_messages()
        envelope = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
    assert (envelope["retry_attempt"], envelope["payload"]["event"]["tab"]) == (0, "messages")


async def test_a_home_tab_is_published_for_each_person(
    slack: SlackStandIn, app: App, web: AsyncWebClient, alice: Person, bob: Person
) -> None:
    """With a hash, only if nobody has changed it; the event of opening it carries what is shown."""
    alice.opens_home()
    await slack.until(lambda: len(app.events()) == 1)
    assert "view" not in app.events()[0]
    first = (await web.views_publish(user_id=alice.id, view=HOME))["view"]
    assert (first["type"], first["id"][0]) == ("home", "V")
    await web.views_publish(user_id=alice.id, view=HOME, hash=first["hash"])
    assert await refusal(web.views_publish(user_id=alice.id, view=HOME, hash=first["hash"])) == "hash_conflict"
    assert (alice.home is not None, bob.home) == (True, None)
    alice.opens_home()
    await slack.until(lambda: len(app.events()) == 2)
    assert app.events()[1]["view"]["id"] == first["id"]


@pytest.mark.usefixtures("app")
async def test_a_click_on_the_home_tab_has_no_channel(slack: SlackStandIn, web: AsyncWebClient, alice: Person) -> None:
    """It names the view only."""
    await web.views_publish(user_id=alice.id, view=HOME)
    assert alice.home is not None
    await alice.clicks("Go", on=alice.home)
    click = json.loads(slack.wire.calls("block_actions")[0].sent)
    assert click["view"]["type"] == "home"
    assert click["container"] == {"type": "view", "view_id": alice.home.id}
    assert not {"channel", "response_url"} & click.keys()


async def test_what_cannot_be_published_is_refused(slack: SlackStandIn, web: AsyncWebClient, alice: Person) -> None:
    """Too much, no Home tab at all, nobody there, a modal in its place."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}
    assert (
        await refusal(web.views_publish(user_id=alice.id, view=HOME | {"blocks": [section] * 100})) == "view_too_large"
    )
    assert await refusal(web.views_publish(user_id="U9", view=HOME)) == "invalid_arguments"
    assert await refusal(web.views_publish(user_id=alice.id, view=HOME | {"type": "modal"})) == "invalid_arguments"
    slack.installation.home_tab = False
    assert await refusal(web.views_publish(user_id=alice.id, view=HOME)) == "not_enabled"
    with pytest.raises(NotPossibleError, match="no home tab"):
        alice.opens_home()
