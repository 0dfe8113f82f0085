"""A recording Slack, and the bot's Slack side against it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from bot.deletions.people import People
from bot.domain.policy import Policy
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.deletions.background import Background
from bot.deletions.freezing import Braking
from bot.deletions.history import LookingBack
from bot.deletions.refusals import Refusals
from bot.deletions.requests import Deletions
from bot.deletions.runner import Runner
from bot.domain.next_step import Timings
from bot.observability.health import Readiness
from bot.slack.delivery import SlackMessenger
from bot.slack.listeners import Services, register
from bot.slack.transport.bolt import bolt_app, slack_session, web_client
from bot.slack.transport.http import http_app, serve_http
from bot.slack.transport.sign_in import sign_in
from tests.slack.memory import MemoryBrakes, MemoryRecord, MemoryStore, OneTask, OwnPeople
from tests.slack.samples import ALICE, BOB, WORKSPACE
from tests.slack.signing import SECRET, SignedSlack
from tests.slack.wire import SlackWire


@pytest.fixture
async def slack() -> AsyncIterator[SlackWire]:
    """A Slack that notes what it is asked."""
    async with SlackWire().serving() as wire:
        yield wire


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The session for everything sent to Slack."""
    async with slack_session() as opened:
        yield opened


@pytest.fixture
def client(slack: SlackWire, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The Web API of `slack`."""
    return web_client("xoxb-test", session, slack.api_url)


@pytest.fixture
def conversation(client: AsyncWebClient, session: aiohttp.ClientSession) -> SlackMessenger:
    """What the deletions talk through."""
    return SlackMessenger(client, session, WORKSPACE)


@pytest.fixture
def store() -> MemoryStore:
    """Where the deletions are."""
    return MemoryStore()


@pytest.fixture
def service() -> OneTask:
    """CodeArts Check."""
    return OneTask()


@pytest.fixture
def people() -> OwnPeople:
    """What Slack says of people."""
    return OwnPeople()


@pytest.fixture
async def background() -> AsyncIterator[Background]:
    """What goes on after Slack has been answered; nothing of it outlives a test."""
    running = Background()
    yield running
    await running.drain(5)


@pytest.fixture
def policy() -> Policy:
    """Alice and Bob have operators, Carol has none; nobody is an admin."""
    return Policy(team="T1", operators={ALICE.id: "alice", BOB.id: "bob"})


@pytest.fixture
def brakes() -> MemoryBrakes:
    """Whether deletions are frozen."""
    return MemoryBrakes()


@pytest.fixture
async def app(  # noqa: PLR0913, PLR0917 - pytest fills them by name
    client: AsyncWebClient,
    conversation: SlackMessenger,
    store: MemoryStore,
    service: OneTask,
    background: Background,
    people: OwnPeople,
    policy: Policy,
    brakes: MemoryBrakes,
) -> AsyncApp:
    """The Bolt app with its listeners."""
    record = MemoryRecord()
    carrier = Runner(store, conversation, service, Timings(), brakes)
    refusals = Refusals(record, brakes, conversation, background, policy)
    asked = People(people, policy)
    services = Services(
        Deletions(store, carrier, background, asked, policy, Timings(), refusals),
        Braking(brakes, refusals, policy, Timings()),
        LookingBack(store, record, refusals, asked, policy, Timings()),
    )
    built = bolt_app(client, await sign_in(client), SECRET)
    register(built, services, conversation, background, WORKSPACE)
    return built


@pytest.fixture
async def bot(app: AsyncApp, session: aiohttp.ClientSession) -> AsyncIterator[SignedSlack]:
    """The bot over HTTP, as Slack reaches it."""
    async with serve_http(http_app(app, SECRET, Readiness({})), "127.0.0.1", 0) as server:
        yield SignedSlack(session, f"http://127.0.0.1:{server.port}")
