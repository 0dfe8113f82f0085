"""Whether Slack's requests can reach the bot: Socket Mode and its app token, or HTTP and the signing secret."""

import re

import aiohttp

from bot.codearts.troubles import trouble
from bot.doctor.check import CannotTell, Finding, fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.errors import DeliveryError, UndeliverableError
from bot.slack.errors import AppRefusedError

_SIGNING_SECRET = re.compile(r"[0-9a-f]{32}")
_APP_TOKEN = re.compile(r"xapp-\d+-(A[0-9A-Z]{8,})-.+")
_MAKE_ONE = "Make an app-level token with connections:write under Basic Information, and switch Socket Mode on."


async def look(deployment: Deployment) -> Findings:
    """Ask for a Socket Mode address as the bot does; of a signing secret only the form can be checked.

    The address is not used: Slack would send payloads of the running bot there.
    """
    token = deployment.settings.slack_app_token
    if token is None:
        yield _signing_secret(deployment)
        return
    try:
        await deployment.slack.open_socket(token.get_secret_value())
    except (AppRefusedError, UndeliverableError) as error:
        yield fault(f"Slack answered {error} to the app token", _MAKE_ONE)
        return
    except DeliveryError as error:
        cause = error.__cause__
        why = trouble(cause, "Slack").why if isinstance(cause, (aiohttp.ClientError, OSError)) else error
        raise CannotTell(f"Socket Mode was not opened: {str(why).rstrip('.')}", "See the bot token.") from None
    app = await _bots_app(deployment)
    of = _APP_TOKEN.fullmatch(token.get_secret_value())
    if app and of and of[1] != app:
        yield fault(
            f"SLACK_APP_TOKEN belongs to the app {of[1]}, SLACK_BOT_TOKEN to {app}",
            "Copy both tokens from the same app.",
        )
    else:
        yield ok("Slack accepts the app token; whether a WebSocket gets through shows when the bot runs, at /readyz")


def _signing_secret(deployment: Deployment) -> Finding:
    secret = deployment.settings.slack_signing_secret
    if secret is None or not _SIGNING_SECRET.fullmatch(secret.get_secret_value()):
        return warning(
            "SLACK_SIGNING_SECRET does not look like one (32 digits and letters a to f): requests may all be refused",
            "Copy the Signing Secret from Basic Information at https://api.slack.com/apps.",
        )
    return ok("HTTP; the signing secret has the right form, and the first request shows whether it is the right one")


async def _bots_app(deployment: Deployment) -> str:
    """The ID of the app that the bot token is of; "" if Slack does not tell."""
    try:
        bot_id = str((await deployment.slack.sign_in()).content.get("bot_id") or "")
        bot = (await deployment.slack.ask("bots.info", bot=bot_id)).get("bot")
    except (DeliveryError, CannotTell):
        return ""
    return str(bot.get("app_id") or "") if isinstance(bot, dict) else ""


PROBE = Probe(name="requests", order=42, checks="the app token of Socket Mode, or the signing secret's form", look=look)
