"""The entry point from Slack: one listener per surface, which reads the payload, calls the services and answers.

`bot.slack.registry` finds the subcommand, `inbound.ACTIONS` the action; `event_listeners.py` answers events. Slack gets
its acknowledgement only after Redis has answered, so what has been acknowledged is recorded. Everything until then has
one deadline. All errors are answered in one place, `Listeners.error`.
"""

import re
import secrets

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.models.views import View
from structlog.contextvars import bound_contextvars

from bot.deletions import clock
from bot.deletions.acknowledgement_deadline import deadline
from bot.deletions.background import Background
from bot.deletions.requests import Asked, NoSuchTask, ReasonWanted
from bot.domain.errors import CopiedError, DeliveryError, PersonError, UsageError
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action
from bot.domain.refusal import Reason, Refused
from bot.domain.text import Text
from bot.slack.action_ids import COMMAND, DECLINED, DELETION, GLASS_BROKEN, PAGE, REASON, REASON_GIVEN, TASK_ID, TYPED
from bot.slack.delivery import SlackMessenger
from bot.slack.event_listeners import EventListeners
from bot.slack.inbound import (
    MalformedPayloadError,
    Payload,
    read_click,
    read_command,
    read_home_opened,
    read_page,
    read_reason_given,
    read_submission,
    response_url_of,
)
from bot.slack.reason_text import check_reason, read_reason
from bot.slack.registry import Registry, discover
from bot.slack.services import Services
from bot.slack.views import private
from bot.slack.views.dialogs import (
    NO_REASON,
    WHY_TOO_SHORT,
    WRONG_CASE,
    WRONG_NAME,
    break_glass,
    decline_with_reason,
    told_in_place,
    typed_confirmation,
)
from bot.slack.views.from_deletion import shown
from bot.slack.views.home import without
from bot.slack.views.layout import Layout, drawn, told
from bot.slack.views.message import Message
from bot.slack.views.refusals import Refusal, refusal
from bot.slack.views.render import plain

_log = structlog.get_logger(__name__)


def register(app: AsyncApp, services: Services, messenger: SlackMessenger, background: Background) -> None:
    """Let `app` answer `/codecheck`, the buttons of its messages, its modals, and its Home tab.

    Args:
        app: see `bot.slack.transport.bolt`.
        services: what is called.
        messenger: gives private answers to clicks, and draws the Home tab.
        background: where those are sent from, after the payload has been acknowledged.

    Raises:
        TypeError: a module of `bot.slack.commands` has no subcommand.
    """
    registry = discover()
    events = EventListeners(registry, services, messenger, background)
    listeners = Listeners(registry, services, messenger, background, events)
    app.command(COMMAND)(listeners.command)
    app.action(re.compile(rf"^{DELETION}\."))(listeners.click)
    app.action(re.compile(rf"^{PAGE}\."))(listeners.page)
    app.view(TYPED)(listeners.typed)
    app.view(DECLINED)(listeners.declined)
    app.view(GLASS_BROKEN)(listeners.glass_broken)
    app.view(REASON_GIVEN)(listeners.reason_given)
    app.event("app_mention")(events.addressed)
    app.event("message")(events.addressed)
    app.event("app_home_opened")(events.home)
    app.error(listeners.error)


class Listeners:
    """The functions that Bolt calls. It passes arguments by name."""

    def __init__(
        self,
        registry: Registry,
        services: Services,
        messenger: SlackMessenger,
        background: Background,
        events: EventListeners,
    ) -> None:
        self._registry = registry
        self._services = services
        self._messenger = messenger
        self._background = background
        self._events = events

    async def command(self, ack: AsyncAck, body: Payload) -> None:
        """Answer `/codecheck …` privately, unless the prompt is the answer."""
        payload = read_command(body)
        with bound_contextvars(who=payload.by.id, channel=payload.channel):
            async with deadline():
                answer = await self._registry.answer(payload, self._services)
            await (ack(_privately(answer)) if isinstance(answer, Message) else ack())
            if isinstance(answer, View):
                self._open_modal(payload.trigger_id, answer, body)

    async def click(self, ack: AsyncAck, body: Payload) -> None:
        """Act on a prompt's button, or open its modal."""
        click = read_click(body)
        with bound_contextvars(who=click.by.id, deletion=click.deletion_id):
            async with deadline():
                view: View | None = None
                if (asks_why := _ASK_WHY.get(click.action)) is not None:
                    about_to = self._services.actions.about_to
                    view = asks_why(shown(await about_to(click.action, click.deletion_id, click.by, click.clicked)))
                else:
                    acted = await self._services.actions.act(
                        click.deletion_id, click.action, click.by, click.clicked, click.response_url
                    )
                    if acted.asks_for_name:
                        view = typed_confirmation(shown(acted.deletion))
            await ack()
            if view is not None:
                self._open_modal(click.trigger_id, view, body)

    async def page(self, ack: AsyncAck, body: Payload) -> None:
        """Show another page of a private answer, in place of the current one."""
        async with deadline():
            page = await self._registry.answer(read_page(body), self._services, from_button=True)
        await ack()
        if isinstance(page, Message):
            self._tell(body, page, in_place=True)

    async def typed(self, ack: AsyncAck, body: Payload) -> None:
        """Act on a typed confirmation. A wrong name is answered next to the input."""
        await self._submitted(ack, body, Action.CONFIRM)

    async def glass_broken(self, ack: AsyncAck, body: Payload) -> None:
        """Let an admin confirm alone. A wrong name or too short a reason is answered next to its input."""
        await self._submitted(ack, body, Action.BREAK_GLASS)

    async def _submitted(self, ack: AsyncAck, body: Payload, action: Action) -> None:
        submission = read_submission(body)
        try:
            async with deadline():
                await self._services.actions.act(
                    submission.deletion_id,
                    action,
                    submission.by,
                    None,
                    typed=submission.typed,
                    why=read_reason(submission.why),
                    seen=submission.seen,
                )
        except Refused as refused:
            if refused.reason not in _BESIDE_THE_INPUT:
                raise
            asked, said = _BESIDE_THE_INPUT[Reason(refused.reason)]
            await ack(response_action="errors", errors={asked: plain(said, 200)})
            return
        await ack()

    async def declined(self, ack: AsyncAck, body: Payload) -> None:
        """Keep the task, with the reason that was given."""
        submission = read_submission(body)
        async with deadline():
            await self._services.actions.act(
                submission.deletion_id, Action.DECLINE, submission.by, None, why=read_reason(submission.why)
            )
        await ack()

    async def reason_given(self, ack: AsyncAck, body: Payload) -> None:
        """Request the deletion, with the reason that a rule requires."""
        given = read_reason_given(body)
        try:
            reason = check_reason(read_reason(given.reason))
        except UsageError as error:
            await ack(response_action="errors", errors={REASON: plain(error.fault, 200)})
            return
        async with deadline():
            taken = await self._services.requests.request(given.task_id, reason, given.by, given.channel)
        match taken:
            case NoSuchTask():
                await ack(response_action="update", view=told_in_place(private.no_such_task(given.task_id)))
            case ReasonWanted():  # only spaces or invisible characters
                await ack(response_action="errors", errors={REASON: plain(NO_REASON, 200)})
            case Asked(asked, created=False):
                already = private.already_asked(shown(asked, self._services.links), given.by)
                await ack(response_action="update", view=told_in_place(already))
            case _:
                await ack()

    async def error(self, error: Exception, body: Payload) -> BoltResponse:
        """Tell the person what went wrong, log the details under an ID, and acknowledge the payload."""
        if isinstance(error, CopiedError):
            return BoltResponse(status=200, body="")
        answer = self._explained(error, body)
        if "command" in body:
            return BoltResponse(status=200, body=_privately(drawn(answer)))
        if body.get("type") == "view_submission":
            changed = {"response_action": "update", "view": told_in_place(answer).to_dict()}
            return BoltResponse(status=200, body=changed)
        if (person := read_home_opened(body)) is not None:
            self._events.draw_home(person, without(answer, clock.wall(), known=isinstance(error, Refused)))
            return BoltResponse(status=200, body="")
        self._tell(body, drawn(answer))
        return BoltResponse(status=200, body="")

    def _explained(self, error: Exception, body: Payload) -> Layout:
        """What the person reads about an error."""
        if isinstance(error, Refused):
            return refusal(Refusal(error.reason, error.values), self._services.reader(_who(body)))
        if isinstance(error, PersonError):
            return told(Text("{said}", {"said": str(error)}))
        reference = secrets.token_hex(4)
        if isinstance(error, MalformedPayloadError):
            _log.warning("malformed payload", reference=reference, why=str(error))
            return private.broken(reference, nothing_done=True)
        _log.error("listener failed", reference=reference, exc_info=error)
        return private.broken(reference, nothing_done=False)

    def _open_modal(self, trigger_id: str, view: View, body: Payload) -> None:
        """Open a modal in the background. A trigger ID is valid for three seconds, so the prompt keeps its button."""

        async def opened() -> None:
            try:
                await self._messenger.open_modal(trigger_id, view)
            except DeliveryError as error:
                _log.warning("modal not opened", why=str(error))
                await self._send_privately(
                    body, drawn(private.modal_not_opened(command="command" in body)), in_place=False
                )

        self._background.start(opened(), name="modal")

    def _tell(self, body: Payload, message: Message, *, in_place: bool = False) -> None:
        self._background.start(self._send_privately(body, message, in_place=in_place), name="private answer")

    async def _send_privately(self, body: Payload, message: Message, *, in_place: bool) -> None:
        response_url = response_url_of(body)
        if response_url is None:
            _log.warning("click without response_url not answered", unsaid=message.text)
            return
        try:
            await self._messenger.answer_ephemerally(response_url, message, in_place=in_place)
        except DeliveryError as error:
            _log.warning("private answer not delivered", why=str(error), unsaid=message.text)


_BESIDE_THE_INPUT = {
    Reason.WRONG_NAME: (TASK_ID, WRONG_NAME),
    Reason.WRONG_CASE: (TASK_ID, WRONG_CASE),
    Reason.WHY_TOO_SHORT: (REASON, WHY_TOO_SHORT),
}
_ASK_WHY = {Action.DECLINE: decline_with_reason, Action.BREAK_GLASS: break_glass}


def _who(body: Payload) -> SlackUser:
    """Who sent a payload, if it says so. Used only for the wording of an answer."""
    if (person := read_home_opened(body)) is not None:
        return person
    user = body.get("user")
    if isinstance(user, dict):
        return SlackUser(str(user.get("team_id") or ""), str(user.get("id") or ""))
    return SlackUser(str(body.get("team_id") or ""), str(body.get("user_id") or ""))


def _privately(message: Message) -> dict[str, object]:
    """The answer to a slash command, in the acknowledgement itself."""
    return {
        "response_type": "ephemeral",
        "text": message.text,
        "blocks": list(message.blocks),
        "unfurl_links": False,
        "unfurl_media": False,
    }
