"""Sends what people do to the app, and applies the app's acknowledgement to the workspace."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pydantic import JsonValue, TypeAdapter

from codecheck_sandbox.slack.block_kit import BlockKitError, Button, checked_blocks, checked_modal
from codecheck_sandbox.slack.conversations import Channel, HomeTab, Message, User, View
from codecheck_sandbox.slack.delivery import Acknowledgement, Delivery, NotAcknowledgedError, PayloadKind
from codecheck_sandbox.slack.events import Events
from codecheck_sandbox.slack.faults import Faults
from codecheck_sandbox.slack.installation import Installation
from codecheck_sandbox.slack.payloads import Action, Payload, Payloads
from codecheck_sandbox.slack.response_urls import ResponseUrls
from codecheck_sandbox.slack.triggers import Triggers
from codecheck_sandbox.slack.workspace import Change, Workspace

_ERRORS = TypeAdapter(dict[str, str])
_JSON = TypeAdapter[JsonValue](JsonValue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person sees at once after they have done something.

    Args:
        message: the message in the app's acknowledgement.
        notice: what Slack itself tells them, if the app did not answer as it should.
        errors: what the app says is wrong with a submitted view, by block_id.
    """

    message: Message | None = None
    notice: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The text of it, from the app or from Slack; "" if there is nothing to read."""
        return self.message.text if self.message else self.notice


@dataclass(slots=True, kw_only=True)
class Interactions:
    """Sends what people do to the app.

    Args:
        delivery: how to reach the app at the moment.
        address: turns a path of the stand-in into a URL.
    """

    workspace: Workspace
    installation: Installation
    triggers: Triggers
    response_urls: ResponseUrls
    faults: Faults
    events: Events
    delivery: Callable[[], Delivery]
    address: Callable[[str], str]

    async def command(self, user: User, channel: Channel, command: str, text: str) -> Answer:
        """Run a slash command."""
        self.workspace.note(Change(kind="typed", channel=channel.id, user=user.id, text=f"{command} {text}".rstrip()))
        if command not in self.installation.commands or not self.workspace.has_member(user):
            return self._notice(user, channel, f"{command} is not a valid command.")
        payload = self._payloads.slash_command(command, text, self._act(user, channel))
        try:
            body = (await self._deliver("slash_commands", dict(payload))).body
            return Answer(message=self._post_acknowledgement(user, channel, body))
        except NotAcknowledgedError as error:
            return self._notice(user, channel, f'{command} failed with the error "{error.code}"')
        except BlockKitError as error:
            self.workspace.refuse(channel.id, self.installation.bot_user, error)
            return self._notice(user, channel, f'{command} failed with the error "{error.code}"')

    async def click(self, user: User, message: Message, button: Button, block_id: str) -> Answer:
        """Press a button of a message."""
        channel = self.workspace.channels[message.channel]
        self.workspace.note(
            Change(kind="clicked", channel=channel.id, user=user.id, text=button.text.text, message=message)
        )
        act = self._act(user, channel, clicked=message)
        return await self._interact(user, channel, self._payloads.message_click(button, block_id, message, act))

    async def click_in_view(self, user: User, view: View | HomeTab, button: Button, block_id: str) -> Answer:
        """Press a button of a modal or of the Home tab."""
        self.workspace.note(Change(kind="clicked", user=user.id, text=button.text.text))
        trigger_id = self.triggers.issue(user.id)
        payload = self._payloads.view_click(button, block_id, user=user, view=view, trigger_id=trigger_id)
        return await self._interact(user, None, payload)

    async def submit(self, user: User, view: View, values: Payload) -> Answer:
        """Submit a modal; then it closes, unless the app answers otherwise."""
        self.workspace.note(Change(kind="submitted", user=user.id, text=view.modal.title.text))
        payload = self._payloads.view_submission(view, values, user=user, trigger_id=self.triggers.issue(user.id))
        trouble = "We had some trouble connecting. Try again?"
        try:
            body = (await self._deliver("interactive", payload)).body
            return self._respond_in_view(view, body)
        except NotAcknowledgedError as error:
            return self._notice(user, None, f"{trouble} ({error.code})")
        except (BlockKitError, ValueError) as error:
            return self._notice(user, None, f"{trouble} ({error})")

    def write(self, user: User, channel: Channel, text: str, thread: Message | None) -> Message:
        """Post a message of a person's."""
        draft = Message(channel=channel.id, user=user.id, text=self._payloads.typed(text))
        return self.workspace.post(draft if thread is None else replace(draft, thread_ts=thread.ts))

    @property
    def _payloads(self) -> Payloads:
        return Payloads(self.workspace, self.installation)

    def _act(self, user: User, channel: Channel, clicked: Message | None = None) -> Action:
        return Action(
            user=user,
            channel=channel,
            trigger_id=self.triggers.issue(user.id),
            response_url=self.address(self.response_urls.issue(channel.id, user.id, clicked)),
        )

    async def _interact(self, user: User, channel: Channel | None, payload: Payload) -> Answer:
        if not self.installation.interactive:
            return self._notice(user, channel, "This app is not configured to handle interactive responses.")
        try:
            await self._deliver("interactive", payload)
        except NotAcknowledgedError as error:
            return self._notice(user, channel, f"The app did not respond ({error.code}).")
        return Answer()

    async def _deliver(self, kind: PayloadKind, payload: Payload) -> Acknowledgement:
        """Deliver a payload, more than once if a test has asked for that; the first delivery's answer counts."""
        at = int(time.time())
        first, *_ = await asyncio.gather(
            *(self.delivery().deliver(kind, payload, at=at, retry=retry) for retry in self.faults.take_copies()),
            return_exceptions=True,
        )
        if isinstance(first, BaseException):
            raise first
        return first

    def _post_acknowledgement(self, user: User, channel: Channel, body: Payload | str | None) -> Message | None:
        """A slash command's acknowledgement may carry a message: ephemeral, unless it says `in_channel`."""
        content = {"text": body} if isinstance(body, str) else body or {}
        text = content.get("text") or ""
        raw = content.get("blocks")
        blocks = [] if raw is None else checked_blocks(_JSON.validate_python(raw))
        if not text and not blocks:
            return None
        return self.workspace.post(
            Message(
                channel=channel.id,
                user=self.installation.bot_user,
                text=str(text),
                blocks=blocks,
                only_for=None if content.get("response_type") == "in_channel" else user.id,
            )
        )

    def _respond_in_view(self, view: View, body: Payload | str | None) -> Answer:
        """The acknowledgement of a submission says what happens to the view.

        Source: https://docs.slack.dev/surfaces/modals#response_actions
        """
        match body:
            case None:
                self.workspace.close_view(view)
            case {"response_action": "update", "view": changed}:
                self.workspace.change_view(view, checked_modal(_JSON.validate_python(changed)))
            case {"response_action": "errors", "errors": raw}:
                errors = _ERRORS.validate_python(raw)
                if unknown := errors.keys() - {block.block_id for block in view.modal.inputs}:
                    raise ValueError(f"errors for blocks that are not inputs of the view: {sorted(unknown)}")
                self.workspace.change_view(view, view.modal, errors)
                return Answer(errors=errors)
            case _:
                raise ValueError(f"no such response_action: {body!r}")
        return Answer()

    def _notice(self, user: User, channel: Channel | None, text: str) -> Answer:
        self.workspace.note(Change(kind="noticed", channel=channel.id if channel else "", user=user.id, text=text))
        return Answer(notice=text)
