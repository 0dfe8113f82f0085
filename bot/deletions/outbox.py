"""The outbox: sends the messages that a deletion owes.

What is owed follows from the deletion itself (`next_step`), so a crash loses nothing, and nothing else has to be
stored. The outbox sends a message; the runner then records in the deletion's `Delivery` that it was sent.
"""

import asyncio
from dataclasses import replace

import structlog

from bot.deletions.ports import Change, ConflictError, DeletionStore, Messenger
from bot.domain.deletion import Deletion, Delivery, Prompt, ResponseUrl
from bot.domain.errors import DeliveryError, PersonError, UndeliverableError
from bot.domain.lifecycle import AWAITING_CONFIRMATION, State
from bot.domain.next_step import Notify, Redraw, Show, noted

_PAUSE = 0.5  # seconds until Redis is asked again

_log = structlog.get_logger(__name__)


class Outbox:
    """Sends the messages of deletions.

    Args:
        messenger: Slack.
        store: keeps the response_url of an ephemeral prompt.
    """

    def __init__(self, messenger: Messenger, store: DeletionStore) -> None:
        self._messenger = messenger
        self._store = store

    async def send(
        self, deletion: Deletion, message: Show | Redraw | Notify, response_url: ResponseUrl | None
    ) -> Delivery:
        """Send one message. Returns what people have now been shown.

        A message that can never be delivered is logged and counts as sent.

        Raises:
            DeliveryDelayedError: Slack did not accept it now.
            UndeliverableError: the prompt cannot be shown to anyone.
        """
        reach = await self._reach(deletion, response_url)
        delivery = replace(deletion.delivery, attempts=0)
        match message:
            case Show():
                prompt = await self._messenger.show(deletion, reach)
                if prompt.ephemeral and reach is not None:  # otherwise nothing could tell people that it has expired
                    await self._store.keep_response_url(deletion.id, reach)
                return replace(delivery, prompt=prompt, rendered=deletion.appearance)
            case Redraw():
                try:
                    await self._messenger.redraw(deletion, reach)
                except UndeliverableError as error:
                    _log.warning("prompt not edited", deletion=deletion.id, why=str(error))
                    if deletion.state in AWAITING_CONFIRMATION and deletion.delivery.prompt != Prompt(deletion.channel):
                        return replace(delivery, prompt=None, rendered="")  # deleted in Slack: it is posted again
                return replace(delivery, rendered=deletion.appearance)
            case Notify(target):
                try:
                    await self._messenger.tell(deletion, target, reach)
                except UndeliverableError as error:
                    _log.error("message undeliverable", deletion=deletion.id, target=target, why=str(error))
                return replace(noted(deletion, target), attempts=0)

    async def draw(self, deletion: Deletion, response_url: ResponseUrl | None) -> None:
        """Edit the prompt while other work continues. If Slack does not accept it, it is redrawn later anyway."""
        try:
            await self._messenger.redraw(deletion, await self._reach(deletion, response_url))
        except (DeliveryError, PersonError) as error:
            _log.info("prompt edit delayed", deletion=deletion.id, why=str(error))

    async def redraw_until_current(
        self, deletion: Deletion, at: Prompt, response_url: ResponseUrl | None, rendered: str = ""
    ) -> Deletion | None:
        """Redraw a prompt that another process may be redrawing too.

        Each process checks afterwards that it drew the latest version. So the edit that Slack accepts last always
        shows the latest version, and no late edit leaves buttons behind.

        Args:
            deletion: as it was last read.
            at: the message: the recorded prompt, or a copy of it that someone clicked.
            response_url: the latest, if there is one.
            rendered: the appearance that the message shows, if known.

        Returns:
            None; or, if Slack did not say whether it took an edit, the deletion for its runner, which redraws it.
        """
        latest: Deletion | None = deletion
        try:
            while latest is not None and latest.appearance != rendered:
                drawn = replace(latest, delivery=replace(latest.delivery, prompt=at))
                await self._messenger.redraw(drawn, await self._reach(drawn, response_url))
                rendered = latest.appearance
                latest = await self._store.read(deletion.id)
        except UndeliverableError as error:
            _log.warning("prompt not redrawn", deletion=deletion.id, why=str(error))
        except (DeliveryError, PersonError) as error:
            _log.info("prompt edit delayed", deletion=deletion.id, why=str(error))
            return await self._marked_stale(deletion.id)
        return None

    async def _marked_stale(self, deletion_id: str) -> Deletion | None:
        """Record that nobody knows what the prompt shows. None if whoever makes the call redraws it anyway."""
        while True:
            try:
                latest = await self._store.read(deletion_id)
                if latest is None or latest.state is State.EXECUTING:
                    return None
                stale = replace(latest, delivery=replace(latest.delivery, rendered=""))
                return await self._store.commit(Change(latest, stale))
            except ConflictError:
                continue
            except PersonError:
                await asyncio.sleep(_PAUSE)  # only this process knows

    async def retire(self, clicked: Prompt, response_url: ResponseUrl | None) -> None:
        """Remove the buttons from a prompt whose deletion is no longer known."""
        try:
            await self._messenger.retire(clicked, response_url)
        except DeliveryError as error:
            _log.warning("prompt not retired", why=str(error))

    async def _reach(self, deletion: Deletion, response_url: ResponseUrl | None) -> ResponseUrl | None:
        """The response_url to fall back on: the given one, else the one stored for an ephemeral prompt."""
        prompt = deletion.delivery.prompt
        if response_url is None and prompt is not None and prompt.ephemeral:
            return await self._store.response_url(deletion.id)
        return response_url
