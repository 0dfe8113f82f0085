"""The Web API client, its session, and the Bolt app."""

import logging
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.observability.health import READY, State
from bot.observability.spans import note
from bot.slack.errors import UNREADABLE
from bot.slack.transport.measured import MeasuredApp
from bot.slack.transport.payloads import Arrived, CleanPayload
from bot.slack.transport.sign_in import Workspace, why_not
from bot.slack.transport.signature import VALID_SECONDS
from bot.slack.transport.slack_clock import SlackClock
from bot.unacknowledged import given_up_after

API_URL = "https://slack.com/api/"
_SECONDS = 10  # one call of the Web API, from connecting to the end of its answer

_UNACKNOWLEDGED = 5.0  # seconds


class RedirectError(aiohttp.ClientError):
    """Slack's addresses never redirect. Following a redirect would send the content, and the token, somewhere else."""


@asynccontextmanager
async def slack_session(clock: SlackClock | None = None) -> AsyncIterator[aiohttp.ClientSession]:
    """The one session for everything sent to Slack: it reuses connections, sets the time-out and follows no redirect.

    slack_sdk ignores its own `timeout=` if it is given a session; without one it opens a connection for every call.

    Args:
        clock: set by each answer.
    """
    clock = clock or SlackClock()

    async def tells_time(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        response = await send(request)
        clock.note(response.headers)
        return response

    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    connector = aiohttp.TCPConnector(socket_factory=_socket)
    middlewares = (_no_redirects, _noted, tells_time)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, middlewares=middlewares) as session:
        yield session


def web_client(token: str, session: aiohttp.ClientSession, base_url: str = API_URL) -> AsyncWebClient:
    """The Web API.

    It has no retry handlers: a `chat.postMessage` that is repeated after a lost answer is a second message, and after
    a 429 the deletion is retried by way of Redis.
    """
    return AsyncWebClient(
        token=token, base_url=base_url, session=session, retry_handlers=[], logger=_logger("slack_sdk")
    )


async def slack_answers(client: AsyncWebClient, clock: SlackClock) -> State:
    """A probe for `/readyz` over HTTP: whether Slack accepts the bot's token, and the bot what Slack signs."""
    try:
        await client.auth_test()
    except (SlackApiError, aiohttp.ClientError, OSError, *UNREADABLE) as error:
        return State(ready=False, reason=why_not(error))
    if abs(ahead := clock.machine_ahead()) > VALID_SECONDS:
        return State(ready=False, reason=f"this machine's clock is {ahead:+d} s off, so Slack's requests are refused")
    return READY


def bolt_app(
    client: AsyncWebClient,
    workspace: Workspace,
    signing_secret: str = "",
    *,
    subcommands: Collection[str] = (),
) -> AsyncApp:
    """The Bolt app, without listeners.

    Args:
        client: each request's own client takes over its session and address.
        workspace: used for every request: there is only one installation, so Bolt need not call `auth.test` each time.
        signing_secret: checks requests in HTTP mode; not used in Socket Mode.
        subcommands: the names by which commands are counted.
    """
    authorized = AuthorizeResult(
        enterprise_id=workspace.enterprise,
        team_id=workspace.team,
        team=workspace.name,
        url=workspace.url,
        bot_id=workspace.bot_id,
        bot_user_id=workspace.bot_user,
        bot_token=client.token,
    )

    async def authorize() -> AuthorizeResult:
        return authorized

    logger = _logger("slack_bolt")
    logger.addFilter(_is_news)
    tokenless = AsyncWebClient(  # Bolt warns of a client that has a token beside `authorize`
        base_url=client.base_url, session=client.session, retry_handlers=[], logger=client.logger
    )
    app = MeasuredApp(
        subcommands,
        name="codecheck-bot",
        client=tokenless,
        authorize=authorize,
        signing_secret=signing_secret,
        process_before_response=True,  # otherwise Bolt polls for the ack every 10 ms, and a later exception loses it
        logger=logger,
    )
    app.use(Arrived())
    app.use(CleanPayload(client.base_url))
    return app


def _socket(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    for option in given_up_after(_UNACKNOWLEDGED):
        made.setsockopt(*option)
    return made


async def _no_redirects(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    response = await send(request)
    if response.status in {301, 302, 303, 307, 308}:
        response.close()
        raise RedirectError(f"HTTP {response.status}")
    return response


async def _noted(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Add OpenTelemetry's attributes of a request to its call's span. A response_url's path is a secret, so none is."""
    url = request.url
    note({"http.request.method": request.method, "server.address": url.host or "", "server.port": url.port or 0})
    response = await send(request)
    note({"http.response.status_code": response.status})
    return response


def _logger(name: str) -> logging.Logger:
    """A logger with a level of its own: at NOTSET slack_sdk formats debug strings on every call."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.WARNING)
    return logger


def _is_news(record: logging.LogRecord) -> bool:
    """AsyncApp reads SLACK_BOT_TOKEN by itself and then says that it does not use it, which is intended."""
    return record.getMessage() != warning_client_prioritized_and_token_skipped()
