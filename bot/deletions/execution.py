"""The call itself: sent once, and after a crash only when a look-up says that the task is still there."""

import asyncio
import time

import structlog

from bot.deletions.ports import DeletionStore, Messenger, TaskService
from bot.domain.deletion import Deletion, ResponseUrl
from bot.domain.errors import BrakedError, DeliveryError, FencedError
from bot.domain.next_step import (
    Timings,
    after_interruption,
    after_outcome,
    frozen_after_interruption,
    frozen_in_grace,
    launched,
)
from bot.domain.outcome import of_second_send
from bot.domain.record import What

_log = structlog.get_logger(__name__)


class Executor:
    """Sends the DELETE of a deletion that the caller holds in EXECUTING."""

    def __init__(self, store: DeletionStore, conversation: Messenger, service: TaskService, timings: Timings) -> None:
        self._store = store
        self._conversation = conversation
        self._service = service
        self._timings = timings

    async def send(self, deletion: Deletion, held_since: float, response_url: ResponseUrl | None) -> Deletion:
        """Send the DELETE, and meanwhile take the buttons from the prompt.

        Raises:
            FencedError: another process has taken the deletion over.
        """
        drawing = asyncio.create_task(self._draw(deletion, response_url), name=f"draw {deletion.id}")
        try:
            executed = await self._call(deletion, held_since)
        except FencedError:
            await drawing  # the caller redraws what another process has drawn, and must come last
            raise
        except BaseException:
            drawing.cancel()
            raise
        await drawing  # were it still under way, it could overwrite the drawing of the outcome
        return executed

    async def launch(self, deletion: Deletion, response_url: ResponseUrl | None) -> Deletion:
        """Take up the call of a deletion whose grace is over: recorded first, so that a "Stop" either won or is late.

        A freeze set during the grace stops it as well.

        Raises:
            FencedError: somebody has stopped it, or another process has taken it over.
        """
        held_since = time.monotonic()
        try:
            held = await self._store.hold(launched(deletion))
        except BrakedError as braked:
            return await self._store.hold(frozen_in_grace(deletion, braked.brake))
        return await self.send(held, held_since, response_url)

    async def recover(self, deletion: Deletion, response_url: ResponseUrl | None) -> Deletion:
        """Take up an interrupted call: look first, then send again, settle, or keep looking.

        Raises:
            FencedError: another process has taken the deletion over.
        """
        sighting = await self._service.look_up(deletion.task_id)
        settled = after_interruption(deletion, sighting, self._timings)
        if settled is not None:
            return await self._store.hold(settled)
        held_since = time.monotonic()
        try:
            held = await self._store.hold(deletion, What.SENT_AGAIN)
        except BrakedError:
            return await self._store.hold(frozen_after_interruption(deletion, self._timings))
        return await self.send(held, held_since, response_url)

    async def _call(self, deletion: Deletion, held_since: float) -> Deletion:
        async def still_ours() -> bool:
            latest = await self._store.load(deletion.id)
            return latest is not None and latest.epoch == deletion.epoch

        outcome = await self._service.delete(
            deletion.task_id,
            deletion.operator,
            not_after=held_since + self._timings.call / 1_000,
            may_send=still_ours,
        )
        if deletion.calls > 1:
            outcome = of_second_send(outcome)
        _log.info(
            "deletion called",
            deletion=deletion.id,
            task=deletion.task_id,
            operator=deletion.operator,
            verdict=outcome.verdict,
            code=outcome.code,
            request_id=outcome.request_id,
            took_ms=outcome.took,
        )
        return await self._store.hold(after_outcome(deletion, outcome, self._timings))

    async def _draw(self, deletion: Deletion, response_url: ResponseUrl | None) -> None:
        try:
            await self._conversation.redraw(deletion, response_url)
        except DeliveryError as error:
            _log.info("the prompt still shows its buttons, which answer so", deletion=deletion.id, why=str(error))
