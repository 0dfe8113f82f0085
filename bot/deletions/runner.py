"""Carrying a deletion on: the next step, taken and recorded, until there is none.

Right after a click and after a crash it is the same: whoever holds the deletion's latest epoch carries it on, and finds
by a `FencedError` that somebody else has taken it over.
"""

import asyncio
import random
from collections.abc import Iterable
from dataclasses import replace

import structlog

from bot.deletions.execution import Executor
from bot.deletions.ports import Brakes, DeletionStore, Messenger, TaskService
from bot.domain import backoff
from bot.domain.deletion import AWAITING_A_CLICK, Deletion, Prompt, ResponseUrl, State
from bot.domain.errors import (
    DeliveryDelayedError,
    DeliveryError,
    FencedError,
    OutOfSightError,
    PersonError,
    UndeliverableError,
)
from bot.domain.next_step import (
    Close,
    Expire,
    Launch,
    LookUp,
    Recover,
    Redraw,
    Send,
    Show,
    Tell,
    Timings,
    Wait,
    after_look,
    mark,
    next_step,
    without_a_second_person,
)
from bot.domain.outcome import Presence, Sighting

_log = structlog.get_logger(__name__)


class Runner:
    """Takes next steps. Its only state is what it was given."""

    def __init__(  # noqa: PLR0913, PLR0917 - it goes between all that there is
        self,
        store: DeletionStore,
        conversation: Messenger,
        service: TaskService,
        timings: Timings,
        brakes: Brakes,
        notify: Iterable[str] = (),
    ) -> None:
        self._store = store
        self._brakes = brakes
        self._conversation = conversation
        self._service = service
        self._executor = Executor(store, conversation, service, timings)
        self._timings = timings
        self._notify = tuple(notify)

    async def carry_on(self, deletion: Deletion, held_since: float, response_url: ResponseUrl | None = None) -> None:
        """Carry `deletion` on until it waits or is closed.

        Args:
            deletion: as the caller took it.
            held_since: `time.monotonic()` just before it was taken: its lease runs from there.
            response_url: the latest, where the caller has one.
        """
        try:
            while (following := await self._take_step(deletion, held_since, response_url)) is not None:
                deletion = following
        except FencedError:
            await self._overtaken(deletion, response_url)
        except PersonError as error:  # Redis has gone: the lease runs out and somebody takes it up
            _log.warning("left to whoever finds it due", deletion=deletion.id, state=deletion.state, why=str(error))

    async def _take_step(
        self, deletion: Deletion, held_since: float, response_url: ResponseUrl | None
    ) -> Deletion | None:
        match next_step(deletion, self._notify):
            case Close():
                await self._store.close(deletion)
                return None
            case Wait(until):
                await self._store.rest(deletion, until)
                return None
            case Expire():
                return await self._store.hold(replace(deletion, state=State.EXPIRED))
            case Launch():
                return await self._executor.launch(deletion, await self._reach(deletion, response_url))
            case Send():
                return await self._executor.send(deletion, held_since, await self._reach(deletion, response_url))
            case Recover():
                return await self._executor.recover(deletion, await self._reach(deletion, response_url))
            case LookUp():
                sighting = await self._service.look_up(deletion.task_id)
                return await self._store.hold(after_look(deletion, sighting, self._timings))
            case (Show() | Redraw() | Tell()) as message:
                return await self._deliver(deletion, message, response_url)

    async def _deliver(
        self, deletion: Deletion, message: Show | Redraw | Tell, response_url: ResponseUrl | None
    ) -> Deletion | None:
        """Send one message and note it; where Slack does not take it now, come back later."""
        try:
            noted = await self._send_message(deletion, message, await self._reach(deletion, response_url))
        except OutOfSightError as error:
            _log.warning("nobody else would see the prompt", deletion=deletion.id, why=str(error))
            return await self._store.hold(without_a_second_person(deletion))
        except UndeliverableError as error:
            _log.error("nobody can be shown the prompt", deletion=deletion.id, why=str(error))
            await self._store.rest(deletion, deletion.expires_at)
            return None
        except DeliveryDelayedError as delayed:
            pause = backoff.pause(delayed.retry_after, deletion.tries, random.random())  # noqa: S311 - jitter
            _log.warning("Slack did not take a message yet", deletion=deletion.id, why=str(delayed), pause_ms=pause)
            until = deletion.seen_at + pause
            if deletion.state in AWAITING_A_CLICK:
                until = min(until, deletion.expires_at)
            elif deletion.state is State.SCHEDULED:
                until = min(until, deletion.send_at)
            tries = deletion.tries if delayed.retry_after else deletion.tries + 1
            await self._store.rest(replace(deletion, tries=tries), until)
            return None
        return await self._store.hold(replace(noted, tries=0))

    async def _send_message(
        self, deletion: Deletion, message: Show | Redraw | Tell, response_url: ResponseUrl | None
    ) -> Deletion:
        """The deletion with the message noted; one that can never be delivered is logged and noted too."""
        match message:
            case Show():
                if deletion.preview is None:
                    deletion = replace(deletion, preview=await self._preview(deletion.task_id))
                prompt = await self._conversation.show(await self._with_freeze(deletion), response_url)
                if prompt.ephemeral and response_url is not None:  # else nobody could say that it has expired
                    await self._store.keep_response_url(deletion.id, response_url)
                return replace(deletion, prompt=prompt, drawn=deletion.appearance)
            case Redraw():
                try:
                    await self._conversation.redraw(await self._with_freeze(deletion), response_url)
                except UndeliverableError as error:
                    _log.warning("the prompt cannot be edited", deletion=deletion.id, why=str(error))
                return replace(deletion, drawn=deletion.appearance)
            case Tell(target):
                try:
                    await self._conversation.tell(deletion, target, response_url)
                except UndeliverableError as error:
                    _log.error("nobody could be told", deletion=deletion.id, target=target, why=str(error))
                return replace(deletion, told=deletion.told | {mark(deletion, target)})

    async def _with_freeze(self, deletion: Deletion) -> Deletion:
        """The deletion, and what a prompt whose call a freeze would stop has to say of it."""
        waits = deletion.state in AWAITING_A_CLICK or deletion.state is State.SCHEDULED
        return replace(deletion, freeze=await self._brakes.frozen()) if waits else deletion

    async def _preview(self, task_id: str) -> Sighting:
        """What the prompt shows of the task; a slow service must not keep the prompt from the person who asked."""
        try:
            async with asyncio.timeout(self._timings.preview / 1_000):
                return await self._service.look_up(task_id)
        except TimeoutError:
            return Sighting(Presence.UNKNOWN, why="CodeArts Check did not answer in time")

    async def _reach(self, deletion: Deletion, response_url: ResponseUrl | None) -> ResponseUrl | None:
        """The response_url to fall back on: the one at hand, else the one kept for an ephemeral prompt."""
        if response_url is None and deletion.prompt is not None and deletion.prompt.ephemeral:
            return await self._store.response_url(deletion.id)
        return response_url

    async def redraw_clicked(self, deletion: Deletion, clicked: Prompt, response_url: ResponseUrl | None) -> None:
        """Redraw the message that was clicked on, whether or not it is the recorded prompt."""
        try:
            await self._redraw_while_it_moves(deletion, clicked, response_url, drawn="")
        except (DeliveryError, PersonError) as error:
            _log.warning("a prompt could not be redrawn", deletion=deletion.id, why=str(error))

    async def _overtaken(self, deletion: Deletion, response_url: ResponseUrl | None) -> None:
        """Somebody has taken the deletion over while this process was drawing: what it drew last may be stale."""
        try:
            latest = await self._store.load(deletion.id)
            if latest is not None and latest.prompt is not None:
                await self._redraw_while_it_moves(latest, latest.prompt, response_url, drawn=deletion.appearance)
        except (DeliveryError, PersonError) as error:
            _log.warning("a prompt could not be redrawn", deletion=deletion.id, why=str(error))

    async def _redraw_while_it_moves(
        self, deletion: Deletion, at: Prompt, response_url: ResponseUrl | None, drawn: str
    ) -> None:
        """Redraw a prompt that another process may be drawing too.

        Whoever draws looks afterwards whether it drew the latest; so whichever drawing Slack takes last, it is of the
        latest, and no late one leaves buttons behind.
        """
        latest: Deletion | None = deletion
        while latest is not None and latest.appearance != drawn:
            await self._conversation.redraw(await self._with_freeze(replace(latest, prompt=at)), response_url)
            drawn = latest.appearance
            latest = await self._store.load(deletion.id)

    async def retire(self, clicked: Prompt, response_url: ResponseUrl | None) -> None:
        """Take the buttons from a prompt whose deletion is no longer known."""
        try:
            await self._conversation.retire(clicked, response_url)
        except DeliveryError as error:
            _log.warning("a prompt could not be retired", why=str(error))
