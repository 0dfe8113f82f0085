"""Asks Slack who the bot is, at the start and for as long as it takes: a machine may be up before its network.

The start fails only if Slack itself refuses a token.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import BotError
from bot.domain.installation import Installation
from bot.slack.errors import UNREADABLE

# From the error tables of auth.test and apps.connections.open: the codes about the token or the app.
REFUSALS = frozenset(
    {
        "access_denied",
        "account_inactive",
        "app_missing_action_url",
        "deprecated_endpoint",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "forbidden_team",
        "invalid_auth",
        "method_deprecated",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0  # seconds between two attempts

_log = structlog.get_logger(__name__)


class SignInError(BotError):
    """Slack refuses a token; the text says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the bot is installed, as auth.test says.

    Args:
        team: the workspace's ID.
        url: its address, from which links are made.
        name: the workspace's name.
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
        """Where the app is installed, which decides who belongs here."""
        return Installation(self.team, self.enterprise or "", self.org_wide)


async def sign_in(client: AsyncWebClient) -> Workspace:
    """Ask Slack who the bot is, until it answers.

    Raises:
        SignInError: it refuses the token.
    """
    me = await _until_answered(client.auth_test, "bot's token", "SLACK_BOT_TOKEN")
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


async def socket_address(client: AsyncWebClient, app_token: str) -> str:
    """Ask Slack for the address of a WebSocket, until it answers. The address works once, and only for a short time.

    Raises:
        SignInError: it refuses the app token.
    """

    async def ask() -> AsyncSlackResponse:
        return await client.apps_connections_open(app_token=app_token)

    return str((await _until_answered(ask, "app token", "SLACK_APP_TOKEN"))["url"])


def why_not(error: Exception) -> str:
    """Why a call of slack_sdk failed, in a few words and without an address or a token."""
    if isinstance(error, SlackApiError):
        code = _code(error)
        return f"Slack says {code}" if code else f"Slack answers HTTP {getattr(error.response, 'status_code', '?')}"
    if isinstance(error, UNREADABLE):
        return "something other than Slack answers"
    return f"Slack cannot be reached: {type(error).__name__}"


async def _until_answered(
    ask: Callable[[], Awaitable[AsyncSlackResponse]], token: str, setting: str
) -> AsyncSlackResponse:
    pause = _FIRST_PAUSE
    while True:
        wait = 0.0
        try:
            return await ask()
        except SlackApiError as error:
            if _code(error) in REFUSALS:
                raise SignInError(f"Slack refuses the {token} ({_code(error)}). Check `{setting}`.") from error
            reason, wait = why_not(error), _retry_after(error)
        except (aiohttp.ClientError, OSError, *UNREADABLE) as error:  # a TimeoutError is an OSError
            reason = why_not(error)
        wait = max(wait, pause * random.uniform(0.5, 1))  # noqa: S311 - so that replicas do not ask all at once
        _log.warning("sign-in to slack failed, trying again", reason=reason, setting=setting, seconds=round(wait, 1))
        await asyncio.sleep(wait)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _code(error: SlackApiError) -> str:
    """Slack's error code; "" if the answer is not Slack's."""
    data = getattr(error.response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) else ""


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    seconds = str(headers.get("Retry-After", ""))
    return float(seconds) if seconds.isascii() and seconds.isdecimal() else 0
