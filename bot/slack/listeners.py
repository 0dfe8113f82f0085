"""The way in from Slack: one listener for each surface, which reads the payload, calls the services and answers.

Which subcommand it is, `bot.slack.registry` says; which action, `inbound.ACTIONS`. Slack is acknowledged only after
Redis has answered: what has been acknowledged is recorded.
"""

import re
import secrets
from dataclasses import replace

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.deletions.background import Background
from bot.domain.deletion import Deletion
from bot.domain.errors import DeliveryError, PersonError
from bot.domain.reasons import Reason
from bot.domain.text import Text
from bot.slack.action_ids import COMMAND, DELETION, PAGE, TASK_ID, TYPED
from bot.slack.delivery import SlackMessenger
from bot.slack.inbound import (
    MalformedPayloadError,
    Payload,
    read_click,
    read_command,
    read_page,
    read_submission,
    response_url_of,
)
from bot.slack.registry import Registry, discover
from bot.slack.services import Services
from bot.slack.views import answers, private
from bot.slack.views.layout import drawn, told
from bot.slack.views.message import Message
from bot.slack.views.modals import WRONG, not_confirmed

__all__ = ["Listeners", "Services", "register"]

_log = structlog.get_logger(__name__)


def register(
    app: AsyncApp, services: Services, conversation: SlackMessenger, background: Background, workspace_url: str
) -> None:
    """Let `app` answer `/codecheck` and the buttons of its messages.

    Args:
        app: see `bot.slack.transport.bolt`.
        services: what is called.
        conversation: gives private answers to clicks.
        background: where those answers are sent from, after the click has been acknowledged.
        workspace_url: `url` of auth.test, from which links are made.

    Raises:
        TypeError: a module of `bot.slack.commands` has no subcommand.
    """
    listeners = Listeners(discover(), replace(services, workspace_url=workspace_url), conversation, background)
    app.command(COMMAND)(listeners.command)
    app.action(re.compile(rf"^{DELETION}\."))(listeners.click)
    app.action(re.compile(rf"^{PAGE}\."))(listeners.page)
    app.view(TYPED)(listeners.submission)
    app.error(listeners.error)


class Listeners:
    """What Bolt calls. It fills parameters by their names."""

    def __init__(
        self, registry: Registry, services: Services, conversation: SlackMessenger, background: Background
    ) -> None:
        self._registry = registry
        self._services = services
        self._conversation = conversation
        self._background = background

    async def command(self, ack: AsyncAck, body: Payload) -> None:
        """Answer `/codecheck …` privately, unless the prompt says it all."""
        answer = await self._registry.answer(read_command(body), self._services)
        await (ack() if answer is None else ack(_privately(answer)))

    async def click(self, ack: AsyncAck, body: Payload) -> None:
        """Act on a prompt's button. Whoever's click changes nothing is told so privately."""
        click = read_click(body)
        clicked = await self._services.deletions.click(
            click.deletion_id, click.action, click.by, click.clicked, click.response_url
        )
        await ack()
        reason = clicked.decision.reason
        if clicked.asks_for_task_id and clicked.deletion is not None:
            self._background.start(self._ask_for_task_id(click.trigger_id, clicked.deletion, body), name="modal")
        elif reason is not Reason.ALLOWED:
            self._tell(body, answers.refusal(reason, click.by, clicked.deletion, clicked.brake))

    async def page(self, ack: AsyncAck, body: Payload) -> None:
        """Show another page of a private answer, in place of the one whose button was pressed."""
        page = await self._registry.answer(read_page(body), self._services, from_button=True)
        await ack()
        if page is not None:
            self._tell(body, page, in_place=True)

    async def submission(self, ack: AsyncAck, body: Payload) -> None:
        """Act on a typed confirmation. What doesn't confirm is answered in the modal itself."""
        submission = read_submission(body)
        acted = await self._services.deletions.confirm_typed(submission.deletion_id, submission.typed, submission.by)
        match acted.decision.reason:
            case Reason.ALLOWED:
                await ack()
            case Reason.WRONG_TASK_ID:
                await ack(response_action="errors", errors={TASK_ID: WRONG})
            case reason:
                await ack(
                    response_action="update",
                    view=not_confirmed(answers.refusal(reason, submission.by, acted.deletion, acted.brake)),
                )

    async def error(self, error: Exception, body: Payload) -> BoltResponse:
        """Tell the person what went wrong, log what they don't need under an ID, and acknowledge to Slack."""
        message = _explained(error)
        if "command" in body:
            return BoltResponse(status=200, body=_privately(message))
        if body.get("type") == "view_submission":
            changed = {"response_action": "update", "view": not_confirmed(message).to_dict()}
            return BoltResponse(status=200, body=changed)
        self._tell(body, message)
        return BoltResponse(status=200, body="")

    async def _ask_for_task_id(self, trigger_id: str, deletion: Deletion, body: Payload) -> None:
        """Open the modal. A trigger ID lives for three seconds, so the button that opens it stays in the prompt."""
        try:
            await self._conversation.ask_for_task_id(trigger_id, deletion)
        except DeliveryError as error:
            _log.warning("the modal could not be opened", deletion=deletion.id, why=str(error))
            await self._send_privately(body, drawn(private.modal_not_opened()), in_place=False)

    def _tell(self, body: Payload, message: Message, *, in_place: bool = False) -> None:
        self._background.start(self._send_privately(body, message, in_place=in_place), name="private answer")

    async def _send_privately(self, body: Payload, message: Message, *, in_place: bool) -> None:
        response_url = response_url_of(body)
        if response_url is None:
            _log.warning("a click without a response_url cannot be answered", unsaid=message.text)
            return
        try:
            await self._conversation.whisper(response_url, message, in_place=in_place)
        except DeliveryError as error:
            _log.warning("a private answer was not delivered", why=str(error), unsaid=message.text)


def _explained(error: Exception) -> Message:
    """What the person reads of an error."""
    if isinstance(error, PersonError):
        return drawn(told(Text(str(error).replace("{", "{{").replace("}", "}}"))))
    reference = secrets.token_hex(4)
    if isinstance(error, MalformedPayloadError):
        _log.warning("a payload from Slack could not be read", reference=reference, why=str(error))
        return drawn(private.broken(reference, nothing_done=True))
    _log.error("a listener failed", reference=reference, exc_info=error)
    return drawn(private.broken(reference, nothing_done=False))


def _privately(message: Message) -> dict[str, object]:
    """The answer to a slash command, in the acknowledgement itself."""
    return {
        "response_type": "ephemeral",
        "text": message.text,
        "blocks": [block.to_dict() for block in message.blocks],
        "unfurl_links": False,
        "unfurl_media": False,
    }
