"""What the bot does on events: mentions, direct messages, and people who open its Home tab.

No event ever does more than answer one person: Slack sends events again, and `bot.slack.transport.replays` lets copies
of them through.
"""

import structlog

from bot.deletions import clock
from bot.deletions.acknowledgement_deadline import deadline
from bot.deletions.background import Background
from bot.domain.errors import DeliveryError
from bot.domain.identity import SlackUser
from bot.slack.delivery import SlackMessenger
from bot.slack.inbound import Addressed, CommandPayload, Payload, read_home_opened, read_message
from bot.slack.registry import Registry
from bot.slack.services import Services
from bot.slack.slack_markup import read_words
from bot.slack.views.home import home
from bot.slack.views.layout import Layout
from bot.slack.views.message import Message

_log = structlog.get_logger(__name__)


class EventListeners:
    """The functions that Bolt calls on events.

    Args:
        registry: the subcommands, among them the help.
        services: what is called.
        messenger: sends the answers.
        background: where they are sent from.
    """

    def __init__(
        self, registry: Registry, services: Services, messenger: SlackMessenger, background: Background
    ) -> None:
        self._registry = registry
        self._services = services
        self._messenger = messenger
        self._background = background

    async def addressed(self, body: Payload) -> None:
        """Answer a mention of the bot, or a direct message to it, with the help."""
        message = read_message(body)
        if message is None:
            return
        help_me = CommandPayload(read_words("help"), message.by, message.channel, None)
        answer = await self._registry.answer(help_me, self._services)
        if isinstance(answer, Message):
            self._background.start(self._answer_in(message, answer), name="help")

    async def _answer_in(self, message: Addressed, answer: Message) -> None:
        try:
            await self._messenger.answer_in(message.channel, message.by.id, answer)
        except DeliveryError as error:
            _log.warning("help not delivered", channel=message.channel, why=str(error))

    async def home(self, body: Payload) -> None:
        """Draw a person's Home tab, each time they open it."""
        person = read_home_opened(body)
        if person is None:
            return
        async with deadline():
            mine = await self._services.history.home(person)
        self.draw_home(person, home(mine, self._services.links, clock.wall()))

    def draw_home(self, person: SlackUser, layout: Layout) -> None:
        """Draw a person's Home tab in the background."""
        self._background.start(self._publish_home(person, layout), name="home")

    async def _publish_home(self, person: SlackUser, layout: Layout) -> None:
        try:
            await self._messenger.publish_home(person.id, layout)
        except DeliveryError as error:
            _log.warning("home not published", who=person.id, why=str(error))
