"""The Web API client, who the bot is, and the Bolt app."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import stamina
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.logger.messages import warning_client_prioritized_and_token_skipped
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BotError, DeliveryDelayedError, DeliveryError
from bot.domain.installation import Installation
from bot.slack.errors import web_api_errors

API_URL = "https://slack.com/api/"
_SECONDS = 10  # one call of the Web API, from connecting to the end of its answer
_SIGN_IN_ATTEMPTS = 5


class SignInError(BotError):
    """Slack does not know the bot's token, or cannot be reached; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the bot is installed, as auth.test says.

    Args:
        team: the workspace's ID.
        url: its address, from which links are made.
        name: what it is called.
        bot_id: the bot's ID.
        bot_user: the bot's user ID.
        enterprise: the organisation's ID; None outside Enterprise Grid.
        org_wide: whether the app is installed for the whole organisation; `team` may then be "".
    """

    team: str
    url: str
    name: str
    bot_id: str
    bot_user: str
    enterprise: str | None
    org_wide: bool = False

    @property
    def installation(self) -> Installation:
        """What decides who belongs here."""
        return Installation(self.team, self.enterprise or "", self.org_wide)


@asynccontextmanager
async def slack_session() -> AsyncIterator[aiohttp.ClientSession]:
    """The one session for everything sent to Slack: its connections are reused, and it sets the time-out.

    With a session of the caller's, slack_sdk ignores its own `timeout=`; without one it opens a connection every call.
    """
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session:
        yield session


def web_client(token: str, session: aiohttp.ClientSession, base_url: str = API_URL) -> AsyncWebClient:
    """The Web API, for `SlackMessenger`, `sign_in` and `signed_in`.

    Without retry handlers: a `chat.postMessage` sent again after a lost answer is a second message, and after a 429 it
    is Redis that remembers to come back.
    """
    return AsyncWebClient(
        token=token, base_url=base_url, session=session, retry_handlers=[], logger=_logger("slack_sdk")
    )


async def sign_in(client: AsyncWebClient) -> Workspace:
    """Ask Slack who the bot is, trying again while Slack says "not now".

    Raises:
        SignInError: it refuses the token, or cannot be reached.
    """
    try:
        async for attempt in stamina.retry_context(on=DeliveryDelayedError, attempts=_SIGN_IN_ATTEMPTS):
            with attempt:
                return await _who_am_i(client)
    except DeliveryDelayedError as error:
        raise SignInError(
            f"Slack cannot be reached at {client.base_url} ({error}). Check the network and `SLACK_API_URL`."
        ) from error
    except DeliveryError as error:
        raise SignInError(f"Slack refuses the bot's token ({error}). Check `SLACK_BOT_TOKEN`.") from error
    raise AssertionError  # stamina gives at least one attempt


async def signed_in(client: AsyncWebClient) -> bool:
    """A check for `/readyz`: whether Slack answers and knows the bot."""
    try:
        await _who_am_i(client)
    except DeliveryError:
        return False
    return True


def bolt_app(client: AsyncWebClient, workspace: Workspace, signing_secret: str = "") -> AsyncApp:
    """The Bolt app, without listeners.

    Args:
        client: whose session and address each request's own client takes over.
        workspace: who every request is answered as: one installation, so no `auth.test` a request.
        signing_secret: checks requests in HTTP mode; not used in Socket Mode.
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
    return AsyncApp(
        name="codecheck-bot",
        client=tokenless,
        authorize=authorize,
        signing_secret=signing_secret,
        process_before_response=True,  # else Bolt polls for the ack every 10 ms, and loses it to a later exception
        logger=logger,
    )


async def _who_am_i(client: AsyncWebClient) -> Workspace:
    with web_api_errors():
        me = await client.auth_test()
    enterprise = me.get("enterprise_id")
    return Workspace(
        team=str(me.get("team_id") or ""),
        url=str(me.get("url") or "https://slack.com/"),
        name=str(me.get("team") or ""),
        bot_id=str(me.get("bot_id") or ""),
        bot_user=str(me.get("user_id") or ""),
        enterprise=str(enterprise) if enterprise else None,
        org_wide=me.get("is_enterprise_install") is True,
    )


def _logger(name: str) -> logging.Logger:
    """A logger with a level of its own: at NOTSET slack_sdk formats debug strings on every call."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.WARNING)
    return logger


def _is_news(record: logging.LogRecord) -> bool:
    """AsyncApp reads SLACK_BOT_TOKEN by itself and then says that it does not use it: that is meant."""
    return record.getMessage() != warning_client_prioritized_and_token_skipped()
