"""What goes wrong on purpose: each fault answers as it says, and says truly whether the call was executed."""

import asyncio
import time

import pytest
from aiohttp import ClientSession, ServerDisconnectedError
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from codecheck_sandbox.slack import (
    EVERYTHING,
    RESPONSE_URL,
    ApiError,
    Channel,
    Drop,
    Hang,
    RateLimited,
    Reply,
    ServerError,
    SlackStandIn,
    Slow,
)
from tests.sandbox.slack.conftest import refusal

POST = "chat.postMessage"


async def test_rate_limits_say_when_to_come_back(slack: SlackStandIn, web: AsyncWebClient, general: Channel) -> None:
    """429 with Retry-After, nothing posted; once only."""
    slack.fail_next(POST, RateLimited(7))
    with pytest.raises(SlackApiError) as raised:
        await web.chat_postMessage(channel=general.id, text="x")
    assert raised.value.response.status_code == 429
    assert raised.value.response.headers["Retry-After"] == "7"
    assert raised.value.response["error"] == "ratelimited"
    assert general.messages == []
    await web.chat_postMessage(channel=general.id, text="x")


async def test_slacks_own_retry_handler_understands_a_rate_limit(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel
) -> None:
    """It comes back after the time that it was told."""
    web.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    slack.fail_next(POST, RateLimited(0))
    await web.chat_postMessage(channel=general.id, text="x")
    assert [exchange.status for exchange in slack.wire.calls(POST)] == [429, 200]


@pytest.mark.parametrize(("executed", "posted"), [(False, 0), (True, 1)])
async def test_a_server_error_may_come_before_or_after(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel, *, executed: bool, posted: int
) -> None:
    """The caller cannot tell; the channel can."""
    slack.fail_next(POST, ServerError(502, executed=executed))
    with pytest.raises(SlackApiError) as raised:
        await web.chat_postMessage(channel=general.id, text="x")
    assert raised.value.response.status_code == 502
    assert len(general.messages) == posted


@pytest.mark.parametrize(("executed", "posted"), [(False, 0), (True, 1)])
async def test_a_connection_may_drop_before_or_after(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel, *, executed: bool, posted: int
) -> None:
    """No answer at all; the channel knows."""
    slack.fail_next(POST, Drop(executed=executed))
    with pytest.raises(ServerDisconnectedError):
        await web.chat_postMessage(channel=general.id, text="x")
    assert len(general.messages) == posted


@pytest.mark.parametrize(("executed", "posted"), [(False, 0), (True, 1)])
async def test_a_call_may_hang(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel, *, executed: bool, posted: int
) -> None:
    """Until the caller gives up; the stand-in stops all the same."""
    slack.fail_next(POST, Hang(executed=executed))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(web.chat_postMessage(channel=general.id, text="x"), 0.1)
    assert len(general.messages) == posted


async def test_a_call_may_be_slow(slack: SlackStandIn, web: AsyncWebClient, general: Channel) -> None:
    """Executed at once, answered late."""
    slack.fail_next(POST, Slow(0.2))
    started = time.monotonic()
    call = asyncio.create_task(web.chat_postMessage(channel=general.id, text="x"))
    await slack.until(lambda: general.messages)
    assert not call.done()
    await call
    assert time.monotonic() - started >= 0.2


async def test_a_call_may_be_refused(slack: SlackStandIn, web: AsyncWebClient) -> None:
    """With any of Slack's error codes."""
    slack.fail_next("auth.test", ApiError("account_inactive"))
    assert await refusal(web.auth_test()) == "account_inactive"


async def test_faults_come_in_turn(slack: SlackStandIn, web: AsyncWebClient) -> None:
    """As many as were set, in their order."""
    slack.fail_next("auth.test", ApiError("first"), times=2)
    slack.fail_next(EVERYTHING, ApiError("second"))
    assert [await refusal(web.auth_test()) for _ in range(3)] == ["first", "first", "second"]
    assert (await web.auth_test())["ok"] is True


async def test_a_lasting_fault_lasts_until_it_is_ended(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel
) -> None:
    """For one method, while the others go on."""
    slack.faults.fail_always(POST, ApiError("fatal_error"))
    assert [await refusal(web.chat_postMessage(channel=general.id, text="x")) for _ in range(3)] == ["fatal_error"] * 3
    assert (await web.auth_test())["ok"] is True
    slack.faults.clear(POST)
    await web.chat_postMessage(channel=general.id, text="x")


async def test_slack_can_be_down(
    slack: SlackStandIn, web: AsyncWebClient, session: ClientSession, general: Channel
) -> None:
    """Nothing answers, response_urls neither; then it is up again."""
    await slack.down()
    with pytest.raises(ServerDisconnectedError):
        await web.auth_test()
    with pytest.raises(ServerDisconnectedError):
        await session.post(slack.api_url.replace("/api/", "/commands/T/1/x"), json={"text": "x"})
    slack.up()
    await web.chat_postMessage(channel=general.id, text="x")


async def test_response_urls_fail_too(slack: SlackStandIn, session: ClientSession) -> None:
    """They have a name of their own among the targets."""
    slack.fail_next(RESPONSE_URL, RateLimited(1))
    url = slack.api_url.replace("/api/", "/commands/T/1/x")
    assert (await session.post(url, json={"text": "x"})).status == 429
    assert (await session.post(url, json={"text": "x"})).status == 404


@pytest.mark.parametrize(("status", "text"), [(404, "expired_url"), (410, "gone"), (200, "")])
async def test_a_response_url_can_answer_anything(
    slack: SlackStandIn, session: ClientSession, status: int, text: str
) -> None:
    """A 200 without a body, too: nothing was posted."""
    slack.fail_next(RESPONSE_URL, Reply(status, text))
    answer = await session.post(slack.api_url.replace("/api/", "/commands/T/1/x"), json={"text": "x"})
    assert (answer.status, await answer.text()) == (status, text)


async def test_a_channel_stays_closed_for_as_long_as_it_said(
    slack: SlackStandIn, web: AsyncWebClient, general: Channel
) -> None:
    """Retry-After counts from the first refusal; whoever asks again too early changes nothing."""
    slack.faults.messages_per_second, slack.faults.retry_after = 1, 5
    await web.chat_postMessage(channel=general.id, text="1")
    for seconds in (0, 2, 2.9):  # 5 s after the first refusal it is over
        slack.clock.advance(seconds)
        with pytest.raises(SlackApiError) as raised:
            await web.chat_postMessage(channel=general.id, text="2")
        assert raised.value.response.headers["Retry-After"] == "5"
    slack.clock.advance(0.2)
    await web.chat_postMessage(channel=general.id, text="2")
    assert await refusal(web.chat_postMessage(channel=general.id, text="3")) == "ratelimited"


async def test_messages_have_a_rate_if_one_is_set(slack: SlackStandIn, web: AsyncWebClient, general: Channel) -> None:
    """One a second in a channel, by the stand-in's clock; other channels have their own."""
    other = slack.channel("C2", "other", members=[])
    slack.faults.messages_per_second = 1
    await web.chat_postMessage(channel=general.id, text="1")
    assert await refusal(web.chat_postMessage(channel=general.id, text="2")) == "ratelimited"
    await web.chat_postMessage(channel=other.id, text="1")
    slack.clock.advance(1)
    await web.chat_postMessage(channel=general.id, text="2")
    assert len(general.messages) == 2
