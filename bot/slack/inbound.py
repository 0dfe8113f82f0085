"""What Slack sends -> what the bot acts on.

People are known by team and user ID. For a slash command that is `team_id`: only members of the installing workspace
can run it. For a click it is the person's own `user.team_id`, never the message's `team`: in a channel shared by Slack
Connect strangers can press the buttons, and `team` is the installing workspace's (or null in an organisation-wide
installation). A payload without it names nobody, so its team is "" and the policy refuses it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.deletion import Action, Prompt, ResponseUrl
from bot.domain.errors import BotError
from bot.domain.identity import SlackUser
from bot.slack.views.modals import TASK_ID
from bot.slack.views.prompts import ACTION

ACTS: Mapping[str, Action] = {f"{ACTION}.{act}": act for act in Action}
_DELETION_ID = re.compile(r"[0-9A-Za-z_-]{22,64}")  # token_urlsafe(16) or longer

Payload = Mapping[str, object]


class MalformedPayloadError(BotError):
    """The payload is not what Slack documents, so nothing was done; the text says where."""


@dataclass(frozen=True, slots=True)
class CommandPayload:
    """Somebody typed `/codecheck …`."""

    text: str
    by: SlackUser
    channel: str
    response_url: ResponseUrl | None


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody pressed a button of a prompt."""

    act: Action
    deletion_id: str
    by: SlackUser
    clicked: Prompt
    response_url: ResponseUrl | None
    trigger_id: str


@dataclass(frozen=True, slots=True)
class Submission:
    """Somebody typed a task's ID and pressed Enter or the button."""

    deletion_id: str
    typed: str
    by: SlackUser


def read_command(payload: Payload) -> CommandPayload:
    """Read a slash command.

    Raises:
        MalformedPayloadError: it does not say who or where.
    """
    by = SlackUser(_text(payload, "team_id"), _required(payload, "user_id"))
    return CommandPayload(
        _text(payload, "text"), by, _required(payload, "channel_id"), _response_url(payload, edits=False)
    )


def read_click(payload: Payload) -> Click:
    """Read a click (`block_actions`).

    Raises:
        MalformedPayloadError: it does not say who, where or on what, or its button is none of the bot's.
    """
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    act = ACTS.get(_required(action, "action_id"))
    if act is None:
        raise MalformedPayloadError("there is no such button")
    deletion_id = _required(action, "value")
    if not _DELETION_ID.fullmatch(deletion_id):
        raise MalformedPayloadError("the button's value is no deletion ID")
    by = SlackUser(_text(payload, "user", "team_id"), _required(payload, "user", "id"))
    channel = _text(payload, "container", "channel_id") or _required(payload, "channel", "id")
    container = payload.get("container")
    ephemeral = isinstance(container, Mapping) and container.get("is_ephemeral") is True
    ts = "" if ephemeral else _required(payload, "container", "message_ts")
    return Click(act, deletion_id, by, Prompt(channel, ts), response_url_of(payload), _text(payload, "trigger_id"))


def read_submission(payload: Payload) -> Submission:
    """Read the typed confirmation (`view_submission`); an empty input is no fault, but no ID either.

    Raises:
        MalformedPayloadError: it does not say who, or on what.
    """
    deletion_id = _required(payload, "view", "private_metadata")
    if not _DELETION_ID.fullmatch(deletion_id):
        raise MalformedPayloadError("the view holds no deletion ID")
    by = SlackUser(_text(payload, "user", "team_id"), _required(payload, "user", "id"))
    return Submission(deletion_id, _text(payload, "view", "state", "values", TASK_ID, TASK_ID, "value"), by)


def read_turn(payload: Payload) -> CommandPayload:
    """Read a click that turns a page: its value is the command that shows that page.

    Raises:
        MalformedPayloadError: it does not say who, where or what.
    """
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    by = SlackUser(_text(payload, "user", "team_id"), _required(payload, "user", "id"))
    channel = _text(payload, "container", "channel_id") or _required(payload, "channel", "id")
    return CommandPayload(_required(action, "value"), by, channel, response_url_of(payload))


def response_url_of(click: Payload) -> ResponseUrl | None:
    """The response_url of a click, which can edit the message clicked."""
    return _response_url(click, edits=True)


def _response_url(payload: Payload, *, edits: bool) -> ResponseUrl | None:
    url = _text(payload, "response_url")
    return ResponseUrl(url, edits_prompt=edits) if url else None


def _required(value: object, *path: str) -> str:
    found = _text(value, *path)
    if not found:
        raise MalformedPayloadError(f"`{'.'.join(path)}` is missing")
    return found


def _text(value: object, *path: str) -> str:
    """The string at `path`, or "" where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""
