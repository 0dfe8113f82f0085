"""A recording Slack, what the bot says to it, and a whole bot against it on a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from redis.asyncio import Redis
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import open_bot
from bot.settings import load_settings
from bot.slack.delivery import SlackMessenger
from bot.slack.health import SlackHealth
from bot.slack.transport.bolt import slack_session, web_client
from bot.slack.views.from_deletion import Links
from bot.store.embedded import EmbeddedServer
from codecheck_sandbox.codearts import BOT, CodeArtsStandIn, default_tasks
from codecheck_sandbox.codearts.accounts import REGION_PROJECT
from tests.fixtures.world import QUICK
from tests.slack.samples import ALICE, BOB, DANA, TASK_ID, WORKSPACE
from tests.slack.signing import SECRET, SignedSlack
from tests.slack.subcommands import one_more_subcommand
from tests.slack.waiting import until
from tests.slack.wire import SlackWire
from tests.store.rig import Rig
from tests.wire.proxy import Proxy

TOML = f"""
[operators]
{ALICE.id} = "alice"
{BOB.id} = "bob"
[allow]
admins = ["{DANA.id}"]
[confirmation]
dwell_seconds = 0
"""
BOOM = """
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.layout import Layout


async def answer(call: Call) -> Layout:
    raise RuntimeError("a bug")


SUBCOMMAND = Subcommand(name="boom", order=1, does="fails", who=Who.ANYONE, pages=True, answer=answer)
"""


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
def messenger(client: AsyncWebClient, session: aiohttp.ClientSession, health: SlackHealth) -> SlackMessenger:
    """What the deletions talk through."""
    return SlackMessenger(client, session, Links(WORKSPACE), health)


@pytest.fixture
async def codearts() -> AsyncIterator[CodeArtsStandIn]:
    """A CodeArts Check in which Alice's task can be deleted."""
    async with CodeArtsStandIn() as service:
        service.add_tasks(replace(default_tasks()[0], id=TASK_ID, name="nightly-scan"))
        yield service


@pytest.fixture
async def redis_proxy(redis_server: EmbeddedServer) -> AsyncIterator[Proxy]:
    """The bot's way to Redis, which can be cut."""
    path = urlsplit(redis_server.url).path
    async with Proxy(lambda: asyncio.open_unix_connection(path)) as proxy:
        yield proxy


@pytest.fixture
async def rig(redis_server: EmbeddedServer, redis_client: Redis, redis_prefix: str) -> AsyncIterator[Rig]:
    """What the bot has in Redis, seen past the proxy."""
    async with Rig(redis_server.url, redis_client, redis_prefix) as rig:
        yield rig


@pytest.fixture
def boom(tmp_path: Path) -> Iterator[None]:
    """A subcommand with a bug; to be asked for before the bot."""
    folder = tmp_path / "subcommands"
    folder.mkdir()
    with one_more_subcommand("boom", BOOM, folder):
        yield


@pytest.fixture
async def bot(  # noqa: PLR0913, PLR0917 - pytest fills them by name
    slack: SlackWire,
    session: aiohttp.ClientSession,
    codearts: CodeArtsStandIn,
    redis_proxy: Proxy,
    redis_prefix: str,
    tmp_path: Path,
) -> AsyncIterator[SignedSlack]:
    """The bot over HTTP, as Slack reaches it: Alice and Bob have operators, Dana is an admin, Carol is nobody."""
    (tmp_path / "codecheck.toml").write_text(TOML, encoding="utf-8")
    environ = {
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack.api_url,
        "REDIS_URL": f"redis://127.0.0.1:{redis_proxy.port}",
        "CODECHECK_REDIS_PREFIX": redis_prefix,
        "CODEARTS_ENDPOINT": codearts.url,
        "HUAWEICLOUD_SDK_IAM_ENDPOINT": codearts.url,
        "HUAWEICLOUD_SDK_AK": BOT.access_key,
        "HUAWEICLOUD_SDK_SK": BOT.secret_key,
        "HUAWEICLOUD_SDK_PROJECT_ID": REGION_PROJECT,
        "HOST": "127.0.0.1",
        "PORT": "0",
    }
    async with open_bot(load_settings(environ, tmp_path), QUICK) as serving:
        bot = SignedSlack(session, f"http://127.0.0.1:{serving.port}")

        async def ready() -> bool:
            return (await bot.request("GET", "/readyz"))[0] == 200

        await until(ready)
        yield bot
