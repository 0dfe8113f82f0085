"""`chat.*`: where the bot may write, what it may change, and what a message may hold."""

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import Channel, Message, Person, SlackStandIn
from tests.sandbox.slack.conftest import manifest_with, refusal

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


async def posted(web: AsyncWebClient, channel: Channel, text: str = "first") -> Message:
    """A message of the bot's."""
    await web.chat_postMessage(channel=channel.id, text=text, blocks=[SECTION])
    return channel.messages[-1]


async def test_the_bot_posts_where_it_is_a_member(web: AsyncWebClient, general: Channel, alice: Person) -> None:
    """Everyone there sees it, under the ts that the answer names."""
    answer = await web.chat_postMessage(channel=general.id, text="hello")
    assert [(message.ts, message.text) for message in alice.sees(general)] == [(answer["ts"], "hello")]


async def test_each_ts_is_later_than_the_last(web: AsyncWebClient, general: Channel) -> None:
    """A ts is a message's ID: never twice, always growing, six decimals."""
    stamps = [(await posted(web, general)).ts for _ in range(20)]
    assert stamps == sorted(set(stamps))
    assert all(len(stamp.split(".")[1]) == 6 for stamp in stamps)


async def test_the_bot_does_not_post_where_it_is_no_member(slack: SlackStandIn, web: AsyncWebClient) -> None:
    """A public channel says so; private ones and other people's direct messages do not even exist for it."""
    public = slack.channel("C1", "public", members=[], with_bot=False)
    private = slack.channel("C2", "private", members=[], kind="private", with_bot=False)
    direct = slack.channel("D3", "direct", members=[], kind="dm", with_bot=False)
    assert await refusal(web.chat_postMessage(channel=public.id, text="x")) == "not_in_channel"
    assert await refusal(web.chat_postMessage(channel=private.id, text="x")) == "channel_not_found"
    assert await refusal(web.chat_postMessage(channel=direct.id, text="x")) == "channel_not_found"
    assert await refusal(web.chat_postMessage(channel="C9", text="x")) == "channel_not_found"


async def test_a_scope_opens_public_channels(session: ClientSession) -> None:
    """`chat:write.public` lets the bot post without joining, but not in private."""
    async with SlackStandIn(manifest_with("chat:write", "chat:write.public")) as slack:
        public = slack.channel("C1", "public", members=[], with_bot=False)
        private = slack.channel("C2", "private", members=[], kind="private", with_bot=False)
        web = AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session)
        await web.chat_postMessage(channel=public.id, text="x")
        assert await refusal(web.chat_postMessage(channel=private.id, text="x")) == "channel_not_found"


async def test_nothing_is_written_in_an_archived_channel(web: AsyncWebClient, general: Channel) -> None:
    """Neither new messages nor changes."""
    message = await posted(web, general)
    general.archived = True
    assert await refusal(web.chat_postMessage(channel=general.id, text="x")) == "is_archived"
    assert await refusal(web.chat_update(channel=general.id, ts=message.ts, text="x")) == "is_inactive"


async def test_a_bot_that_was_removed_changes_nothing(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel
) -> None:
    """Its own messages stay as they are."""
    message = await posted(web, general)
    slack.remove_bot(general)
    assert await refusal(web.chat_update(channel=general.id, ts=message.ts, text="x")) == "not_in_channel"
    slack.add_bot(general)
    await web.chat_update(channel=general.id, ts=message.ts, text="x")


@pytest.mark.parametrize("text", ["", None])
async def test_a_message_says_something(web: AsyncWebClient, general: Channel, text: str | None) -> None:
    """No text and no blocks is no message."""
    nothing = {"channel": general.id, "text": text}
    assert await refusal(web.api_call("chat.postMessage", json=nothing)) == "no_text"
    assert await refusal(web.api_call("chat.postMessage", json=nothing | {"blocks": []})) == "no_text"


async def test_a_text_may_be_long_but_not_longer(web: AsyncWebClient, general: Channel) -> None:
    """40,000 characters."""
    await web.chat_postMessage(channel=general.id, text="x" * 40_000)
    assert await refusal(web.chat_postMessage(channel=general.id, text="x" * 40_001)) == "msg_too_long"


async def test_refused_blocks_are_explained(web: AsyncWebClient, general: Channel) -> None:
    """What is wrong and where, in both places that Slack puts it; and nothing is posted."""
    with pytest.raises(SlackApiError) as raised:
        await web.chat_postMessage(channel=general.id, text="x", blocks=[{"type": "divider", "colour": "red"}])
    answer = raised.value.response
    told = "invalid additional property: colour [json-pointer:/blocks/0]"
    assert (answer["error"], answer["errors"]) == ("invalid_blocks", [told])
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {told}"]
    assert general.messages == []


async def test_all_blocks_together_are_limited(web: AsyncWebClient, general: Channel) -> None:
    """About 13,200 characters, whatever each block may hold."""

    def sections(total: int) -> list[dict[str, object]]:
        lengths = [3000, 3000, 3000, 3000, total - 12_000]
        return [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * length}} for length in lengths]

    await web.chat_postMessage(channel=general.id, text="x", blocks=sections(13_200))
    assert (
        await refusal(web.chat_postMessage(channel=general.id, text="x", blocks=sections(13_201)))
        == "msg_blocks_too_long"
    )


async def test_a_reply_goes_into_the_thread(web: AsyncWebClient, general: Channel) -> None:
    """And to the channel where it is broadcast; a reply to a reply joins the thread."""
    parent = await posted(web, general)
    first = await web.chat_postMessage(channel=general.id, text="1", thread_ts=parent.ts, reply_broadcast=True)
    await web.chat_postMessage(channel=general.id, text="2", thread_ts=first["ts"])
    replies = general.messages[1:]
    assert [(reply.thread_ts, reply.broadcast) for reply in replies] == [(parent.ts, True), (parent.ts, False)]


async def test_a_reply_to_a_message_that_has_gone_lands_in_the_channel(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel
) -> None:
    """Slack says nothing of it: only the `thread_ts` that the answer lacks gives it away (slack-go#1571)."""
    parent = await posted(web, general)
    slack.workspace.delete(parent)
    answer = await web.chat_postMessage(channel=general.id, text="reply", thread_ts=parent.ts, reply_broadcast=True)
    assert "thread_ts" not in answer["message"]
    assert [(message.text, message.thread_ts, message.broadcast) for message in general.messages] == [
        ("reply", None, False)
    ]


async def test_an_ephemeral_message_has_no_thread(web: AsyncWebClient, general: Channel, alice: Person) -> None:
    """Nobody can reply to it."""
    answer = await web.chat_postEphemeral(channel=general.id, user=alice.id, text="x")
    under = web.chat_postMessage(channel=general.id, text="x", thread_ts=answer["message_ts"])
    assert await refusal(under) == "cannot_reply_to_message"


async def test_an_ephemeral_message_is_seen_by_one_person(
    web: AsyncWebClient, general: Channel, alice: Person, bob: Person
) -> None:
    """It is none of the channel's messages, and cannot be changed."""
    answer = await web.chat_postEphemeral(channel=general.id, user=alice.id, text="psst")
    assert [message.text for message in alice.sees(general)] == ["psst"]
    assert bob.sees(general) == general.messages == []
    ts = answer["message_ts"]
    assert await refusal(web.chat_update(channel=general.id, ts=ts, text="x")) == "cant_update_message"


async def test_an_ephemeral_message_needs_somebody_there(web: AsyncWebClient, general: Channel) -> None:
    """Who is not in the conversation cannot be whispered to."""
    assert await refusal(web.chat_postEphemeral(channel=general.id, user="U9", text="x")) == "user_not_in_channel"


async def test_an_update_changes_the_message_in_its_place(web: AsyncWebClient, general: Channel) -> None:
    """Marked as edited; one taken earlier stays as it was."""
    before = await posted(web, general)
    await posted(web, general, "second")
    await web.chat_update(channel=general.id, ts=before.ts, text="changed", blocks=[])
    after = general.messages[0]
    assert (after.text, after.blocks, after.edited, after.ts) == ("changed", (), True, before.ts)
    assert (before.text, before.edited) == ("first", False)


async def test_an_update_without_blocks_keeps_the_old_ones(web: AsyncWebClient, general: Channel) -> None:
    """So that a bot which forgets them is found out by its old buttons."""
    message = await posted(web, general)
    await web.chat_update(channel=general.id, ts=message.ts, text="changed")
    assert general.messages[0].blocks == message.blocks


async def test_the_bot_changes_its_own_messages_only(web: AsyncWebClient, general: Channel, alice: Person) -> None:
    """Neither other people's nor those that are not there."""
    await alice.types("mine", in_=general)
    ts = general.messages[0].ts
    assert await refusal(web.chat_update(channel=general.id, ts=ts, text="x")) == "cant_update_message"
    assert await refusal(web.chat_update(channel=general.id, ts="1.2", text="x")) == "message_not_found"


async def test_a_message_that_was_removed_cannot_be_changed(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel
) -> None:
    """Someone deleted it in Slack."""
    message = await posted(web, general)
    slack.workspace.delete(message)
    assert general.messages == []
    assert await refusal(web.chat_update(channel=general.id, ts=message.ts, text="x")) == "message_not_found"
