"""Posting and editing, and the other ways if the bot cannot post."""

from dataclasses import replace

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.domain.deletion import Prompt, ResponseUrl
from bot.domain.errors import DeliveryDelayedError, OutOfSightError, UndeliverableError
from bot.domain.lifecycle import State
from bot.domain.next_step import REQUESTER, RESULT
from bot.domain.rate_limits import LimitReached
from bot.domain.rules import Safeguards
from bot.slack.delivery import SlackMessenger
from bot.slack.errors import ABOUT_THE_APP, AppRefusedError
from bot.slack.health import AppProblem, SlackHealth
from bot.slack.views.from_deletion import Links
from tests.slack.samples import ALICE, AT, DELETED, EPHEMERAL, POSTED, REQUESTED, at, come_to
from tests.slack.wire import Answer, SlackWire, refused

BY_ANOTHER = replace(REQUESTED, safeguards=Safeguards(second_step="second_person"))
"""One that someone else has to see."""


def typed(slack: SlackWire) -> ResponseUrl:
    """A slash command's response_url."""
    return ResponseUrl(slack.response_url(), edits_prompt=False)


def clicked(slack: SlackWire) -> ResponseUrl:
    """A click's response_url."""
    return ResponseUrl(slack.response_url(), edits_prompt=True)


async def test_prompt_is_a_channel_message(slack: SlackWire, messenger: SlackMessenger) -> None:
    """The prompt is posted to the channel, with blocks and text, and nothing in it unfurls or links names."""
    prompt = await messenger.show(REQUESTED, None)

    (call,) = slack.calls
    assert (call.method, call.body["channel"]) == ("chat.postMessage", "C1")
    assert call.body["text"]
    assert call.body["blocks"]
    assert (call.body["unfurl_links"], call.body["unfurl_media"]) == (False, False)
    assert "link_names" not in call.body
    assert prompt == Prompt("C1", "1790000001.000001")


@pytest.mark.parametrize(
    "error", ["not_in_channel", "channel_not_found", "is_archived", "no_permission", "restricted_action"]
)
async def test_prompt_goes_out_ephemerally_where_the_bot_cannot_post(
    slack: SlackWire, messenger: SlackMessenger, error: str
) -> None:
    """Where Slack says no to the channel, the response_url shows the prompt, and its address is noted as ephemeral."""
    slack.answer("chat.postMessage", refused(error))

    prompt = await messenger.show(REQUESTED, typed(slack))

    assert slack.methods() == ["chat.postMessage", "response:1"]
    assert slack.calls[1].body["response_type"] == "ephemeral"
    assert "Only you can see this" in str(slack.calls[1].body["blocks"])
    assert prompt == Prompt("C1")


async def test_prompt_goes_to_the_requester_where_there_is_no_other_way(
    slack: SlackWire, messenger: SlackMessenger
) -> None:
    """Neither the channel nor the response_url: then a direct message, whose own channel is the prompt's address."""
    slack.answer("chat.postMessage", refused("not_in_channel"))
    slack.answer("response:1", Answer("expired_url", 404))

    prompt = await messenger.show(REQUESTED, typed(slack))

    assert slack.calls[2].body["channel"] == "U01ALICE"
    assert prompt == Prompt("D01ALICE", "1790000001.000003")


async def test_all_ways_closed(slack: SlackWire, messenger: SlackMessenger) -> None:
    """Where every way is closed, the error names what each of them answered."""
    slack.answer("chat.postMessage", refused("is_archived"), refused("user_disabled"))
    slack.answer("response:1", Answer({"ok": False, "error": "used_url"}, 404))

    with pytest.raises(UndeliverableError, match=r"^is_archived, then used_url, then user_disabled$"):
        await messenger.show(REQUESTED, typed(slack))


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
        (Answer("[]", 200), "unreadable answer", 0),
        (Answer('"ok"', 200, {"Content-Type": "application/json"}), "unreadable answer", 0),
        (Answer({"ok": True}, 200), "unreadable answer", 0),
        (Answer({}, 200), "HTTP 200", 0),
        (Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "9" * 300}), "ratelimited", 0),
        (Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "99999999"}), "ratelimited", 86_400_000),
        (Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "-1"}), "ratelimited", 0),
        (Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "\u0663"}), "ratelimited", 0),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_not_now_ends_the_attempt(
    slack: SlackWire, messenger: SlackMessenger, answer: Answer, reason: str, retry_after: int
) -> None:
    """Where Slack says "not now", nothing else is tried and nothing sent again; the wait it asks for is passed on."""
    slack.answer("chat.postMessage", answer)

    with pytest.raises(DeliveryDelayedError) as caught:
        await messenger.show(REQUESTED, typed(slack))

    assert (str(caught.value), caught.value.retry_after) == (reason, retry_after)
    assert slack.methods() == ["chat.postMessage"]


NOT_NOW = [
    (Answer("slow down", 429, {"Retry-After": "3"}), 3_000),
    (Answer("oops", 500), 0),
    (Answer("<html>Forbidden</html>", 403), 0),  # of a proxy, not of Slack
    (Answer("<html>Sign in</html>", 200), 0),
    (Answer("", 302, {"Location": "/response/2"}), 0),
    (Answer("", 307, {"Location": "/response/2"}), 0),
    (Answer("", 400), 0),
    (Answer("", 408), 0),
]
NEVER: list[tuple[Answer, str]] = [
    (Answer("expired_url", 404), "expired_url"),
    (Answer("", 404), "HTTP 404"),
    (Answer("<html>Not found</html>", 404), "HTTP 404"),
    (Answer({"ok": False, "error": "used_url"}, 404), "used_url"),
    (Answer("", 410), "HTTP 410"),
    (Answer("gone", 410), "gone"),
    (Answer("", 200), "empty answer"),
    (Answer("", 202), "empty answer"),
    (Answer("", 204), "empty answer"),
    (Answer("  \r\n", 200), "empty answer"),
    (Answer("no_service", 200), "no_service"),
    (Answer({"ok": False, "error": "cannot_reply_to_message"}, 200), "cannot_reply_to_message"),
]


@pytest.mark.parametrize(("answer", "retry_after"), NOT_NOW, ids=lambda value: str(getattr(value, "status", "")))
async def test_not_now_of_a_response_url(
    slack: SlackWire, messenger: SlackMessenger, answer: Answer, retry_after: int
) -> None:
    """A response_url's "not now" is kept for later, and a redirect is not followed."""
    slack.answer("response:1", answer)

    with pytest.raises(DeliveryDelayedError) as caught:
        await messenger.redraw(EPHEMERAL, clicked(slack))

    assert caught.value.retry_after == retry_after
    assert slack.methods() == ["response:1"]


@pytest.mark.parametrize(("answer", "reason"), NEVER, ids=lambda value: str(getattr(value, "status", "")))
async def test_never_of_a_response_url(
    slack: SlackWire, messenger: SlackMessenger, answer: Answer, reason: str
) -> None:
    """One that is gone, or does not say that it took the message, is not tried again; the next way is."""
    slack.answer("response:1", answer, answer)

    with pytest.raises(UndeliverableError, match=f"^{reason}$"):
        await messenger.redraw(EPHEMERAL, clicked(slack))
    await messenger.tell(at(DELETED, Prompt("C1")), RESULT, clicked(slack))

    assert slack.methods() == ["response:1", "response:1", "chat.postMessage"]
    assert slack.calls[2].body["channel"] == "U01ALICE"


@pytest.mark.parametrize("answer", [Answer("ok", 200), Answer({"ok": True}, 200), Answer("ok\n", 200)], ids=repr)
async def test_a_response_url_that_took_it(slack: SlackWire, messenger: SlackMessenger, answer: Answer) -> None:
    """`ok`, plainly or in JSON, is a message delivered."""
    slack.answer("response:1", answer)
    await messenger.redraw(EPHEMERAL, clicked(slack))


@pytest.mark.parametrize("code", sorted(ABOUT_THE_APP))
async def test_an_error_about_the_app_keeps_the_message(
    slack: SlackWire, messenger: SlackMessenger, health: SlackHealth, code: str
) -> None:
    """Whoever runs the bot can mend it, so nothing is noted as told or given up; it is logged once, with what to do."""
    slack.answer("chat.postMessage", *[refused(code)] * 9)
    slack.answer("chat.update", refused(code))

    with capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(DeliveryDelayedError) as caught:
                await messenger.tell(DELETED, RESULT, None)
            assert caught.value.retry_after == 0
        with pytest.raises(DeliveryDelayedError):
            await messenger.tell(DELETED, "C9", None)
        with pytest.raises(DeliveryDelayedError):
            await messenger.redraw(come_to(State.EXPIRED, POSTED), None)

    about = [(log["method"], log["why"]) for log in logs if log["log_level"] == "error"]
    assert about == [("chat.postMessage", code), ("chat.update", code)]
    assert all(len(log["what_to_do"]) > 20 for log in logs)
    assert [problem.code for problem in health.problems] == [code, code]


async def test_the_last_way_keeps_the_message_too(slack: SlackWire, messenger: SlackMessenger) -> None:
    """A requester who takes no direct messages and an app that may not write in the thread: the news waits."""
    slack.answer("chat.postMessage", refused("user_disabled"), refused("missing_scope"))
    with pytest.raises(DeliveryDelayedError, match="missing_scope"):
        await messenger.tell(come_to(State.EXPIRED, POSTED), REQUESTER, None)


async def test_once_the_app_is_mended_the_message_is_said(
    slack: SlackWire, messenger: SlackMessenger, health: SlackHealth
) -> None:
    """The next attempt goes to the place where it belongs, and the health forgets; if it happens again, it is news."""
    with capture_logs() as logs:
        for _ in range(2):
            slack.answer("chat.postMessage", *[refused("token_revoked")] * 3)
            with pytest.raises(DeliveryDelayedError):
                await messenger.tell(DELETED, RESULT, None)
            assert health.problems
            await messenger.tell(DELETED, RESULT, None)
            assert not health.problems

    assert slack.calls[-1].body["thread_ts"] == "1790000000.000100"
    assert [log["log_level"] for log in logs] == ["error", "info"] * 2


async def test_what_needs_no_token_is_tried_if_the_app_is_refused(
    slack: SlackWire, messenger: SlackMessenger, health: SlackHealth
) -> None:
    """Without `chat:write` the prompt goes by the response_url, and that is known and logged, not silent."""
    missing = Answer({"ok": False, "error": "missing_scope", "needed": "chat:write", "provided": "commands"})
    slack.answer("chat.postMessage", missing)

    with capture_logs() as logs:
        assert await messenger.show(REQUESTED, typed(slack)) == Prompt("C1")

    assert [str(problem) for problem in health.problems] == ["chat.postMessage: missing_scope (chat:write)"]
    (logged,) = logs
    assert "chat:write" in logged["what_to_do"]
    assert "codecheck-bot manifest" in logged["what_to_do"]


async def test_a_prompt_for_a_second_person_waits_for_the_app_to_be_mended(
    slack: SlackWire, messenger: SlackMessenger
) -> None:
    """It is not "out of sight": inviting the bot would not help, and installing it again will."""
    slack.answer("chat.postMessage", refused("missing_scope"))
    with pytest.raises(DeliveryDelayedError):
        await messenger.show(BY_ANOTHER, typed(slack))
    slack.answer("chat.postMessage", refused("not_in_channel"))
    with pytest.raises(OutOfSightError):
        await messenger.show(BY_ANOTHER, typed(slack))


async def test_what_slack_refuses_is_reported_until_it_has_not_been_seen_for_long() -> None:
    """A problem that nothing has met for a quarter of an hour may be over: readiness does not hang on it."""
    now = [0.0]
    health = SlackHealth(lambda: now[0])
    with pytest.raises(AppRefusedError), health.calling("users.info"):
        raise AppRefusedError("access_denied")
    now[0] = 900.0
    assert list(health.problems) == [AppProblem("users.info", "access_denied")]
    now[0] = 900.1
    assert not health.problems


async def test_no_connection_is_not_now(slack: SlackWire, messenger: SlackMessenger) -> None:
    """Where nothing listens, Slack may take the message later; no address is in the error."""
    gone = ResponseUrl(slack.response_url().replace("127.0.0.1", "127.0.0.2"), edits_prompt=True)

    with pytest.raises(DeliveryDelayedError) as caught:
        await messenger.redraw(EPHEMERAL, gone)

    assert "response" not in str(caught.value)


async def test_the_proxy_for_a_response_url_is_its_own(
    slack: SlackWire, client: AsyncWebClient, session: aiohttp.ClientSession, health: SlackHealth
) -> None:
    """It is at another host than the API, so NO_PROXY may say otherwise about it."""
    client.proxy = "http://127.0.0.1:1"
    asked: list[str] = []

    await SlackMessenger(client, session, Links(), health, asked.append).redraw(EPHEMERAL, clicked(slack))

    assert asked == [slack.response_url()]


async def test_a_post_is_never_sent_twice(slack: SlackWire, messenger: SlackMessenger) -> None:
    """Where the answer is lost, nobody knows whether the message stands: it is not sent again on the spot."""
    slack.answer("chat.postMessage", Answer("", status=0))

    with pytest.raises(DeliveryDelayedError, match="ServerDisconnectedError"):
        await messenger.show(REQUESTED, typed(slack))

    assert slack.methods() == ["chat.postMessage"]


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_blocks_too_long", "invalid_arguments"])
async def test_the_words_go_out_where_slack_refuses_the_form(
    slack: SlackWire, messenger: SlackMessenger, error: str
) -> None:
    """Blocks that Slack refuses are our fault: the person reads the text instead, once, in the same place."""
    slack.answer("chat.postMessage", refused(error))

    prompt = await messenger.show(REQUESTED, typed(slack))

    first, second = slack.calls
    assert first.method == second.method == "chat.postMessage"
    assert second.body["text"] == first.body["text"]
    assert not second.body.get("blocks")
    assert prompt.ts


async def test_words_refused_too(slack: SlackWire, messenger: SlackMessenger) -> None:
    """Where Slack refuses the words as well, the next way is tried."""
    slack.answer("chat.postMessage", refused("invalid_blocks"), refused("msg_too_long"))

    assert await messenger.show(REQUESTED, typed(slack)) == Prompt("C1")


async def test_redraw_edits_the_message(slack: SlackWire, messenger: SlackMessenger) -> None:
    """A channel prompt is edited in place, always with blocks, since Slack else keeps the old buttons."""
    await messenger.redraw(come_to(State.CANCELLED, POSTED), None)

    (call,) = slack.calls
    assert (call.method, call.body["channel"], call.body["ts"]) == ("chat.update", "C1", "1790000000.000100")
    assert call.body["blocks"]
    assert "deletion." not in str(call.body["blocks"])


async def test_plain_redraw_takes_the_buttons_too(slack: SlackWire, messenger: SlackMessenger) -> None:
    """An edit that falls back to plain words sends an empty list of blocks, which removes the old ones."""
    slack.answer("chat.update", refused("invalid_blocks"))

    await messenger.redraw(POSTED, None)

    assert slack.calls[1].body["blocks"] == []


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"])
async def test_redraw_by_the_click_where_editing_is_closed(
    slack: SlackWire, messenger: SlackMessenger, error: str
) -> None:
    """A message that the bot may not edit is replaced by the click's response_url."""
    slack.answer("chat.update", refused(error))

    await messenger.redraw(POSTED, clicked(slack))

    assert slack.calls[1].method == "response:1"
    assert slack.calls[1].body["replace_original"] is True


async def test_redraw_never_posts_beside_a_channel_prompt(slack: SlackWire, messenger: SlackMessenger) -> None:
    """A slash command's response_url cannot edit, so a channel prompt that cannot be edited stays as it is."""
    slack.answer("chat.update", refused("message_not_found"))

    with pytest.raises(UndeliverableError, match="message_not_found"):
        await messenger.redraw(POSTED, typed(slack))


@pytest.mark.parametrize("edits_prompt", [True, False], ids=["click", "slash command"])
async def test_redraw_of_an_ephemeral_prompt(
    slack: SlackWire, messenger: SlackMessenger, *, edits_prompt: bool
) -> None:
    """A click's response_url replaces the ephemeral prompt; a slash command's adds a new message that says so."""
    await messenger.redraw(EPHEMERAL, ResponseUrl(slack.response_url(), edits_prompt=edits_prompt))

    (call,) = slack.calls
    assert call.body["replace_original"] is edits_prompt
    assert call.body["response_type"] == "ephemeral"


async def test_ephemeral_prompt_out_of_reach(messenger: SlackMessenger) -> None:
    """Without a response_url nothing reaches an ephemeral prompt."""
    with pytest.raises(UndeliverableError, match="no response_url"):
        await messenger.redraw(EPHEMERAL, None)


async def test_retire_takes_the_buttons(slack: SlackWire, messenger: SlackMessenger) -> None:
    """A prompt that is no longer known loses its buttons and says so."""
    await messenger.retire(Prompt("C1", "1.2"), None)

    assert slack.calls[0].method == "chat.update"
    assert "no longer known" in str(slack.calls[0].body["text"])
    assert "actions" not in str(slack.calls[0].body["blocks"])


async def test_result_is_in_the_thread_and_in_the_channel(slack: SlackWire, messenger: SlackMessenger) -> None:
    """The result goes to the prompt's thread and is broadcast to the channel."""
    await messenger.tell(DELETED, RESULT, None)

    (call,) = slack.calls
    assert (call.body["channel"], call.body["thread_ts"], call.body["reply_broadcast"]) == (
        "C1",
        "1790000000.000100",
        True,
    )


async def test_result_without_its_thread(slack: SlackWire, messenger: SlackMessenger) -> None:
    """Where the prompt has been deleted, the result is a message of its own in the same channel."""
    slack.answer("chat.postMessage", refused("thread_not_found"))

    await messenger.tell(DELETED, RESULT, None)

    assert slack.calls[1].body["channel"] == "C1"
    assert "thread_ts" not in slack.calls[1].body


async def test_result_of_an_ephemeral_prompt_is_public(slack: SlackWire, messenger: SlackMessenger) -> None:
    """Where the bot cannot post, the click's response_url shows the result to all in the channel, replacing nothing."""
    await messenger.tell(at(DELETED, Prompt("C1")), RESULT, clicked(slack))

    (call,) = slack.calls
    assert call.method == "response:1"
    assert (call.body["response_type"], call.body["replace_original"]) == ("in_channel", False)


async def test_result_by_direct_message_says_where_it_belongs(slack: SlackWire, messenger: SlackMessenger) -> None:
    """The last way is the requester's direct messages, and the message names the channel it was asked for in."""
    slack.answer("response:1", Answer("used_url", 404))

    await messenger.tell(at(DELETED, Prompt("C1")), RESULT, clicked(slack))

    assert slack.calls[1].body["channel"] == "U01ALICE"
    assert "<#C1>" in str(slack.calls[1].body["text"])


async def test_result_of_a_request_that_was_never_shown(slack: SlackWire, messenger: SlackMessenger) -> None:
    """A request that expired before its prompt was posted is announced in the channel it was asked for in."""
    await messenger.tell(come_to(State.EXPIRED, REQUESTED), RESULT, None)

    assert slack.calls[0].body["channel"] == "C1"


EXPIRED = come_to(State.EXPIRED, POSTED)


async def test_a_requester_is_told_where_it_reaches_them(slack: SlackWire, messenger: SlackMessenger) -> None:
    """By direct message, which notifies them; nobody else is bothered."""
    await messenger.tell(EXPIRED, REQUESTER, clicked(slack))

    (call,) = slack.calls
    assert (call.method, call.body["channel"]) == ("chat.postMessage", "U01ALICE")
    assert "nightly scan" in str(call.body["text"])


async def test_a_requester_without_direct_messages_is_told_in_the_thread(
    slack: SlackWire, messenger: SlackMessenger
) -> None:
    """Of the prompt, and not broadcast; a prompt that was never posted or is ephemeral has none."""
    slack.answer("chat.postMessage", refused("user_disabled"))
    await messenger.tell(EXPIRED, REQUESTER, None)
    assert (slack.calls[1].body["channel"], slack.calls[1].body["thread_ts"]) == ("C1", "1790000000.000100")
    assert not slack.calls[1].body.get("reply_broadcast")

    slack.answer("chat.postMessage", refused("user_disabled"))
    with pytest.raises(UndeliverableError, match=r"^user_disabled$"):
        await messenger.tell(at(EXPIRED, Prompt("C1")), REQUESTER, None)


async def test_a_tab_that_is_switched_off_is_logged_with_what_to_do(
    slack: SlackWire, messenger: SlackMessenger, health: SlackHealth
) -> None:
    """People are told in the thread all the same, so nobody else would notice; the bot can still do its work."""
    slack.answer("chat.postMessage", refused("messages_tab_disabled"))
    with capture_logs() as logs:
        await messenger.tell(EXPIRED, REQUESTER, None)
    assert [(log["reason"], "codecheck-bot manifest" in log["what_to_do"]) for log in logs] == [
        ("messages_tab_disabled", True)
    ]
    assert slack.methods() == ["chat.postMessage"] * 2
    assert not health.problems


async def test_who_never_saw_a_prompt_is_told_where_they_asked(slack: SlackWire, messenger: SlackMessenger) -> None:
    """There they still wait for an answer."""
    await messenger.tell(at(EXPIRED, None), REQUESTER, typed(slack))

    (call,) = slack.calls
    assert (call.method, call.body["response_type"]) == ("response:1", "ephemeral")


async def test_an_admin_is_told_of_a_limit(slack: SlackWire, messenger: SlackMessenger) -> None:
    """By direct message: how many, whose, until when, and how to stop everything."""
    await messenger.warn("U08DANA", LimitReached(5, AT + 60_000, per_person=True, first=True), ALICE)
    await messenger.warn("U08DANA", LimitReached(20, AT + 60_000, per_person=False, first=True), ALICE)

    assert [call.body["channel"] for call in slack.calls] == ["U08DANA", "U08DANA"]
    of_one, of_all = (str(call.body["text"]) for call in slack.calls)
    assert of_one.startswith("⚠️ <@U01ALICE> has reached this hour's limit for deletions: 5")
    assert of_all.startswith("⚠️ This hour's limit for deletions is reached: 20")
    assert "/codecheck freeze" in of_one


async def test_notify_channel_has_no_way_round(slack: SlackWire, messenger: SlackMessenger) -> None:
    """A channel of `[notify]` that refuses is not replaced by the requester's direct messages."""
    slack.answer("chat.postMessage", refused("not_in_channel"))

    with pytest.raises(UndeliverableError, match="not_in_channel"):
        await messenger.tell(DELETED, "C9", None)

    assert slack.methods() == ["chat.postMessage"]
