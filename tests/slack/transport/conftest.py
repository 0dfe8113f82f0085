"""A Bolt app with one listener, for what lies between Slack and the listeners."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.observability.health import Readiness
from bot.slack.transport.bolt import bolt_app
from bot.slack.transport.http import http_app, serve_http
from bot.slack.transport.sign_in import sign_in
from tests.slack.signing import SECRET, SignedSlack

ANSWER = "answered"


class Desk:
    """Answers `/codecheck`: `wait` once it is told to, anything else at once.

    Attributes:
        waiting: set once a `wait` has arrived.
        open: lets every `wait` be answered.
    """

    def __init__(self) -> None:
        self.waiting = asyncio.Event()
        self.open = asyncio.Event()
        self.answered = 0

    async def answer(self, ack: AsyncAck, body: dict[str, object]) -> None:
        """Acknowledge."""
        if body["text"] == "wait":
            self.waiting.set()
            await self.open.wait()
        self.answered += 1
        await ack(response_type="ephemeral", text=ANSWER)


@pytest.fixture
def desk() -> Desk:
    """The listener."""
    return Desk()


@pytest.fixture
async def app(client: AsyncWebClient, desk: Desk) -> AsyncApp:
    """An app with all middleware of the bot's own."""
    built = bolt_app(client, await sign_in(client), SECRET)
    built.command("/codecheck")(desk.answer)
    return built


@pytest.fixture
async def bot(app: AsyncApp, session: aiohttp.ClientSession) -> AsyncIterator[SignedSlack]:
    """It over HTTP, as Slack reaches it."""
    async with serve_http(http_app(app, SECRET, Readiness({})), "127.0.0.1", 0) as server:
        yield SignedSlack(session, f"http://127.0.0.1:{server.port}")
