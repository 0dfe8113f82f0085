"""A stand-in Slack with a manifest of its own, a few people and a channel."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession
from aiohttp.web import AppRunner, TCPSite
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from codecheck_sandbox.slack import Channel, Person, SlackStandIn


def manifest_with(*scopes: str, interactive: bool = True, should_escape: bool = True) -> Mapping[str, object]:
    """A manifest of an app with one command and the given bot scopes."""
    return {
        "features": {
            "bot_user": {"display_name": "testbot"},
            "slash_commands": [{"command": "/test", "description": "Test", "should_escape": should_escape}],
        },
        "oauth_config": {"scopes": {"bot": list(scopes)}},
        "settings": {"interactivity": {"is_enabled": interactive}},
    }


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    """A stand-in whose app may do what the bot may."""
    async with SlackStandIn(manifest_with("commands", "chat:write")) as slack:
        yield slack


@pytest.fixture
def alice(slack: SlackStandIn) -> Person:
    """A member of the workspace."""
    return slack.user("U01ALICE", "alice")


@pytest.fixture
def bob(slack: SlackStandIn) -> Person:
    """Another."""
    return slack.user("U01BOB", "bob")


@pytest.fixture
def general(slack: SlackStandIn, alice: Person, bob: Person) -> Channel:
    """A public channel with everyone in it."""
    return slack.channel("C01GENERAL", "general", members=[alice, bob])


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """An HTTP client that knows nothing of Slack."""
    async with ClientSession() as session:
        yield session


@pytest.fixture
def web(slack: SlackStandIn, session: ClientSession) -> AsyncWebClient:
    """Slack's own client. Its default retries would post again after a cut connection."""
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[])


async def refusal(call: Awaitable[AsyncSlackResponse]) -> str:
    """The error code with which Slack refuses a call."""
    with pytest.raises(SlackApiError) as raised:
        await call
    return str(raised.value.response["error"])


@dataclass
class Bolt:
    """A Bolt app, to which a test adds listeners."""

    app: AsyncApp
    serve: Callable[[], Awaitable[None]]


@pytest.fixture
async def bolt(slack: SlackStandIn, web: AsyncWebClient) -> AsyncIterator[Bolt]:
    """A Bolt app that `serve` starts on its own server and connects by HTTP."""
    app = AsyncApp(client=web, signing_secret=slack.signing_secret, process_before_response=True)
    runner = AppRunner(app.web_app("/slack/events"), access_log=None, shutdown_timeout=1)

    async def serve() -> None:
        await runner.setup()
        await TCPSite(runner, "127.0.0.1", 0).start()
        slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")

    yield Bolt(app, serve)
    await runner.cleanup()
