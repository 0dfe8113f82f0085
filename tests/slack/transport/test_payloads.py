"""What a payload must not bring in: lone surrogates, and response_urls that are not Slack's."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.observability.health import Readiness
from bot.slack.transport.bolt import bolt_app
from bot.slack.transport.http import http_app, serve_http
from bot.slack.transport.payloads import is_slack_address, whole_characters
from bot.slack.transport.sign_in import sign_in
from bot.slack.transport.socket_mode import serve_socket_mode
from tests.slack.samples import ALICE
from tests.slack.signing import SECRET, SignedSlack, click_form, click_payload, command_form
from tests.slack.wire import SlackWire

API = "https://slack.com/api/"


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ({"text": "freeze \ud800"}, {"text": "freeze \ufffd"}),
        ({"text": "\udfff\ud800x"}, {"text": "\ufffd\ufffdx"}),
        ({"text": "é ü 任务 🧊"}, {"text": "é ü 任务 🧊"}),
        ({"a": [{"b": ["\udc00", 1, None, True, 2.5]}]}, {"a": [{"b": ["\ufffd", 1, None, True, 2.5]}]}),
        ({"state": {"values": {"\ud83d": {"x": "y"}}}}, {"state": {"values": {"\ufffd": {"x": "y"}}}}),
        ({}, {}),
    ],
)
def test_lone_surrogates(given: dict[str, Any], whole: dict[str, Any]) -> None:
    """Wherever they are, also in keys; everything else stays as it is."""
    assert whole_characters(given) == whole


def test_a_payload_nested_deeper_than_pythons_stack() -> None:
    """What the parser can nest, this can clean."""
    nested: dict[str, Any] = {"text": "\ud800"}
    for _ in range(5_000):
        nested = {"x": [nested]}

    whole_characters(nested)

    for _ in range(5_000):
        (nested,) = nested["x"]
    assert nested == {"text": "\ufffd"}


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/commands/T1/2/x",
        "https://hooks.slack.com/actions/T1/2/x",
        "https://HOOKS.SLACK.COM/actions/T1/2/x",
        "https://hooks.slack-gov.com/commands/T1/2/x",
        "https://slack.com/x",
    ],
)
def test_slacks_own_addresses(url: str) -> None:
    """HTTPS at a host of Slack, commercial or GovSlack."""
    assert is_slack_address(url, API)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/commands/T1/2/x",
        "https://evil.example/commands/T1/2/x",
        "https://evilslack.com/",
        "https://hooks.slack.com.evil.example/",
        "https://hooks.slack.com@evil.example/",
        "https://user:word@hooks.slack.com/",
        "https://user@hooks.slack.com/",
        "https://:word@hooks.slack.com/",
        "https://evil.example\\@hooks.slack.com/",
        "https://evil.example#hooks.slack.com",
        "https://evil.example?hooks.slack.com",
        "//hooks.slack.com/",
        "https:///x",
        "https://[::1",
        "ftp://hooks.slack.com/",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:6379/",
        "javascript:alert(1)",
        "",
        None,
        7,
        ["https://hooks.slack.com/"],
    ],
)
def test_addresses_of_others(url: object) -> None:
    """Whoever made a payload say so cannot make the bot call them, nor anything inside its network."""
    assert not is_slack_address(url, API)


def test_the_host_of_slack_api_url() -> None:
    """A stand-in, or whatever SLACK_API_URL names, may give response_urls at its own host, and no other may."""
    assert is_slack_address("http://127.0.0.1:9/response/1", "http://127.0.0.1:8/api/")
    assert not is_slack_address("https://127.0.0.1:9/response/1", "http://127.0.0.1:8/api/")
    assert not is_slack_address("http://127.0.0.2:8/response/1", "http://127.0.0.1:8/api/")


class Heard:
    """What reaches the listeners."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []

    async def note(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Note a payload, which must be one that can be stored and sent."""
        json.dumps(body, ensure_ascii=False).encode()
        self.bodies.append(body)
        await ack()


@asynccontextmanager
async def listening(client: AsyncWebClient, session: aiohttp.ClientSession) -> AsyncIterator[tuple[SignedSlack, Heard]]:
    """A bot over HTTP that notes what it hears."""
    app, heard = bolt_app(client, await sign_in(client), SECRET), Heard()
    app.command("/codecheck")(heard.note)
    app.action("deletion.cancel")(heard.note)
    async with serve_http(http_app(app, SECRET, Readiness()), "127.0.0.1", 0) as server:
        yield SignedSlack(session, f"http://127.0.0.1:{server.port}"), heard


async def test_a_click_with_half_a_character(client: AsyncWebClient, session: aiohttp.ClientSession) -> None:
    """It reaches the listener, cleaned, as any wrong value does."""
    async with listening(client, session) as (slack, heard):
        payload = click_payload("deletion.cancel", "\ud800" * 22, ALICE)
        assert (await slack.send(click_form(payload)))[0] == 200

    assert heard.bodies[0]["actions"][0]["value"] == "\ufffd" * 22


async def test_a_freeze_with_half_a_character(slack: SlackWire, client: AsyncWebClient) -> None:
    """Over Socket Mode a command can carry one; a freeze gets through."""
    app, heard = bolt_app(client, await sign_in(client)), Heard()
    app.command("/codecheck")(heard.note)
    payload = {"command": "/codecheck", "text": "freeze \ud83d", "team_id": "T1", "user_id": "U1", "channel_id": "C1"}
    async with serve_socket_mode(app, "xapp-test", client):
        socket = await slack.sockets.get()
        await socket.send_str(json.dumps({"type": "slash_commands", "envelope_id": "e1", "payload": payload}))
        assert (await slack.from_socket.get())["envelope_id"] == "e1"

    assert heard.bodies[0]["text"] == "freeze \ufffd"


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "https://evil.example/", "https://[::1", "\ud800"])
async def test_a_foreign_response_url(client: AsyncWebClient, session: aiohttp.ClientSession, url: str) -> None:
    """It is taken out of commands and clicks, and said in the log; everything else goes on."""
    async with listening(client, session) as (slack, heard):
        with capture_logs() as logs:
            click = click_payload("deletion.cancel", "x", ALICE, response_url=url)
            assert (await slack.send(click_form(click)))[0] == 200
        if url != "\ud800":
            assert (await slack.send(command_form("help", ALICE, url)))[0] == 200

    assert all("response_url" not in body for body in heard.bodies)
    assert len(heard.bodies) >= 1
    assert {log["event"] for log in logs} <= {"foreign response_url ignored"}


async def test_slacks_response_url_stays(
    slack: SlackWire, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    """What Slack gives to answer by is kept."""
    async with listening(client, session) as (sender, heard):
        await sender.send(command_form("help", ALICE, slack.response_url()))

    assert heard.bodies[0]["response_url"] == slack.response_url()
