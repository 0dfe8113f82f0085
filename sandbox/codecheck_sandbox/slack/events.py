"""Events API: messages to the app, mentions of it, and people opening its Home tab.

Source: https://docs.slack.dev/apis/events-api
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from codecheck_sandbox.slack.conversations import Channel, Message, User
from codecheck_sandbox.slack.delivery import Delivery, NotAcknowledgedError, Retry
from codecheck_sandbox.slack.installation import Installation
from codecheck_sandbox.slack.payloads import Payload, Payloads
from codecheck_sandbox.slack.workspace import Change, Workspace


@dataclass(slots=True, kw_only=True)
class Events:
    """Sends the app the events that its manifest subscribes to and its scopes allow.

    Args:
        delivery: how to reach the app at the moment.
    """

    workspace: Workspace
    installation: Installation
    delivery: Callable[[], Delivery]
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    def hear(self, change: Change) -> None:
        """Send the events of a change in the workspace; the app's own direct messages come back to it too."""
        if change.kind != "posted" or change.message is None or change.message.ephemeral:
            return
        message, channel = change.message, self.workspace.channels[change.channel]
        if self.installation.bot_user not in channel.members:
            return
        if channel.kind == "dm":
            self._send("message.im", self._message(message, "message") | {"channel_type": "im"})
        elif f"<@{self.installation.bot_user}>" in message.text and message.user != self.installation.bot_user:
            self._send("app_mention", self._message(message, "app_mention"))

    @property
    def sending(self) -> bool:
        """Whether an event is being delivered."""
        return bool(self._sending)

    def close(self) -> None:
        """Drop the events that have not been delivered."""
        for sending in self._sending:
            sending.cancel()

    def home_opened(self, user: User, channel: Channel, tab: str) -> None:
        """Send that someone has opened the app; `tab` is `home` or `messages`."""
        event: Payload = {"type": "app_home_opened", "user": user.acts_as or user.id, "channel": channel.id, "tab": tab}
        if (published := self.workspace.homes.get(user.id)) is not None:
            event["view"] = Payloads(self.workspace, self.installation).view(published)
        self._send("app_home_opened", event)

    def _message(self, message: Message, kind: str) -> Payload:
        payload = Payloads(self.workspace, self.installation).message(message)
        return payload | {"type": kind, "channel": message.channel}

    def _send(self, name: str, event: Payload) -> None:
        if self.installation.hears(name):
            task = asyncio.create_task(self._deliver(event))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _deliver(self, event: Payload) -> None:
        """Deliver an event, and retry once if the app did not accept it. Slack would also retry later."""
        enterprise = self.workspace.enterprise
        authorization = {
            "enterprise_id": enterprise and enterprise.id,
            "team_id": self.workspace.team_id,
            "user_id": self.installation.bot_user,
            "is_bot": True,
            "is_enterprise_install": bool(enterprise and enterprise.org_wide),
        }
        payload: Payload = {
            "token": self.installation.verification_token,
            "team_id": self.workspace.team_id,
            "api_app_id": self.installation.app_id,
            "event": event | {"event_ts": event.get("ts") or self.workspace.new_ts()},
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(time.time()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }
        try:
            await self.delivery().deliver("events_api", payload, at=int(time.time()))
        except NotAcknowledgedError as error:
            reason = Retry(1, "http_timeout" if error.code == "operation_timeout" else "http_error")
            try:
                await self.delivery().deliver("events_api", payload, at=int(time.time()), retry=reason)
            except NotAcknowledgedError:
                return
