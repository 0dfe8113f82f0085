"""What Slack sends -> what the bot acts on.

People are known by team and user ID. For a slash command that is `team_id`: only members of the installing workspace
can run it. For a click it is the person's own `user.team_id`, never the message's `team`: in a channel shared over
Slack Connect, members of other companies can press the buttons, and `team` is the installing workspace's (or null in
an organisation-wide installation). A payload without it has the team "", which the policy refuses.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.deletion import Prompt, ResponseUrl
from bot.domain.errors import BotError
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action
from bot.slack.action_ids import DELETION, REASON, TASK_ID
from bot.slack.slack_markup import Words, encodable, read_words

_BY_PEOPLE = (
    Action.REVIEW,
    Action.CONFIRM,
    Action.WITHDRAW,
    Action.BREAK_GLASS,
    Action.CANCEL,
    Action.DECLINE,
    Action.STOP,
)
ACTIONS: Mapping[str, Action] = {f"{DELETION}.{action}": action for action in _BY_PEOPLE}
_DELETION_ID = re.compile(r"[0-9A-Za-z_-]{22,64}")  # token_urlsafe(16) or longer

Payload = Mapping[str, object]


class MalformedPayloadError(BotError):
    """The payload is not what Slack documents, so nothing was done; its text says what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class CommandPayload:
    """A person typed `/codecheck …`, or pressed a button that stands for it."""

    words: Words
    by: SlackUser
    channel: str
    response_url: ResponseUrl | None
    trigger_id: str = ""


@dataclass(frozen=True, slots=True)
class Click:
    """A person pressed a button of a prompt."""

    action: Action
    deletion_id: str
    by: SlackUser
    clicked: Prompt
    response_url: ResponseUrl | None
    trigger_id: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A person submitted a modal about a deletion.

    Args:
        deletion_id: the deletion's ID.
        typed: the task's name or ID, as typed.
        why: why the task should stay, or why they confirm alone.
        by: who submitted it.
        seen: the fingerprint of what the modal shows of the task; "" if it does not matter, or is not known.
    """

    deletion_id: str
    typed: str
    why: str
    by: SlackUser
    seen: str = ""


@dataclass(frozen=True, slots=True)
class ReasonGiven:
    """A person gave the reason for a deletion that a rule requires."""

    task_id: str
    reason: str
    by: SlackUser
    channel: str


@dataclass(frozen=True, slots=True)
class Addressed:
    """A person mentioned the bot in a conversation, or wrote to it."""

    by: SlackUser
    channel: str


def read_message(payload: Payload) -> Addressed | None:
    """Read an `app_mention` or `message.im` event; None if it was not written by a person, or is an edit or the like.

    Raises:
        MalformedPayloadError: it does not say where.
    """
    event = payload.get("event")
    user = _text(event, "user")
    if not user or _text(event, "subtype") or _text(event, "bot_id"):
        return None
    return Addressed(SlackUser(_text(payload, "team_id"), user), _required(event, "channel"))


def read_home_opened(payload: Payload) -> SlackUser | None:
    """Who opened the Home tab, by an `app_home_opened` event; None for any other payload, or another tab."""
    event = payload.get("event")
    user = _text(event, "user")
    if _text(event, "type") != "app_home_opened" or _text(event, "tab") != "home" or not user:
        return None
    return SlackUser(_text(payload, "team_id"), user)


def read_command(payload: Payload) -> CommandPayload:
    """Read a slash command.

    Raises:
        MalformedPayloadError: it does not say who or where.
    """
    by = SlackUser(_text(payload, "team_id"), _required(payload, "user_id"))
    words = read_words(_text(payload, "text"))
    channel = _required(payload, "channel_id")
    return CommandPayload(words, by, channel, _response_url(payload, edits=False), _text(payload, "trigger_id"))


def read_click(payload: Payload) -> Click:
    """Read a click (`block_actions`).

    Raises:
        MalformedPayloadError: it does not say who, where or on what, or prompts have no such button.
    """
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    pressed = ACTIONS.get(_required(action, "action_id"))
    if pressed is None:
        raise MalformedPayloadError("no prompt has this button")
    deletion_id = _required(action, "value")
    if not _DELETION_ID.fullmatch(deletion_id):
        raise MalformedPayloadError("the button's value is not a deletion ID")
    by = SlackUser(_text(payload, "user", "team_id"), _required(payload, "user", "id"))
    channel = _text(payload, "container", "channel_id") or _required(payload, "channel", "id")
    container = payload.get("container")
    ephemeral = isinstance(container, Mapping) and container.get("is_ephemeral") is True
    ts = "" if ephemeral else _required(payload, "container", "message_ts")
    return Click(pressed, deletion_id, by, Prompt(channel, ts), response_url_of(payload), _text(payload, "trigger_id"))


def read_submission(payload: Payload) -> Submission:
    """Read a modal about a deletion (`view_submission`). An empty input is read as "".

    Raises:
        MalformedPayloadError: it does not say who, or on what.
    """
    deletion_id, _, seen = _required(payload, "view", "private_metadata").partition(" ")
    if not _DELETION_ID.fullmatch(deletion_id):
        raise MalformedPayloadError("the view's private_metadata does not begin with a deletion ID")
    by = SlackUser(_text(payload, "user", "team_id"), _required(payload, "user", "id"))
    return Submission(deletion_id, _typed(payload, TASK_ID), _typed(payload, REASON), by, seen)


def read_reason_given(payload: Payload) -> ReasonGiven:
    """Read why a task should be deleted (`view_submission`).

    Raises:
        MalformedPayloadError: it does not say who, or which task.
    """
    try:
        about = json.loads(_required(payload, "view", "private_metadata"))
    except ValueError:
        about = None
    by = SlackUser(_text(payload, "user", "team_id"), _required(payload, "user", "id"))
    return ReasonGiven(_required(about, "task"), _typed(payload, REASON), by, _required(about, "channel"))


def _typed(payload: Payload, name: str) -> str:
    return _text(payload, "view", "state", "values", name, name, "value")


def read_page(payload: Payload) -> CommandPayload:
    """Read a click on "Older" or "Newer": its value is the command that shows that page.

    Raises:
        MalformedPayloadError: it does not say who, where or what.
    """
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    by = SlackUser(_text(payload, "user", "team_id"), _required(payload, "user", "id"))
    channel = _text(payload, "container", "channel_id") or _required(payload, "channel", "id")
    return CommandPayload(read_words(_required(action, "value")), by, channel, response_url_of(payload))


def response_url_of(click: Payload) -> ResponseUrl | None:
    """The response_url of a click; it can edit the message that was clicked."""
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
    """The string at `path`, or "" if there is none. It can always be encoded."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return encodable(value) if isinstance(value, str) else ""
