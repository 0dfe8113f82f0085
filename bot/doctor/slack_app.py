"""Whether Slack takes the tokens, and the app was given all that the manifest asks for."""

import aiohttp
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.codearts.troubles import trouble
from bot.doctor.check import Check, Grade
from bot.manifest import OPTIONAL_SCOPES, manifest
from bot.settings import Settings

_PATIENCE = 10  # seconds
_WHERE = "The endpoint is SLACK_API_URL."


async def look_at_slack(settings: Settings) -> list[Check]:
    """Ask Slack who the bot is, what it may, and whether Socket Mode opens; nothing is posted."""
    client = AsyncWebClient(
        settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, timeout=_PATIENCE
    )
    try:
        return [*await _bot(client, settings), await _way_in(client, settings), *await _notified(client, settings)]
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        found = trouble(error, "Slack")
        return [Check("Slack", Grade.FAULT, str(found.why), f"{found.admin_hint} {_WHERE}")]


async def _bot(client: AsyncWebClient, settings: Settings) -> list[Check]:
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        return [Check("bot token", Grade.FAULT, _said(error), "Install the app anew and copy SLACK_BOT_TOKEN.")]
    header = _header(answer.headers, "x-oauth-scopes")
    granted = None if header is None else {scope.strip() for scope in header.split(",")}
    return [
        Check("bot token", Grade.OK, f"{answer['user']} in the workspace {answer['team']}"),
        judge_scopes(granted, set(yaml.safe_load(manifest())["oauth_config"]["scopes"]["bot"]) | needed(settings)),
    ]


def needed(settings: Settings) -> set[str]:
    """The optional scopes that these settings need."""
    used = {
        "email": settings.operators_from.email_domain,
        "profile": settings.operators_from.profile_field,
        "usergroups": settings.allow.usergroups,
    }
    return {OPTIONAL_SCOPES[name] for name, value in used.items() if value}


def judge_scopes(granted: set[str] | None, wanted: set[str]) -> Check:
    """Whether the token has every scope that manifest.yml asks for, and that the settings make use of.

    Args:
        granted: those that Slack says the token has; None if it does not say.
        wanted: those that it should have.
    """
    if granted is None:
        return Check(
            "scopes",
            Grade.WARNING,
            "Slack's answer has no header x-oauth-scopes, so this cannot tell whether the app has all of them",
            f"Look in the app's settings, under OAuth & Permissions, whether it has {', '.join(sorted(wanted))}. "
            "A proxy between the bot and Slack may have taken the header away.",
        )
    if missing := sorted(wanted - granted):
        return Check(
            "scopes",
            Grade.FAULT,
            f"the bot token lacks {', '.join(missing)}",
            "Paste the output of `codecheck-bot manifest` into App Manifest, and install the app anew.",
        )
    return Check("scopes", Grade.OK, ", ".join(sorted(wanted)))


async def _way_in(client: AsyncWebClient, settings: Settings) -> Check:
    if settings.slack_app_token is None:
        return Check("requests", Grade.OK, "HTTP: whether the signing secret is right shows at the first request")
    try:
        await client.apps_connections_open(app_token=settings.slack_app_token.get_secret_value())
    except SlackApiError as error:
        cure = "Make an app-level token with connections:write under Basic Information, and switch Socket Mode on."
        return Check("app token", Grade.FAULT, _said(error), cure)
    return Check("app token", Grade.OK, "Socket Mode opens")


async def _notified(client: AsyncWebClient, settings: Settings) -> list[Check]:
    """Whether the bot is in the channels of `[notify]`, where it may ask."""
    return [await _membership(client, channel) for channel in settings.notify.channels]


async def _membership(client: AsyncWebClient, channel: str) -> Check:
    name, invite = f"channel {channel}", "Invite the bot there: /invite @codecheck-bot."
    try:
        answer = await client.conversations_info(channel=channel)
    except SlackApiError as error:
        if _code(error) == "missing_scope":
            return Check(name, Grade.WARNING, "the bot may not look whether it is in there", invite)
        return Check(name, Grade.FAULT, _said(error), "Correct [notify] channels, or invite the bot there.")
    if answer["channel"].get("is_member") or answer["channel"].get("is_im"):
        return Check(name, Grade.OK, "the bot is in there")
    return Check(name, Grade.FAULT, "the bot is not in there, so it cannot post", invite)


def _code(error: SlackApiError) -> str:
    """Slack's error code; where a proxy answered in its place, the HTTP status."""
    said = error.response.data
    return str(said["error"]) if isinstance(said, dict) and "error" in said else f"HTTP {error.response.status_code}"


def _said(error: SlackApiError) -> str:
    return f"Slack answered {_code(error)}"


def _header(headers: dict[str, str], name: str) -> str | None:
    return next((value for key, value in headers.items() if key.lower() == name), None)
