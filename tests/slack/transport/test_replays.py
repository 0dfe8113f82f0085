"""A signed request counts once: a copy is answered with 200, and does nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import CopiedError
from bot.observability.health import Readiness
from bot.slack.transport.bolt import bolt_app
from bot.slack.transport.http import http_app, serve_http
from bot.slack.transport.sign_in import sign_in
from tests.slack.samples import ALICE
from tests.slack.signing import SECRET, SignedSlack, click_form, click_payload, command_form, signed_headers

COMMAND = command_form("freeze", ALICE)
CLICK = click_form(click_payload("deletion.confirm", "x" * 22, ALICE))
SUBMISSION = click_form(
    {"type": "view_submission", "view": {"type": "modal", "callback_id": "typed"}, "user": {"id": ALICE.id}}
)
EVENT = '{"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_home_opened", "user": "U1"}}'


class Remembered:
    """What the signatures are kept in, as Redis keeps them: whatever is asked of it counts the request first."""

    def __init__(self) -> None:
        self.tokens: dict[str, object] = {}
        self._request: ContextVar[tuple[str, object]] = ContextVar("request")

    def received(self, signature: str) -> None:
        """Note it as the port says."""
        self._request.set((signature, object()))

    async def first_time(self) -> bool:
        """Answer as the port says."""
        await asyncio.sleep(0)
        signature, token = self._request.get()
        return self.tokens.setdefault(signature, token) is token

    async def write(self) -> None:
        """Raise what a write raises."""
        if not await self.first_time():
            raise CopiedError


class Listening:
    """An app that counts what it does, as `/codecheck`, the buttons, the modals and events do."""

    def __init__(self, app: AsyncApp, remembered: Remembered) -> None:
        self.acted = 0
        self._remembered = remembered
        app.command("/codecheck")(self.act)
        app.action("deletion.confirm")(self.act)
        app.view("typed")(self.submit)
        app.event("app_home_opened")(self.welcome)
        app.error(self.failed)

    async def act(self, ack: AsyncAck, body: dict[str, object]) -> None:
        """Act; `help` asks for nothing that has to be recorded."""
        if body.get("text") != "help":
            await self._remembered.write()
        self.acted += 1
        await ack("acted")

    async def submit(self, ack: AsyncAck) -> None:
        """The same for a modal, which cannot be answered with a text."""
        await self._remembered.write()
        self.acted += 1
        await ack()

    async def welcome(self) -> None:
        """The same for an event."""
        self.acted += 1

    async def failed(self, error: Exception) -> BoltResponse:
        """Say so if a copy were to be answered."""
        return BoltResponse(status=200, body=repr(error))


@pytest.fixture
def remembered() -> Remembered:
    """Where signatures are kept."""
    return Remembered()


class Replica:
    """One bot, and what it did."""

    def __init__(self, slack: SignedSlack, listening: Listening) -> None:
        self.slack = slack
        self.listening = listening


@asynccontextmanager
async def replica(
    client: AsyncWebClient, session: aiohttp.ClientSession, remembered: Remembered
) -> AsyncIterator[Replica]:
    """A bot over HTTP."""
    app = bolt_app(client, await sign_in(client), SECRET)
    async with serve_http(http_app(app, SECRET, Readiness(), remembered), "127.0.0.1", 0) as server:
        yield Replica(SignedSlack(session, f"http://127.0.0.1:{server.port}"), Listening(app, remembered))


@pytest.fixture
async def replicas(
    client: AsyncWebClient, session: aiohttp.ClientSession, remembered: Remembered
) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two bots that share what they remember."""
    async with replica(client, session, remembered) as one, replica(client, session, remembered) as other:
        yield one, other


def acted(replicas: tuple[Replica, Replica]) -> int:
    """How often anything was done."""
    return sum(each.listening.acted for each in replicas)


@pytest.mark.parametrize("body", [COMMAND, CLICK, SUBMISSION])
async def test_a_copy_does_nothing(replicas: tuple[Replica, Replica], body: str) -> None:
    """A captured request that is sent again, to this replica or another, is answered with 200, and that is all."""
    headers = signed_headers(body)
    first = await replicas[0].slack.send(body, headers)
    again = [await each.slack.send(body, headers) for each in (*replicas, *replicas)]

    assert first == (200, "" if body == SUBMISSION else "acted")
    assert again == [(200, "")] * 4
    assert acted(replicas) == 1


async def test_a_copy_of_a_request_that_records_nothing_is_not_answered(replicas: tuple[Replica, Replica]) -> None:
    """Such as `help`: whoever sends a copy learns nothing from it."""
    body = command_form("help", ALICE)
    headers = signed_headers(body)

    assert await replicas[0].slack.send(body, headers) == (200, "acted")
    assert await replicas[1].slack.send(body, headers) == (200, "")


@pytest.mark.parametrize("retry", [{"X-Slack-Retry-Num": "1"}, {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "x"}])
@pytest.mark.parametrize("body", [COMMAND, CLICK, SUBMISSION])
async def test_a_header_that_is_not_signed_proves_nothing(
    replicas: tuple[Replica, Replica], body: str, retry: dict[str, str]
) -> None:
    """Anybody can add Slack's header of a redelivery to a copy; Slack itself sends commands and clicks only once."""
    headers = signed_headers(body)
    await replicas[0].slack.send(body, headers)

    assert await replicas[1].slack.send(body, headers | retry) == (200, "")
    assert acted(replicas) == 1


async def test_another_spelling_is_no_new_signature(replicas: tuple[Replica, Replica]) -> None:
    """A copy cannot pass as new by writing its signature or its timestamp differently."""
    headers = signed_headers(COMMAND)
    await replicas[0].slack.send(COMMAND, headers)
    other = [
        headers | {"X-Slack-Signature": headers["X-Slack-Signature"].upper()},
        headers | {"X-Slack-Signature": f"{headers['X-Slack-Signature']} "},
        headers | {"X-Slack-Request-Timestamp": f"0{headers['X-Slack-Request-Timestamp']}"},
        headers | {"X-Slack-Request-Timestamp": f"+{headers['X-Slack-Request-Timestamp']}"},
    ]
    for copy in other:
        assert (await replicas[1].slack.send(COMMAND, copy))[0] in {200, 401}

    assert acted(replicas) == 1


async def test_copies_at_once(replicas: tuple[Replica, Replica]) -> None:
    """Of many copies at once one counts."""
    headers = signed_headers(COMMAND)
    answers = await asyncio.gather(*(each.slack.send(COMMAND, headers) for each in replicas * 10))

    assert sorted(answers) == [(200, "")] * 19 + [(200, "acted")]
    assert acted(replicas) == 1


async def test_the_same_again_is_no_copy(replicas: tuple[Replica, Replica]) -> None:
    """A person who does the same twice sends two requests, since each has a trigger ID of its own."""
    for trigger in ("1.2.3", "4.5.6"):
        await replicas[0].slack.send(COMMAND.replace("1.2.3", trigger))

    assert acted(replicas) == 2


@pytest.mark.parametrize("retry", [{}, {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_error"}])
async def test_slack_may_redeliver_an_event(replicas: tuple[Replica, Replica], retry: dict[str, str]) -> None:
    """An event that comes again in the same second has the same signature; it is handled again, and may be."""
    headers = signed_headers(EVENT) | {"Content-Type": "application/json"}
    assert (await replicas[0].slack.send(EVENT, headers))[0] == 200
    assert (await replicas[1].slack.send(EVENT, headers | retry))[0] == 200

    assert acted(replicas) == 2


@pytest.mark.parametrize("body", [f"{COMMAND}&type=event_callback", f"type=event_callback&{COMMAND}"])
async def test_nothing_else_passes_as_an_event(replicas: tuple[Replica, Replica], body: str) -> None:
    """A command with a field that Slack does not send is still a command."""
    headers = signed_headers(body)
    for each in replicas:
        await each.slack.send(body, headers)

    assert acted(replicas) == 1


async def test_an_unsigned_request_is_not_remembered(replicas: tuple[Replica, Replica], remembered: Remembered) -> None:
    """A stranger can fill nothing: only what Slack signed is remembered."""
    await replicas[0].slack.send(COMMAND, signed_headers(COMMAND, secret="another"))

    assert remembered.tokens == {}
