"""What Slack sends, as plain data: objects in Web API answers, slash commands, interactions."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from codecheck_sandbox.slack.block_kit import Block, Button
from codecheck_sandbox.slack.conversations import Channel, HomeTab, Message, User, View
from codecheck_sandbox.slack.installation import Installation
from codecheck_sandbox.slack.workspace import Workspace

Payload = dict[str, object]


def blocks_json(blocks: Sequence[Block]) -> list[Payload]:
    """Blocks as Slack returns them."""
    return [block.model_dump(exclude_none=True) for block in blocks]


def channel_name(channel: Channel) -> str:
    """The channel's name in payloads: Slack hides those of private channels and direct messages."""
    return {"public": channel.name, "private": "privategroup", "dm": "directmessage"}[channel.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that a person did in a conversation, and what the app may do in return.

    Args:
        user: who.
        channel: where.
        trigger_id: opens one view.
        response_url: posts to the conversation.
    """

    user: User
    channel: Channel
    trigger_id: str
    response_url: str


@dataclass(frozen=True, slots=True)
class Payloads:
    """Payloads for one app in one workspace."""

    workspace: Workspace
    installation: Installation

    def message(self, message: Message) -> Payload:
        """A message as in Web API answers and clicks."""
        payload: Payload = {
            "type": "message",
            "user": message.user,
            "ts": message.ts,
            "team": self.workspace.team_id,
            "text": message.text,
        }
        if message.user == self.installation.bot_user:
            payload |= {"bot_id": self.installation.bot_id, "app_id": self.installation.app_id}
        if message.blocks:
            payload["blocks"] = blocks_json(message.blocks)
        if message.thread_ts is not None:
            payload["thread_ts"] = message.thread_ts
        if message.broadcast:
            payload["subtype"] = "thread_broadcast"
        if message.edited:
            payload["edited"] = {"user": message.user, "ts": message.ts}
        return payload

    def view(self, view: View | HomeTab, values: Payload | None = None) -> Payload:
        """A modal or a Home tab, with what has been typed and chosen in it."""
        shown = view.modal if isinstance(view, View) else view.home
        payload: Payload = {
            "id": view.id,
            "team_id": self.workspace.team_id,
            "blocks": blocks_json(shown.blocks),
            "private_metadata": shown.private_metadata or "",
            "callback_id": shown.callback_id or "",
            "external_id": shown.external_id or "",
            "state": {"values": values or {}},
            "hash": view.hash,
            "type": shown.type,
            "previous_view_id": None,
            "root_view_id": view.id,
            "app_id": self.installation.app_id,
            "app_installed_team_id": self.workspace.team_id,
            "bot_id": self.installation.bot_id,
        }
        if isinstance(view, View):
            modal = view.modal
            payload |= {
                "title": modal.title.model_dump(exclude_none=True),
                "clear_on_close": bool(modal.clear_on_close),
                "notify_on_close": bool(modal.notify_on_close),
                "close": modal.close and modal.close.model_dump(exclude_none=True),
                "submit": modal.submit and modal.submit.model_dump(exclude_none=True),
            }
        return payload

    def slash_command(self, command: str, text: str, act: Action) -> dict[str, str]:
        """The form of a slash command.

        Source: https://docs.slack.dev/interactivity/implementing-slash-commands
        """
        if self.installation.commands[command].should_escape:
            text = self._escaped(text)
        enterprise = self.workspace.enterprise
        form = {
            "token": self.installation.verification_token,
            "team_id": self.workspace.team_id,
            "team_domain": self.workspace.domain,
            "channel_id": act.channel.id,
            "channel_name": channel_name(act.channel),
            "user_id": act.user.acts_as or act.user.id,
            "user_name": act.user.name,
            "command": command,
            "text": text,
            "api_app_id": self.installation.app_id,
            "is_enterprise_install": "true" if enterprise and enterprise.org_wide else "false",
            "response_url": act.response_url,
            "trigger_id": act.trigger_id,
        }
        if enterprise:
            form |= {"enterprise_id": enterprise.id, "enterprise_name": enterprise.name}
        return form

    def message_click(self, button: Button, block_id: str, message: Message, act: Action) -> Payload:
        """A click on a message's button. For an ephemeral message, the payload does not include the message.

        Source: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
        """
        container: Payload = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": act.channel.id,
            "is_ephemeral": message.ephemeral,
        }
        if message.thread_ts is not None:
            container["thread_ts"] = message.thread_ts
        payload = self._interaction("block_actions", act.user, act.trigger_id) | {
            "container": container,
            "channel": {"id": act.channel.id, "name": channel_name(act.channel)},
            "state": {"values": {}},
            "response_url": act.response_url,
            "actions": [self._action(button, block_id)],
        }
        if not message.ephemeral:
            payload["message"] = self.message(message)
        return payload

    def view_click(
        self, button: Button, block_id: str, *, user: User, view: View | HomeTab, trigger_id: str
    ) -> Payload:
        """A click on a button of a modal or of the Home tab."""
        return self._interaction("block_actions", user, trigger_id) | {
            "container": {"type": "view", "view_id": view.id},
            "view": self.view(view),
            "actions": [self._action(button, block_id)],
        }

    def view_submission(self, view: View, values: Payload, *, user: User, trigger_id: str) -> Payload:
        """A view submitted.

        Source: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
        """
        return self._interaction("view_submission", user, trigger_id) | {
            "view": self.view(view, values),
            "response_urls": [],
        }

    def _interaction(self, kind: str, user: User, trigger_id: str) -> Payload:
        enterprise = self.workspace.enterprise
        whose = {"enterprise_id": enterprise.id, "enterprise_name": enterprise.name} if enterprise else {}
        team = {"id": self.workspace.team_id, "domain": self.workspace.domain, **whose}
        user_id = user.acts_as or user.id
        return {
            "type": kind,
            "user": {
                "id": user_id,
                "username": user.name,
                "name": user.name,
                "team_id": user.acts_from or user.team_id,
            },
            "api_app_id": self.installation.app_id,
            "token": self.installation.verification_token,
            "trigger_id": trigger_id,
            "team": None if enterprise and enterprise.org_wide else team,
            "enterprise": enterprise and {"id": enterprise.id, "name": enterprise.name},
            "is_enterprise_install": bool(enterprise and enterprise.org_wide),
        }

    def _action(self, button: Button, block_id: str) -> Payload:
        action: Payload = {
            "type": "button",
            "action_id": button.action_id,
            "block_id": block_id,
            "text": button.text.model_dump(exclude_none=True),
            "action_ts": self.workspace.new_ts(),
        }
        if button.value is not None:
            action["value"] = button.value
        if button.style is not None:
            action["style"] = button.style
        return action

    def typed(self, text: str) -> str:
        """A message as Slack stores it after someone has typed it: names as IDs, and `&`, `<`, `>` as entities."""
        return re.sub(r"<([@#]\w+)\|[^<>]*>", r"<\1>", self._escaped(text))

    def _escaped(self, text: str) -> str:
        """Names as IDs, links in brackets, and `&`, `<`, `>` as entities: what `should_escape` asks for."""
        users = {user.name: user.id for user in self.workspace.users.values()}
        channels = {channel.name: channel.id for channel in self.workspace.channels.values() if channel.kind != "dm"}

        def named(match: re.Match[str]) -> str:
            sign, name = match[1], match[2]
            known = (users if sign == "@" else channels).get(name)
            return f"<{sign}{known}|{name}>" if known else match[0]

        escaped = re.sub(r"https?://\S+", r"<\g<0>>", html.escape(text, quote=False))
        return re.sub(r"(?<!\S)([@#])([\w.-]+)", named, escaped)
