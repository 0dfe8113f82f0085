"""Who the bot is: asked for as long as it takes, unless Slack itself refuses the token."""

import asyncio
import socket

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.slack.transport.bolt import web_client
from bot.slack.transport.sign_in import REFUSALS, SignInError, Workspace, sign_in, socket_address
from tests.slack.waiting import until
from tests.slack.wire import Answer, SlackWire, refused


async def test_sign_in(client: AsyncWebClient) -> None:
    """auth.test says who and where the bot is."""
    assert await sign_in(client) == Workspace(
        team="T1", url="https://acme.slack.com/", name="Acme", bot_id="B1", bot_user="UBOT", enterprise=None
    )


async def test_an_odd_answer(slack: SlackWire, client: AsyncWebClient) -> None:
    """What is missing or of another kind than documented makes no link to `None`, and no organisation."""
    slack.answer("auth.test", Answer({"ok": True, "team_id": "T1", "is_enterprise_install": "false"}))
    assert await sign_in(client) == Workspace("T1", "https://slack.com/", "", "", "", None)


@pytest.mark.parametrize("error", sorted(REFUSALS))
async def test_token_refused(slack: SlackWire, client: AsyncWebClient, error: str) -> None:
    """A token that Slack refuses is an error at once, which names the setting and not the token."""
    slack.answer("auth.test", refused(error))

    with pytest.raises(SignInError, match=rf"{error}.*SLACK_BOT_TOKEN") as caught:
        await sign_in(client)

    assert "xoxb" not in str(caught.value)
    assert slack.methods() == ["auth.test"]


@pytest.mark.parametrize("error", ["invalid_auth", "not_allowed_token_type"])
async def test_app_token_refused(slack: SlackWire, client: AsyncWebClient, error: str) -> None:
    """The same for the app token of Socket Mode."""
    slack.answer("apps.connections.open", refused(error))

    with pytest.raises(SignInError, match=rf"{error}.*SLACK_APP_TOKEN") as caught:
        await socket_address(client, "xapp-secret")

    assert "xapp" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"ok": False}, 503),
        Answer("<html>maintenance</html>", 502, {"Content-Type": "text/html"}),
        Answer("", 0),
        Answer("{", 200, {"Content-Type": "application/json"}),
        Answer("online\n", 200, {"Content-Type": "text/plain"}),
        Answer('"online"', 200, {"Content-Type": "application/json"}),
        Answer("[" * 5_000, 200, {"Content-Type": "application/json"}),
        Answer("", 301, {"Location": "https://evil.example/"}),
        refused("internal_error"),
        refused("fatal_error"),
        refused("an_error_of_next_year"),
        Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "0"}),
        Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "soon"}),
    ],
    ids=[
        "503",
        "proxy",
        "cut",
        "not JSON",
        "text",
        "string",
        "nested",
        "redirect",
        "internal_error",
        "fatal_error",
        "unknown",
        "429",
        "429, odd",
    ],
)
async def test_not_now(slack: SlackWire, client: AsyncWebClient, answer: Answer) -> None:
    """While Slack cannot be reached, or says anything but a refusal, the bot asks again, and logs why."""
    slack.answer("auth.test", answer)

    with capture_logs() as logs:
        assert (await sign_in(client)).team == "T1"

    assert [log["event"] for log in logs] == ["sign-in to slack failed, trying again"]
    assert "evil" not in str(logs)
    assert slack.methods() == ["auth.test"] * 2


async def test_nobody_there(client: AsyncWebClient) -> None:
    """A machine that is up before its network: it goes on trying for as long as it takes, and can be stopped."""
    client.base_url = "http://127.0.0.1:1/"
    with capture_logs() as logs:
        trying = asyncio.create_task(sign_in(client))

        async def tried_thrice() -> bool:
            return len(logs) >= 3

        await until(tried_thrice)
        assert not trying.done()
        trying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await trying

    assert logs[0]["reason"] == "Slack cannot be reached: ClientConnectorError"


async def test_slack_does_not_answer() -> None:
    """A connection on which nothing comes is given up in time, and it goes on trying."""
    with capture_logs() as logs, socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05)) as session:
            trying = asyncio.create_task(sign_in(web_client("xoxb-1", session, f"http://{host}:{port}/api/")))

            async def tried() -> bool:
                return bool(logs) or trying.done()

            await until(tried)
            assert not trying.done()
            trying.cancel()
            with pytest.raises(asyncio.CancelledError):
                await trying
    assert logs[0]["reason"] == "Slack cannot be reached: TimeoutError"


async def test_slack_names_its_pause(slack: SlackWire, client: AsyncWebClient) -> None:
    """After a 429 it waits as long as Slack says."""
    slack.answer("auth.test", Answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "2"}))

    with capture_logs() as logs:
        await sign_in(client)

    assert logs[0]["seconds"] == 2
