"""The Web API client, and the Bolt app."""

import logging
import socket
import time
from email.utils import formatdate

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.observability.health import State
from bot.slack.transport.bolt import RedirectError, bolt_app, slack_answers, slack_session, web_client
from bot.slack.transport.sign_in import sign_in
from bot.slack.transport.slack_clock import SlackClock
from tests.slack.signing import SECRET
from tests.slack.wire import Answer, SlackWire, refused


async def test_readiness_of_slack(slack: SlackWire, client: AsyncWebClient) -> None:
    """Slack is ready while it knows the bot."""
    assert (await slack_answers(client, SlackClock())).ready
    slack.answer("auth.test", refused("invalid_auth"))
    assert await slack_answers(client, SlackClock()) == State(ready=False, reason="Slack says invalid_auth")
    slack.answer("auth.test", Answer("", 0))
    assert await slack_answers(client, SlackClock()) == State(
        ready=False, reason="Slack cannot be reached: ServerDisconnectedError"
    )


async def test_slack_does_not_answer() -> None:
    """That is noticed when the session's time is over, which is ten seconds for the bot's own."""
    async with slack_session(SlackClock()) as session:
        assert session.timeout.total == 10
    impatient = aiohttp.ClientTimeout(total=0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        async with aiohttp.ClientSession(timeout=impatient) as session:
            found = await slack_answers(web_client("xoxb-1", session, f"http://{host}:{port}/api/"), SlackClock())
    assert found == State(ready=False, reason="Slack cannot be reached: TimeoutError")


@pytest.mark.parametrize(("minutes", "ready"), [(0, True), (4, True), (6, False), (-4, True), (-6, False)])
async def test_not_ready_while_this_machines_clock_makes_it_refuse_slack(
    slack: SlackWire, minutes: int, *, ready: bool
) -> None:
    """A load balancer has to know, since every request of Slack's would be refused here; Slack's answers tell."""
    clock = SlackClock()
    date = formatdate(time.time() - minutes * 60, usegmt=True)
    slack.answer("auth.test", Answer({"ok": True}, headers={"Date": date}))
    async with slack_session(clock) as session:
        state = await slack_answers(web_client("xoxb-1", session, slack.api_url), clock)
    assert state.ready is ready
    assert ready or "this machine's clock is" in state.reason


async def test_bolt_answers_when_the_listener_has_ended(client: AsyncWebClient) -> None:
    """Bolt does not poll for the acknowledgement, which would cost 10 ms and lose it to a later error."""
    assert bolt_app(client, await sign_in(client), SECRET).process_before_response


async def test_no_warning_at_the_start(
    client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt has nothing to warn of, even where it finds SLACK_BOT_TOKEN in the environment by itself."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-environment")
    workspace = await sign_in(client)

    with caplog.at_level(logging.WARNING):
        bolt_app(client, workspace, SECRET)

    assert caplog.records == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(slack: SlackWire, client: AsyncWebClient, status: int) -> None:
    """Neither a call nor a response_url leads anywhere else: the token and the message stay here."""
    to = {"Location": f"{slack.url}/api/chat.postMessage"}
    slack.answer("auth.test", Answer("", status, to))
    slack.answer("response:1", Answer("", status, to))
    webhook = AsyncWebhookClient(slack.response_url(), session=client.session, retry_handlers=[])

    with pytest.raises(RedirectError):
        await client.auth_test()
    with pytest.raises(RedirectError):
        await webhook.send(text="x")

    assert slack.methods() == ["auth.test", "response:1"]
