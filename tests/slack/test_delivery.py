"""Posting and editing, and the ways round where the bot cannot post."""

from dataclasses import replace

import pytest

from bot.domain.deletion import Prompt, ResponseUrl, State
from bot.domain.errors import DeliveryDelayedError, UndeliverableError
from bot.domain.next_step import RESULT
from bot.slack.delivery import SlackMessenger
from tests.slack.samples import DELETED, EPHEMERAL, POSTED, REQUESTED
from tests.slack.wire import Answer, SlackWire, refused


def typed(slack: SlackWire) -> ResponseUrl:
    """A slash command's response_url."""
    return ResponseUrl(slack.response_url(), edits_prompt=False)


def clicked(slack: SlackWire) -> ResponseUrl:
    """A click's response_url."""
    return ResponseUrl(slack.response_url(), edits_prompt=True)


async def test_prompt_is_a_channel_message(slack: SlackWire, conversation: SlackMessenger) -> None:
    """The prompt is posted to the channel, with blocks and text, and nothing in it unfurls or links names."""
    prompt = await conversation.show(REQUESTED, None)

    (call,) = slack.calls
    assert (call.method, call.body["channel"]) == ("chat.postMessage", "C1")
    assert call.body["text"]
    assert call.body["blocks"]
    assert (call.body["unfurl_links"], call.body["unfurl_media"]) == (False, False)
    assert "link_names" not in call.body
    assert prompt == Prompt("C1", "1790000001.000001")


@pytest.mark.parametrize("error", ["not_in_channel", "channel_not_found", "is_archived", "account_inactive"])
async def test_prompt_goes_out_ephemerally_where_the_bot_cannot_post(
    slack: SlackWire, conversation: SlackMessenger, error: str
) -> None:
    """Where Slack says no to the channel, the response_url shows the prompt, and its address is noted as ephemeral."""
    slack.answer("chat.postMessage", refused(error))

    prompt = await conversation.show(REQUESTED, typed(slack))

    assert slack.methods() == ["chat.postMessage", "response:1"]
    assert slack.calls[1].body["response_type"] == "ephemeral"
    assert "Only you can see this" in str(slack.calls[1].body["blocks"])
    assert prompt == Prompt("C1")


async def test_prompt_goes_to_the_requester_where_there_is_no_other_way(
    slack: SlackWire, conversation: SlackMessenger
) -> None:
    """Neither the channel nor the response_url: then a direct message, whose own channel is the prompt's address."""
    slack.answer("chat.postMessage", refused("not_in_channel"))
    slack.answer("response:1", Answer("expired_url", 404))

    prompt = await conversation.show(REQUESTED, typed(slack))

    assert slack.calls[2].body["channel"] == "U01ALICE"
    assert prompt == Prompt("D01ALICE", "1790000001.000003")


async def test_all_ways_closed(slack: SlackWire, conversation: SlackMessenger) -> None:
    """Where every way is closed, the error names what each of them answered."""
    slack.answer("chat.postMessage", refused("is_archived"), refused("user_disabled"))
    slack.answer("response:1", Answer({"ok": False, "error": "used_url"}, 404))

    with pytest.raises(UndeliverableError, match=r"^is_archived, then used_url, then user_disabled$"):
        await conversation.show(REQUESTED, typed(slack))


@pytest.mark.parametrize(
    ("answer", "reason", "retry_after"),
    [
        (Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "7"}), "ratelimited", 7_000),
        (Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "soon"}), "ratelimited", 0),
        (refused("internal_error"), "internal_error", 0),
        (refused("service_unavailable"), "service_unavailable", 0),
        (Answer("<html>Bad gateway</html>", 502, {"Content-Type": "text/html"}), "HTTP 502", 0),
        (Answer({"ok": False}, 503), "HTTP 503", 0),
        (Answer("{", 200, {"Content-Type": "application/json"}), "unreadable answer", 0),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_not_now_ends_the_attempt(
    slack: SlackWire, conversation: SlackMessenger, answer: Answer, reason: str, retry_after: int
) -> None:
    """Where Slack says "not now", nothing else is tried and nothing sent again; the wait it asks for is passed on."""
    slack.answer("chat.postMessage", answer)

    with pytest.raises(DeliveryDelayedError) as caught:
        await conversation.show(REQUESTED, typed(slack))

    assert (str(caught.value), caught.value.retry_after) == (reason, retry_after)
    assert slack.methods() == ["chat.postMessage"]


@pytest.mark.parametrize(
    ("answer", "retry_after"),
    [(Answer("slow down", 429, {"Retry-After": "3"}), 3_000), (Answer("oops", 500), 0)],
    ids=["429", "500"],
)
async def test_not_now_of_a_response_url(
    slack: SlackWire, conversation: SlackMessenger, answer: Answer, retry_after: int
) -> None:
    """A response_url's "not now" is told apart from its no as well."""
    slack.answer("response:1", answer)

    with pytest.raises(DeliveryDelayedError) as caught:
        await conversation.redraw(EPHEMERAL, clicked(slack))

    assert caught.value.retry_after == retry_after


async def test_no_connection_is_not_now(slack: SlackWire, conversation: SlackMessenger) -> None:
    """Where nothing listens, Slack may take the message later; no address is in the error."""
    gone = ResponseUrl(slack.response_url().replace("127.0.0.1", "127.0.0.2"), edits_prompt=True)

    with pytest.raises(DeliveryDelayedError) as caught:
        await conversation.redraw(EPHEMERAL, gone)

    assert "response" not in str(caught.value)


async def test_a_post_is_never_sent_twice(slack: SlackWire, conversation: SlackMessenger) -> None:
    """Where the answer is lost, nobody knows whether the message stands: it is not sent again on the spot."""
    slack.answer("chat.postMessage", Answer("", status=0))

    with pytest.raises(DeliveryDelayedError, match="ServerDisconnectedError"):
        await conversation.show(REQUESTED, typed(slack))

    assert slack.methods() == ["chat.postMessage"]


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long", "invalid_arguments"])
async def test_the_words_go_out_where_slack_refuses_the_form(
    slack: SlackWire, conversation: SlackMessenger, error: str
) -> None:
    """Blocks that Slack refuses are our fault: the person reads the text instead, once, in the same place."""
    slack.answer("chat.postMessage", refused(error))

    prompt = await conversation.show(REQUESTED, typed(slack))

    first, second = slack.calls
    assert first.method == second.method == "chat.postMessage"
    assert second.body["text"] == first.body["text"]
    assert not second.body.get("blocks")
    assert prompt.ts


async def test_words_refused_too(slack: SlackWire, conversation: SlackMessenger) -> None:
    """Where Slack refuses the words as well, the next way is tried."""
    slack.answer("chat.postMessage", refused("invalid_blocks"), refused("msg_too_long"))

    assert await conversation.show(REQUESTED, typed(slack)) == Prompt("C1")


async def test_redraw_edits_the_message(slack: SlackWire, conversation: SlackMessenger) -> None:
    """A channel prompt is edited in place, always with blocks, since Slack else keeps the old buttons."""
    await conversation.redraw(replace(POSTED, state=State.CANCELLED), None)

    (call,) = slack.calls
    assert (call.method, call.body["channel"], call.body["ts"]) == ("chat.update", "C1", "1790000000.000100")
    assert call.body["blocks"]
    assert "deletion." not in str(call.body["blocks"])


async def test_plain_redraw_takes_the_buttons_too(slack: SlackWire, conversation: SlackMessenger) -> None:
    """An edit that falls back to plain words sends an empty list of blocks, which removes the old ones."""
    slack.answer("chat.update", refused("invalid_blocks"))

    await conversation.redraw(POSTED, None)

    assert slack.calls[1].body["blocks"] == []


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_redraw_by_the_click_where_editing_is_closed(
    slack: SlackWire, conversation: SlackMessenger, error: str
) -> None:
    """A message that the bot may not edit is replaced by the click's response_url."""
    slack.answer("chat.update", refused(error))

    await conversation.redraw(POSTED, clicked(slack))

    assert slack.calls[1].method == "response:1"
    assert slack.calls[1].body["replace_original"] is True


async def test_redraw_never_posts_beside_a_channel_prompt(slack: SlackWire, conversation: SlackMessenger) -> None:
    """A slash command's response_url cannot edit, so a channel prompt that cannot be edited stays as it is."""
    slack.answer("chat.update", refused("message_not_found"))

    with pytest.raises(UndeliverableError, match="message_not_found"):
        await conversation.redraw(POSTED, typed(slack))


@pytest.mark.parametrize("edits_prompt", [True, False], ids=["click", "slash command"])
async def test_redraw_of_an_ephemeral_prompt(
    slack: SlackWire, conversation: SlackMessenger, *, edits_prompt: bool
) -> None:
    """A click's response_url replaces the ephemeral prompt; a slash command's adds a new message that says so."""
    await conversation.redraw(EPHEMERAL, ResponseUrl(slack.response_url(), edits_prompt=edits_prompt))

    (call,) = slack.calls
    assert call.body["replace_original"] is edits_prompt
    assert call.body["response_type"] == "ephemeral"


async def test_ephemeral_prompt_out_of_reach(conversation: SlackMessenger) -> None:
    """Without a response_url nothing reaches an ephemeral prompt."""
    with pytest.raises(UndeliverableError, match="no response_url"):
        await conversation.redraw(EPHEMERAL, None)


async def test_retire_takes_the_buttons(slack: SlackWire, conversation: SlackMessenger) -> None:
    """A prompt that is no longer known loses its buttons and says so."""
    await conversation.retire(Prompt("C1", "1.2"), None)

    assert slack.calls[0].method == "chat.update"
    assert "no longer known" in str(slack.calls[0].body["text"])
    assert "actions" not in str(slack.calls[0].body["blocks"])


async def test_result_is_in_the_thread_and_in_the_channel(slack: SlackWire, conversation: SlackMessenger) -> None:
    """The result goes to the prompt's thread and is broadcast to the channel."""
    await conversation.tell(DELETED, RESULT, None)

    (call,) = slack.calls
    assert (call.body["channel"], call.body["thread_ts"], call.body["reply_broadcast"]) == (
        "C1",
        "1790000000.000100",
        True,
    )


async def test_result_without_its_thread(slack: SlackWire, conversation: SlackMessenger) -> None:
    """Where the prompt has been deleted, the result is a message of its own in the same channel."""
    slack.answer("chat.postMessage", refused("thread_not_found"))

    await conversation.tell(DELETED, RESULT, None)

    assert slack.calls[1].body["channel"] == "C1"
    assert "thread_ts" not in slack.calls[1].body


async def test_result_of_an_ephemeral_prompt_is_public(slack: SlackWire, conversation: SlackMessenger) -> None:
    """Where the bot cannot post, the click's response_url shows the result to all in the channel, replacing nothing."""
    await conversation.tell(replace(DELETED, prompt=Prompt("C1")), RESULT, clicked(slack))

    (call,) = slack.calls
    assert call.method == "response:1"
    assert (call.body["response_type"], call.body["replace_original"]) == ("in_channel", False)


async def test_result_by_direct_message_says_where_it_belongs(slack: SlackWire, conversation: SlackMessenger) -> None:
    """The last way is the requester's direct messages, and the message names the channel it was asked for in."""
    slack.answer("response:1", Answer("used_url", 404))

    await conversation.tell(replace(DELETED, prompt=Prompt("C1")), RESULT, clicked(slack))

    assert slack.calls[1].body["channel"] == "U01ALICE"
    assert "<#C1>" in str(slack.calls[1].body["text"])


async def test_result_of_a_request_that_was_never_shown(slack: SlackWire, conversation: SlackMessenger) -> None:
    """A request that expired before its prompt was posted is announced in the channel it was asked for in."""
    await conversation.tell(replace(REQUESTED, state=State.EXPIRED), RESULT, None)

    assert slack.calls[0].body["channel"] == "C1"


async def test_notify_channel_has_no_way_round(slack: SlackWire, conversation: SlackMessenger) -> None:
    """A channel of `[notify]` that refuses is not replaced by the requester's direct messages."""
    slack.answer("chat.postMessage", refused("not_in_channel"))

    with pytest.raises(UndeliverableError, match="not_in_channel"):
        await conversation.tell(DELETED, "C9", None)

    assert slack.methods() == ["chat.postMessage"]
