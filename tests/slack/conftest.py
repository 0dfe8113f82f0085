"""A recording Slack, and the bot's Slack side against it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.deletions.actions import Actions
from bot.deletions.authorizer import Authorizer
from bot.deletions.background import Background
from bot.deletions.execution import Execution
from bot.deletions.freezing import Freezing
from bot.deletions.history import History
from bot.deletions.outbox import Outbox
from bot.deletions.refusals import Refusals
from bot.deletions.requests import Requests
from bot.deletions.runner import Runner
from bot.domain.access import AccessPolicy
from bot.domain.installation import Installation
from bot.domain.operators import Operators
from bot.domain.rules import Rules
from bot.domain.timings import Timings
from bot.observability.health import Readiness
from bot.slack.delivery import SlackMessenger
from bot.slack.health import SlackHealth
from bot.slack.listeners import register
from bot.slack.services import Services
from bot.slack.transport.bolt import bolt_app, slack_session, web_client
from bot.slack.transport.events import Events
from bot.slack.transport.http import HttpApp, serve_http
from bot.slack.transport.sign_in import sign_in
from tests.slack.memory import MemoryAuditLog, MemoryFreeze, MemoryStore, OneTask, OwnPeople
from tests.slack.samples import ALICE, BOB, LINKS
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
def health() -> SlackHealth:
    """What Slack refuses the app."""
    return SlackHealth()


@pytest.fixture
def conversation(client: AsyncWebClient, session: aiohttp.ClientSession, health: SlackHealth) -> SlackMessenger:
    """What the deletions talk through."""
    return SlackMessenger(client, session, LINKS, health)


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
def policy() -> AccessPolicy:
    """Alice and Bob have operators, Carol has none; nobody is an admin."""
    return AccessPolicy(Installation("T1"), Operators({ALICE.id: "alice", BOB.id: "bob"}))


@pytest.fixture
def freezes() -> MemoryFreeze:
    """Whether deletions are frozen."""
    return MemoryFreeze()


@pytest.fixture
async def app(  # noqa: PLR0913, PLR0917 - pytest fills them by name
    client: AsyncWebClient,
    conversation: SlackMessenger,
    store: MemoryStore,
    service: OneTask,
    background: Background,
    people: OwnPeople,
    policy: AccessPolicy,
    freezes: MemoryFreeze,
) -> AsyncApp:
    """The Bolt app with its listeners."""
    audit, rules, timings = MemoryAuditLog(), Rules(), Timings()
    authorizer = Authorizer(people, policy)
    refusals = Refusals(audit, background, conversation)
    execution = Execution(store, service, authorizer, timings)
    runner = Runner(store, Outbox(conversation, store), execution, service, background, timings=timings)
    services = Services(
        Requests(store, audit, freezes, authorizer, service, runner, refusals, rules=rules, timings=timings),
        Actions(store, authorizer, runner, rules, refusals),
        Freezing(freezes, store, authorizer, runner, conversation, refusals, background),
        History(store, audit, authorizer, refusals),
        conversation.open_modal,
        LINKS,
        policy.admins,
    )
    built = bolt_app(client, await sign_in(client), SECRET)
    register(built, services, conversation, background)
    return built


@pytest.fixture
async def bot(app: AsyncApp, session: aiohttp.ClientSession) -> AsyncIterator[SignedSlack]:
    """The bot over HTTP, as Slack reaches it."""
    events = Events(SECRET)
    events.app = app
    async with serve_http(HttpApp(Readiness({}), events), "127.0.0.1", 0) as server:
        yield SignedSlack(session, f"http://127.0.0.1:{server.port}")
