"""response_urls: how often and how long, and what can become of which message."""

from collections.abc import Mapping

import pytest
from aiohttp import ClientSession
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import Channel, Message, Person, SlackStandIn
from tests.sandbox.slack.conftest import Bolt

BUTTONS = [
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}],
    }
]


class Answering:
    """An app that only notes the response_urls which it is sent."""

    def __init__(self, session: ClientSession, bolt: Bolt) -> None:
        self.urls: list[str] = []
        self._session = session

        @bolt.app.command("/test")
        @bolt.app.action("go")
        async def note(ack: AsyncAck, body: Mapping[str, str]) -> None:
            self.urls.append(body["response_url"])
            await ack()

    async def post(self, **body: object) -> tuple[int, str]:
        """POST to the latest response_url. Returns the status and what it said."""
        async with self._session.post(self.urls[-1], json=body) as response:
            if response.content_type == "application/json":
                return response.status, (await response.json())["error"]
            return response.status, await response.text()


@pytest.fixture
async def app(session: ClientSession, bolt: Bolt) -> Answering:
    """The app, connected."""
    answering = Answering(session, bolt)
    await bolt.serve()
    return answering


@pytest.fixture
async def prompt(web: AsyncWebClient, general: Channel) -> Message:
    """A channel message with a button."""
    await web.chat_postMessage(channel=general.id, text="sure?", blocks=BUTTONS)
    return general.messages[-1]


async def test_a_commands_response_url_talks_to_the_person_alone(
    app: Answering, general: Channel, alice: Person, bob: Person
) -> None:
    """Unless it says `in_channel`."""
    await alice.types("/test", in_=general)
    assert await app.post(text="psst") == (200, "ok")
    assert await app.post(text="hear, hear", response_type="in_channel") == (200, "ok")
    assert [message.text for message in alice.sees(general)] == ["psst", "hear, hear"]
    assert [message.text for message in bob.sees(general)] == ["hear, hear"]


async def test_it_needs_no_membership(slack: SlackStandIn, app: Answering, alice: Person) -> None:
    """In a private channel where the bot is not."""
    private = slack.channel("C2", "private", members=[alice], kind="private", with_bot=False)
    await alice.types("/test", in_=private)
    assert await app.post(text="in", response_type="in_channel") == (200, "ok")
    assert [message.text for message in private.messages] == ["in"]


async def test_a_commands_response_url_replaces_nothing(app: Answering, general: Channel, alice: Person) -> None:
    """A new message appears beside the earlier one."""
    await alice.types("/test", in_=general)
    await app.post(text="working…")
    await app.post(text="done", replace_original=True)
    assert [message.text for message in alice.sees(general)] == ["working…", "done"]
    assert (await app.post(delete_original=True))[1] == "no_text"


async def test_a_clicks_response_url_edits_the_message_clicked(
    app: Answering, general: Channel, alice: Person, prompt: Message
) -> None:
    """In its place, for everyone."""
    await alice.clicks("Go", on=prompt)
    await app.post(text="gone", replace_original=True)
    assert [(message.ts, message.text, message.blocks) for message in general.messages] == [(prompt.ts, "gone", ())]


async def test_a_clicks_response_url_edits_an_ephemeral_message(
    web: AsyncWebClient, app: Answering, general: Channel, alice: Person
) -> None:
    """Which nothing else can; it stays ephemeral, whatever is asked for."""
    await web.chat_postEphemeral(channel=general.id, user=alice.id, text="sure?", blocks=BUTTONS)
    await alice.clicks("Go", on=general)
    await app.post(text="gone", replace_original=True)
    assert [message.text for message in alice.sees(general)] == ["gone"]
    await app.post(text="result", replace_original=True, response_type="in_channel")
    assert [message.text for message in alice.sees(general)] == ["gone", "result"]
    assert [message.text for message in general.messages] == ["result"]


async def test_a_click_replaces_unless_told_otherwise(
    app: Answering, general: Channel, alice: Person, prompt: Message
) -> None:
    """`replace_original: false` adds a message instead."""
    await alice.clicks("Go", on=prompt)
    await app.post(text="beside", replace_original=False)
    assert [message.text for message in alice.sees(general)] == ["sure?", "beside"]
    await app.post(text="instead")
    assert [message.text for message in alice.sees(general)] == ["instead", "beside"]


async def test_a_click_can_delete_the_message_clicked(
    app: Answering, general: Channel, alice: Person, prompt: Message
) -> None:
    """Once; what is gone is not found."""
    await alice.clicks("Go", on=prompt)
    assert await app.post(delete_original=True) == (200, "ok")
    assert general.messages == []
    assert await app.post(delete_original=True) == (404, "message_not_found")
    assert await app.post(text="x", replace_original=True) == (404, "message_not_found")


async def test_five_uses_and_no_more(app: Answering, general: Channel, alice: Person) -> None:
    """The sixth is refused."""
    await alice.types("/test", in_=general)
    answers = [await app.post(text=str(number)) for number in range(6)]
    assert answers == [(200, "ok")] * 5 + [(404, "used_url")]
    assert len(alice.sees(general)) == 5


async def test_thirty_minutes_and_no_longer(
    slack: SlackStandIn, app: Answering, general: Channel, alice: Person
) -> None:
    """By the stand-in's clock."""
    await alice.types("/test", in_=general)
    slack.clock.advance(29 * 60)
    assert await app.post(text="just in time") == (200, "ok")
    slack.clock.advance(61)
    assert await app.post(text="too late") == (404, "expired_url")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "x", "blocks": [{"type": "alert"}]}, "invalid_blocks"),
        ({"text": "x", "response_type": "everyone"}, "invalid_payload"),
    ],
)
async def test_what_slack_does_not_take_is_refused(
    app: Answering, general: Channel, alice: Person, body: dict[str, object], error: str
) -> None:
    """And nothing appears."""
    await alice.types("/test", in_=general)
    assert await app.post(**body) == (400, error)
    assert alice.sees(general) == []


async def test_only_json_is_taken(app: Answering, session: ClientSession, general: Channel, alice: Person) -> None:
    """No form, no other text, no GET, no URL that was never given out."""
    await alice.types("/test", in_=general)
    url = app.urls[-1]
    assert (await session.post(url, data={"text": "x"})).status == 400
    assert (await session.post(url, data="{", headers={"Content-Type": "application/json"})).status == 400
    assert (await session.get(url)).status == 405
    assert (await session.post(f"{url}0", json={"text": "x"})).status == 404
    assert alice.sees(general) == []


async def test_nothing_is_added_to_an_archived_channel(app: Answering, general: Channel, alice: Person) -> None:
    """Not even with a URL from before."""
    await alice.types("/test", in_=general)
    general.archived = True
    assert await app.post(text="x") == (404, "channel_is_archived")


async def test_a_message_may_go_into_a_thread(app: Answering, general: Channel, alice: Person, prompt: Message) -> None:
    """With `thread_ts`."""
    await alice.clicks("Go", on=prompt)
    await app.post(text="reply", replace_original=False, response_type="in_channel", thread_ts=prompt.ts)
    assert general.messages[-1].thread_ts == prompt.ts
