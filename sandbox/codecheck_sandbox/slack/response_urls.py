"""response_urls: five uses in thirty minutes, without membership of the conversation.

That of a click edits the message that was clicked, even an ephemeral one; that of a slash command only adds messages
(bolt-python#1268, bolt-js#2287). An ephemeral message never becomes a channel message, or the reverse.
Source: https://docs.slack.dev/interactivity/handling-user-interaction
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from codecheck_sandbox.slack.block_kit import Block, BlockKitError, checked_blocks
from codecheck_sandbox.slack.clock import Clock
from codecheck_sandbox.slack.conversations import Message
from codecheck_sandbox.slack.installation import Installation
from codecheck_sandbox.slack.workspace import Workspace

MOST_USES = 5
LIFE_SECONDS = 30 * 60.0


@dataclass(slots=True, kw_only=True)
class _ResponseUrl:
    channel: str
    user: str
    issued_at: float
    clicked: Message | None
    uses: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """What a response_url answers if it refuses a message.

    Args:
        status: the HTTP status.
        code: Slack's error code.
    """

    status: int
    code: str


class ResponseUrls:
    """Every response_url that was sent, by path."""

    def __init__(self, workspace: Workspace, installation: Installation, clock: Clock) -> None:
        self._workspace = workspace
        self._installation = installation
        self._clock = clock
        self._issued: dict[str, _ResponseUrl] = {}

    def issue(self, channel: str, user: str, clicked: Message | None = None) -> str:
        """Create one for something that a person has just done. Returns its path.

        Args:
            channel: where it posts.
            user: who sees what it posts ephemerally.
            clicked: the message that was clicked; None for a slash command.
        """
        surface = "commands" if clicked is None else "actions"
        path = f"/{surface}/{self._workspace.team_id}/{secrets.randbelow(10**13)}/{secrets.token_hex(12)}"
        self._issued[path] = _ResponseUrl(channel=channel, user=user, issued_at=self._clock(), clicked=clicked)
        return path

    def use(self, path: str, body: JsonValue) -> Refused | None:
        """Handle a POST to a response_url.

        Args:
            path: which response_url.
            body: the JSON sent to it.

        Returns:
            Why it was refused, or None. A refused message does not count as one of the five uses.
        """
        url = self._issued.get(path)
        if url is None:
            return Refused(404, "no_such_url")
        if self._clock() - url.issued_at > LIFE_SECONDS:
            return Refused(404, "expired_url")
        if url.uses >= MOST_USES:
            return Refused(404, "used_url")
        if not isinstance(body, dict):
            return Refused(400, "invalid_payload")
        refused = self._apply(url, body)
        url.uses += refused is None
        return refused

    def _apply(self, url: _ResponseUrl, body: Mapping[str, JsonValue]) -> Refused | None:
        clicked = self._standing(url)
        if body.get("delete_original") is True and url.clicked is not None:
            if clicked is None:
                return Refused(404, "message_not_found")
            self._workspace.delete(clicked)
            return None
        text, raw = body.get("text") or "", body.get("blocks")
        try:
            blocks = [] if raw is None else checked_blocks(raw)
        except BlockKitError as error:
            self._workspace.refuse(url.channel, self._installation.bot_user, error)
            return Refused(400, error.code)
        if not isinstance(text, str) or not (text or blocks):
            return Refused(400, "no_text")
        if self._replaces(url, body):
            if clicked is None:
                return Refused(404, "message_not_found")
            self._workspace.edit(clicked, text, blocks)
            return None
        return self._add(url, body, text, blocks)

    def _replaces(self, url: _ResponseUrl, body: Mapping[str, JsonValue]) -> bool:
        """Whether the clicked message is replaced: yes, unless the body says otherwise or asks for the other kind."""
        if url.clicked is None:
            return False
        across = url.clicked.ephemeral and body.get("response_type") == "in_channel"
        return body.get("replace_original", True) is not False and not across

    def _add(
        self, url: _ResponseUrl, body: Mapping[str, JsonValue], text: str, blocks: Sequence[Block]
    ) -> Refused | None:
        response_type = body.get("response_type", "ephemeral")
        if response_type not in {"ephemeral", "in_channel"}:
            return Refused(400, "invalid_payload")
        channel = self._workspace.channels[url.channel]
        if channel.archived:
            return Refused(404, "channel_is_archived")
        parent = channel.message(str(body.get("thread_ts")))
        self._workspace.post(
            Message(
                channel=channel.id,
                user=self._installation.bot_user,
                text=text,
                blocks=blocks,
                thread_ts=parent.ts if parent else None,
                only_for=url.user if response_type == "ephemeral" else None,
            )
        )
        return None

    def _standing(self, url: _ResponseUrl) -> Message | None:
        return url.clicked and self._workspace.channels[url.channel].message(url.clicked.ts)
