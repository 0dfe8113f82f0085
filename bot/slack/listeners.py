"""The way in from Slack: a payload -> a call of `Deletions` -> what the person reads.

One listener for each surface of Slack, and behind it `parse_command` and `payloads.ACTS` say which command or act it
is. Slack is acknowledged only after Redis has answered: what has been acknowledged is recorded.
"""

import re
import secrets
from dataclasses import dataclass

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from bot.deletions.background import Background
from bot.deletions.freezing import Braking
from bot.deletions.history import LookingBack
from bot.deletions.requests import Deletions
from bot.domain.command import Delete, Freeze, Help, History, Pending, Unfreeze, WhoAmI, parse_command
from bot.domain.deletion import Deletion
from bot.domain.errors import DeliveryError, PersonError
from bot.domain.reasons import Reason
from bot.slack.commands.freeze import freeze, unfreeze
from bot.slack.commands.history import history
from bot.slack.commands.pending import pending
from bot.slack.delivery import SlackMessenger
from bot.slack.inbound import (
    CommandPayload,
    MalformedPayloadError,
    Payload,
    read_click,
    read_command,
    read_submission,
    read_turn,
    response_url_of,
)
from bot.slack.views import answers
from bot.slack.views.looking_back import TURN
from bot.slack.views.message import Message
from bot.slack.views.modals import TASK_ID, TYPED, WRONG, not_confirmed
from bot.slack.views.prompts import ACTION
from bot.slack.views.wording import COMMAND

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    """What the commands call."""

    deletions: Deletions
    braking: Braking
    looking_back: LookingBack


def register(
    app: AsyncApp, services: Services, conversation: SlackMessenger, background: Background, workspace_url: str
) -> None:
    """Let `app` answer `/codecheck` and the buttons of the prompts.

    Args:
        app: see `bot.slack.transport.bolt`.
        services: what is called.
        conversation: gives private answers to clicks.
        background: where those answers are sent from, after the click has been acknowledged.
        workspace_url: `url` of auth.test, from which links are made.
    """
    listeners = Listeners(services, conversation, background, workspace_url)
    app.command(COMMAND)(listeners.command)
    app.action(re.compile(rf"^{ACTION}\."))(listeners.click)
    app.action(re.compile(rf"^{TURN}\."))(listeners.turn)
    app.view(TYPED)(listeners.submission)
    app.error(listeners.error)


class Listeners:
    """What Bolt calls. It fills parameters by their names."""

    def __init__(
        self, services: Services, conversation: SlackMessenger, background: Background, workspace_url: str
    ) -> None:
        self._services = services
        self._conversation = conversation
        self._background = background
        self._workspace_url = workspace_url

    async def command(self, ack: AsyncAck, body: Payload) -> None:
        """Answer `/codecheck …`: nothing where the prompt will say it, else privately."""
        answer = await self._run(read_command(body))
        await (ack() if answer is None else ack(_privately(answer)))

    async def click(self, ack: AsyncAck, body: Payload) -> None:
        """Action on a button of a prompt; a click that changes nothing is told so privately."""
        click = read_click(body)
        clicked = await self._services.deletions.click(
            click.deletion_id, click.act, click.by, click.clicked, click.response_url
        )
        await ack()
        reason = clicked.decision.reason
        if clicked.asks_for_task_id and clicked.deletion is not None:
            self._background.start(self._ask_for_task_id(click.trigger_id, clicked.deletion, body), name="window")
        elif reason is not Reason.ALLOWED:
            self._whisper(body, answers.refusal(reason, click.by, clicked.deletion, clicked.brake))

    async def turn(self, ack: AsyncAck, body: Payload) -> None:
        """Show another page of a private answer, in place of the one whose button was pressed."""
        typed = read_turn(body)
        command = parse_command(typed.text)
        if not isinstance(command, History | Pending):
            raise MalformedPayloadError("this button shows no page")
        page = await self._run(typed)
        await ack()
        if page is not None:
            self._whisper(body, page, in_place=True)

    async def submission(self, ack: AsyncAck, body: Payload) -> None:
        """Action on a typed task ID; what confirms nothing is told in the window itself."""
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
        """The one place for errors: tell the person, log the rest under an ID, and let Slack take it as answered."""
        message = _explained(error)
        if "command" in body:
            return BoltResponse(status=200, body=_privately(message))
        if body.get("type") == "view_submission":
            changed = {"response_action": "update", "view": not_confirmed(message).to_dict()}
            return BoltResponse(status=200, body=changed)
        self._whisper(body, message)
        return BoltResponse(status=200, body="")

    async def _run(self, typed: CommandPayload) -> Message | None:
        """Each subcommand, and what it answers."""
        match parse_command(typed.text):
            case Help():
                return answers.helped()
            case Delete(task_id):
                return await self._delete(task_id, typed)
            case WhoAmI():
                return answers.identity(typed.by, await self._services.deletions.whoami(typed.by, typed.channel))
            case Freeze() as command:
                return await freeze(command, typed, self._services.braking)
            case Unfreeze():
                return await unfreeze(typed, self._services.braking)
            case History() as command:
                return await history(command, typed, self._services.looking_back)
            case Pending() as command:
                return await pending(command, typed, self._services.looking_back)

    async def _delete(self, task_id: str, typed: CommandPayload) -> Message | None:
        requested = await self._services.deletions.request(task_id, typed.by, typed.channel, typed.response_url)
        if requested.deletion is None:
            return answers.refusal(requested.permission.reason, typed.by, brake=requested.brake)
        if requested.created:
            return None
        return answers.pending(requested.deletion, typed.by, self._workspace_url)

    async def _ask_for_task_id(self, trigger_id: str, deletion: Deletion, body: Payload) -> None:
        """Open the window; a trigger ID lives three seconds, so the button that opens it anew stays in the prompt."""
        try:
            await self._conversation.ask_for_task_id(trigger_id, deletion)
        except DeliveryError as error:
            _log.warning("the window could not be opened", deletion=deletion.id, why=str(error))
            await self._send_whisper(body, answers.no_window(), in_place=False)

    def _whisper(self, body: Payload, message: Message, *, in_place: bool = False) -> None:
        self._background.start(self._send_whisper(body, message, in_place=in_place), name="private answer")

    async def _send_whisper(self, body: Payload, message: Message, *, in_place: bool) -> None:
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
        return answers.told(str(error))
    reference = secrets.token_hex(4)
    if isinstance(error, MalformedPayloadError):
        _log.warning("a payload of Slack's could not be read", reference=reference, why=str(error))
        return answers.broken(reference, nothing_done=True)
    _log.error("a listener failed", reference=reference, exc_info=error)
    return answers.broken(reference, nothing_done=False)


def _privately(message: Message) -> dict[str, object]:
    """The answer to a slash command, in the acknowledgement itself."""
    return {
        "response_type": "ephemeral",
        "text": message.text,
        "blocks": [block.to_dict() for block in message.blocks],
        "unfurl_links": False,
        "unfurl_media": False,
    }
