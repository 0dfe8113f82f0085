"""Waiting for what happens, reading it as text, and the log of the wire."""

import asyncio
from collections.abc import Mapping

import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import Change, Channel, Exchange, NeverHappenedError, Person, SlackStandIn
from tests.sandbox.slack.conftest import Bolt

BLOCKS: list[dict[str, object]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "Delete?"}},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "<@U01ALICE> wants it &amp; <#C01GENERAL> <https://x|link>"},
    },
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Task*\n`897acf`"}]},
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "<!date^1^{date}|soon>"}]},
    {"type": "image", "image_url": "https://i", "alt_text": "a cat"},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "no", "text": {"type": "plain_text", "text": "Cancel"}},
            {"type": "button", "action_id": "go", "style": "danger", "text": {"type": "plain_text", "text": "Delete"}},
            {
                "type": "static_select",
                "action_id": "who",
                "placeholder": {"type": "plain_text", "text": "Who?"},
                "options": [{"text": {"type": "plain_text", "text": "Bob"}, "value": "bob"}],
            },
        ],
    },
    {
        "type": "input",
        "label": {"type": "plain_text", "text": "Why"},
        "element": {"type": "plain_text_input", "action_id": "why"},
    },
]


async def test_waiting_ends_as_soon_as_it_holds(slack: SlackStandIn, web: AsyncWebClient, general: Channel) -> None:
    """It gives back what the condition gave."""
    waiting = asyncio.create_task(slack.until(lambda: general.messages[1:]))
    await web.chat_postMessage(channel=general.id, text="1")
    await slack.until(lambda: len(general.messages) == 1)
    assert not waiting.done()
    await web.chat_postMessage(channel=general.id, text="2")
    (second,) = await waiting
    assert second.text == "2"


async def test_waiting_hears_of_the_wire_too(slack: SlackStandIn, web: AsyncWebClient) -> None:
    """A call that changes nothing in the workspace is noticed."""
    waiting = asyncio.create_task(slack.until(lambda: slack.wire.calls("auth.test"), within=60))
    await web.auth_test()
    assert len(await asyncio.wait_for(waiting, 5)) == 1


async def test_waiting_in_vain_shows_what_happened_instead(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel
) -> None:
    """Every conversation, as text."""
    await web.chat_postMessage(channel=general.id, text="something else")
    with pytest.raises(NeverHappenedError, match=r"(?s)not within 0.05 s.*#general.*something else"):
        await slack.until(lambda: general.messages[1:], within=0.05)


async def test_what_changes_elsewhere_is_looked_at_once_more(slack: SlackStandIn) -> None:
    """A condition may hang on more than Slack; at the end it is asked again."""
    elsewhere = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, elsewhere.set)
    assert await slack.until(elsewhere.is_set, within=0.1) is True


async def test_a_conversation_reads_as_text(bolt: Bolt, slack: SlackStandIn, alice: Person, general: Channel) -> None:
    """Commands, messages with their blocks and buttons, clicks, edits: in the order in which they happened."""

    @bolt.app.command("/test")
    async def command(ack: AsyncAck, client: AsyncWebClient) -> None:
        await client.chat_postMessage(channel=general.id, text="Delete?", blocks=BLOCKS)
        await ack("I am on it.")

    @bolt.app.action("go")
    async def click(ack: AsyncAck, client: AsyncWebClient, body: Mapping[str, Mapping[str, str]]) -> None:
        ts = body["container"]["message_ts"]
        await client.chat_update(channel=general.id, ts=ts, text="Gone.", blocks=[])
        await client.chat_postMessage(channel=general.id, text="Done.", thread_ts=ts, reply_broadcast=True)
        slack.workspace.delete(general.messages[0])
        await ack()

    await bolt.serve()
    await alice.types("/test 897acf", in_=general)
    await alice.clicks("Delete", on=general)
    await alice.types("/other", in_=general)
    slack.remove_bot(general)
    assert slack.transcript(general).splitlines() == [
        "alice types /test 897acf",
        "testbot:",
        "    DELETE?",
        "    @alice wants it & #general link",
        "    *Task*",
        "    `897acf`",
        "    ────────────────────────────────────────",
        "    soon",
        "    (picture: a cat)",
        "    [Cancel] [Delete] (danger) [Who? ▾]",
        "    Why: [____]",
        "testbot (only visible to alice):",
        "    I am on it.",
        "alice clicks [Delete]",
        "testbot (edited):",
        "    Gone.",
        "testbot (in a thread and the channel):",
        "    Done.",
        "testbot: message deleted: Gone.",
        "alice types /other",
        "Slack to alice only: /other is not a valid command.",
        "testbot left",
    ]


async def test_whoever_watches_hears_of_every_change(slack: SlackStandIn, alice: Person, general: Channel) -> None:
    """Until they stop."""
    heard: list[Change] = []
    stop = slack.workspace.subscribe(heard.append)
    await alice.types("one", in_=general)
    stop()
    await alice.types("two", in_=general)
    assert [(change.kind, change.message and change.message.text) for change in heard] == [("posted", "one")]


async def test_the_wire_log_masks_every_secret(
    bolt: Bolt, slack: SlackStandIn, web: AsyncWebClient, alice: Person, general: Channel
) -> None:
    """Tokens, response_urls, socket tickets and the verification token, in both directions."""
    urls: list[str] = []

    @bolt.app.command("/test")
    async def command(ack: AsyncAck, body: Mapping[str, str]) -> None:
        urls.append(body["response_url"])
        await ack()

    await bolt.serve()
    await alice.types("/test", in_=general)
    urls.append((await web.apps_connections_open(app_token=slack.app_token))["url"])
    logged = "\n".join(map(str, slack.wire.exchanges))
    installation = slack.installation
    secrets = [installation.bot_token, installation.app_token, installation.signing_secret]
    secrets += [installation.verification_token, urls[0].rsplit("/", 1)[1], urls[1].rsplit("=", 1)[1]]
    assert [secret for secret in secrets if secret in logged] == []
    assert installation.bot_token not in repr(installation)


async def test_the_wire_log_holds_both_directions(
    slack: SlackStandIn, web: AsyncWebClient, alice: Person, general: Channel
) -> None:
    """Requests to Slack, and payloads to the bot with what became of them; whoever watches hears at once."""
    heard: list[Exchange] = []
    stop = slack.wire.subscribe(heard.append)
    slack.connect_http("http://127.0.0.1:9/slack/events")
    await web.chat_postMessage(channel=general.id, text="hello")
    await alice.types("/test", in_=general)
    stop()
    assert [(exchange.to, exchange.what, exchange.status) for exchange in heard] == [
        ("slack", "chat.postMessage", 200),
        ("bot", "slash_commands", 0),
    ]
    assert heard == list(slack.wire.exchanges)
    assert '"text": "hello"' in heard[0].sent
    assert "not reached" in heard[1].received
    assert heard[1].headers["X-Slack-Signature"].startswith("v0=")
