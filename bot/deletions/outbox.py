"""The outbox: which message a deletion owes, sent and noted in its `Delivery`.

What is owed follows from the deletion itself (`next_step`), so nothing is lost in a crash, and nothing has to be kept
besides. Here a message is sent; that it was sent is written by the runner.
"""

from dataclasses import replace

import structlog

from bot.deletions.ports import DeletionStore, Messenger
from bot.domain.deletion import Deletion, Delivery, Prompt, ResponseUrl
from bot.domain.errors import DeliveryError, PersonError, UndeliverableError
from bot.domain.lifecycle import AWAITING_CONFIRMATION
from bot.domain.next_step import Notify, Redraw, Show, noted

_log = structlog.get_logger(__name__)


class Outbox:
    """Sends the messages of deletions.

    Args:
        messenger: Slack.
        store: where the response_url of an ephemeral prompt is kept.
    """

    def __init__(self, messenger: Messenger, store: DeletionStore) -> None:
        self._messenger = messenger
        self._store = store

    async def send(
        self, deletion: Deletion, message: Show | Redraw | Notify, response_url: ResponseUrl | None
    ) -> Delivery:
        """Send one message. Returns what people have been shown from then on.

        A message that can never be delivered is logged, and counts as sent.

        Raises:
            DeliveryDelayedError: Slack did not take it now.
            UndeliverableError: nobody can be shown the prompt.
        """
        reach = await self._reach(deletion, response_url)
        delivery = replace(deletion.delivery, attempts=0)
        match message:
            case Show():
                prompt = await self._messenger.show(deletion, reach)
                if prompt.ephemeral and reach is not None:  # else nobody could say that it has expired
                    await self._store.keep_response_url(deletion.id, reach)
                return replace(delivery, prompt=prompt, rendered=deletion.appearance)
            case Redraw():
                try:
                    await self._messenger.redraw(deletion, reach)
                except UndeliverableError as error:
                    _log.warning("prompt cannot be edited", deletion=deletion.id, why=str(error))
                    if deletion.state in AWAITING_CONFIRMATION and deletion.delivery.prompt != Prompt(deletion.channel):
                        return replace(delivery, prompt=None, rendered="")  # deleted in Slack: it is posted again
                return replace(delivery, rendered=deletion.appearance)
            case Notify(target):
                try:
                    await self._messenger.tell(deletion, target, reach)
                except UndeliverableError as error:
                    _log.error("nobody could be told", deletion=deletion.id, target=target, why=str(error))
                return replace(noted(deletion, target), attempts=0)

    async def draw(self, deletion: Deletion, response_url: ResponseUrl | None) -> None:
        """Edit the prompt while something else goes on; if Slack does not take it, it is drawn later anyway."""
        try:
            await self._messenger.redraw(deletion, await self._reach(deletion, response_url))
        except (DeliveryError, PersonError) as error:
            _log.info("prompt not drawn yet", deletion=deletion.id, why=str(error))

    async def redraw_until_current(
        self, deletion: Deletion, at: Prompt, response_url: ResponseUrl | None, rendered: str = ""
    ) -> None:
        """Redraw a prompt that another process may be drawing too.

        Whoever draws looks afterwards whether it drew the latest; so whichever drawing Slack takes last, it is of the
        latest, and no late one leaves buttons behind.

        Args:
            deletion: as it was read last.
            at: the message: the recorded prompt, or a twin of it that somebody clicked on.
            response_url: the latest, if there is one.
            rendered: the appearance that the message shows, if it is known.
        """
        latest: Deletion | None = deletion
        try:
            while latest is not None and latest.appearance != rendered:
                drawn = replace(latest, delivery=replace(latest.delivery, prompt=at))
                await self._messenger.redraw(drawn, await self._reach(drawn, response_url))
                rendered = latest.appearance
                latest = await self._store.read(deletion.id)
        except (DeliveryError, PersonError) as error:
            _log.warning("prompt cannot be redrawn", deletion=deletion.id, why=str(error))

    async def retire(self, clicked: Prompt, response_url: ResponseUrl | None) -> None:
        """Take the buttons from a prompt whose deletion is no longer known."""
        try:
            await self._messenger.retire(clicked, response_url)
        except DeliveryError as error:
            _log.warning("prompt cannot be retired", why=str(error))

    async def _reach(self, deletion: Deletion, response_url: ResponseUrl | None) -> ResponseUrl | None:
        """The response_url to fall back on: the one at hand, else the one kept for an ephemeral prompt."""
        prompt = deletion.delivery.prompt
        if response_url is None and prompt is not None and prompt.ephemeral:
            return await self._store.response_url(deletion.id)
        return response_url
