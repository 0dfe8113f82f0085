"""The runner: takes a deletion from step to step, until it has to wait or is closed.

It works the same right after a click and after a crash: the process with the deletion's latest version runs it, and
learns from a `ConflictError` that another process has taken it over.
"""

import asyncio
import random
from collections.abc import Iterable
from dataclasses import replace

import structlog

from bot.deletions.approvers import Approvers
from bot.deletions.background import Background
from bot.deletions.execution import Execution
from bot.deletions.outbox import Outbox
from bot.deletions.ports import Change, Close, ConflictError, DeletionStore, Hold, Rest, TaskService, Then
from bot.domain import backoff, dwell
from bot.domain import next_step as steps
from bot.domain.after_call import after_look, looked
from bot.domain.approval_wait import SecondPerson
from bot.domain.audit import of_deletion
from bot.domain.deletion import Deletion, Prompt, ResponseUrl
from bot.domain.errors import DeliveryDelayedError, OutOfSightError, PersonError, UndeliverableError
from bot.domain.facts import Wanted
from bot.domain.lifecycle import EventKind, Requirement, State
from bot.domain.next_step import NextStep, next_step
from bot.domain.step import Step
from bot.domain.timings import Timings
from bot.domain.waiting import expired, launched, nobody_else_sees, nobody_to_confirm, shown_first, stopped_by_freeze
from bot.observability.spans import Timed, part_of

_log = structlog.get_logger(__name__)


class Runner:
    """Takes the next steps of deletions, in the background.

    Args:
        store: where they are recorded.
        outbox: sends their messages.
        execution: makes their calls.
        service: looks their tasks up.
        background: where the work runs.
        notify: the channels that are told of every outcome.
        approvers: finds who is asked to confirm if others have to.
        second_person: when they are asked and reminded; None to ask nobody.
    """

    def __init__(  # noqa: PLR0913 - it connects all of these
        self,
        store: DeletionStore,
        outbox: Outbox,
        execution: Execution,
        service: TaskService,
        background: Background,
        *,
        timings: Timings,
        notify: Iterable[str] = (),
        approvers: Approvers | None = None,
        second_person: SecondPerson | None = None,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._execution = execution
        self._service = service
        self._background = background
        self._timings = timings
        self._notify = tuple(notify)
        self._approvers = approvers
        self._second_person = second_person

    @property
    def in_flight(self) -> frozenset[str]:
        """Deletions whose call is still in flight in this process."""
        return frozenset(self._execution.in_flight)

    def start(self, deletion: Deletion, response_url: ResponseUrl | None = None) -> None:
        """Run a deletion whose lease the caller has, in the background."""
        with part_of(deletion.traceparent):
            self._background.start(self.run(deletion, response_url), name=deletion.id)

    def redraw(self, deletion: Deletion, at: Prompt, response_url: ResponseUrl | None) -> None:
        """Redraw a message that was clicked, in the background, whether or not it is the recorded prompt."""
        self._background.start(self._redraw(deletion, at, response_url), name=deletion.id)

    def retire(self, clicked: Prompt, response_url: ResponseUrl | None) -> None:
        """Remove the buttons from a prompt whose deletion is no longer known, in the background."""
        self._background.start(self._outbox.retire(clicked, response_url), name="retire")

    async def run(self, deletion: Deletion, response_url: ResponseUrl | None = None) -> None:
        """Run `deletion` until it waits or is closed.

        Args:
            deletion: in its latest version, whose lease the caller has.
            response_url: the latest, if the caller has one.
        """
        last = deletion
        current: Deletion | None = deletion
        try:
            while current is not None:
                last = current
                try:
                    current = await self._take_step(current, response_url)
                except ConflictError as conflict:
                    current = conflict.latest
                    if conflict.requirement is Requirement.SAME_VERSION or current is None:
                        raise
        except ConflictError as conflict:
            await self._overtaken(conflict.latest, last, response_url)
        except PersonError as error:  # Redis is unavailable: the lease expires, and some replica takes it over
            _log.warning("deletion left to be taken over", deletion=last.id, state=last.state, why=str(error))

    async def _overtaken(self, latest: Deletion | None, last: Deletion, response_url: ResponseUrl | None) -> None:
        """Redraw the prompt after another process has moved the deletion on: what this one drew last may be stale.

        If Redis has lost the deletion, nothing more will happen through it, and its prompt says so.
        """
        prompt = (latest or last).delivery.prompt
        if prompt is None:
            return
        if latest is None:
            _log.error("deletion lost by Redis", deletion=last.id, state=last.state)
            await self._outbox.retire(prompt, response_url)
        else:
            await self._redraw(latest, prompt, response_url, rendered=last.appearance)

    async def _redraw(
        self, deletion: Deletion, at: Prompt, response_url: ResponseUrl | None, rendered: str = ""
    ) -> None:
        """Redraw a message, until it certainly shows the latest version."""
        left = await self._outbox.redraw_until_current(deletion, at, response_url, rendered)
        if left is not None:
            await self.run(left, response_url)

    def _next_step(self, deletion: Deletion) -> NextStep:
        return next_step(deletion, self._notify, self._second_person)

    async def _take_step(self, deletion: Deletion, response_url: ResponseUrl | None) -> Deletion | None:
        """The deletion after its next step, as recorded; None if this process has given it up."""
        step = self._next_step(deletion)
        with Timed(f"step {type(step).__name__}") as timed:
            if isinstance(step, steps.Notify):
                timed.note({"codecheck.target": step.target})
            return await self._take(step, deletion, response_url)

    async def _take(  # noqa: C901 - one case per step
        self, step: NextStep, deletion: Deletion, response_url: ResponseUrl | None
    ) -> Deletion | None:
        match step:
            case steps.Close():
                return await self._commit(deletion, deletion, then=Close())
            case steps.Wait(until):
                return await self._commit(deletion, deletion, then=Rest(until))
            case (steps.Show() | steps.Redraw() | steps.Notify()) as message:
                return await self._deliver(deletion, message, response_url)
            case steps.Expire():
                return await self._write(deletion, expired(deletion))
            case steps.StopForFreeze():
                return await self._write(deletion, stopped_by_freeze(deletion))
            case steps.Launch():
                return await self._write(deletion, launched(deletion))
            case steps.LookAtTask():
                return await self._look_at_task(deletion)
            case steps.FindApprovers():
                return await self._find_approvers(deletion)
            case steps.LookUpOutcome():
                return await self._look_up_outcome(deletion)
            case (steps.Call() | steps.Recover()) as call:
                return await self._call(deletion, call, response_url)

    async def _call(
        self, deletion: Deletion, call: steps.Call | steps.Recover, response_url: ResponseUrl | None
    ) -> Deletion:
        """Make the call, and meanwhile remove the buttons from the prompt."""
        drawing = asyncio.create_task(self._outbox.draw(deletion, response_url), name=f"draw {deletion.id}")
        make = self._execution.call if isinstance(call, steps.Call) else self._execution.recover
        try:
            executed = await make(deletion)
        except ConflictError:
            await drawing  # another process's drawing is redrawn afterwards, and that must come last
            raise
        except BaseException:
            drawing.cancel()
            raise
        await drawing  # if it were still running, it could overwrite the outcome on the prompt
        return executed

    async def _look_at_task(self, deletion: Deletion) -> Deletion | None:
        """Look the task up for a prompt that was posted without all of its facts."""
        found = await self._service.look_up(deletion.task_id)
        after = shown_first(deletion, found)
        if isinstance(after, Step):
            return await self._write(deletion, after)
        return await self._commit(deletion, after)

    async def _find_approvers(self, deletion: Deletion) -> Deletion | None:
        """Find out whom to ask. If the settings name people and none of them may confirm it, it ends at once."""
        asked = await self._approvers.of(deletion) if self._approvers is not None else ()
        if not asked and self._approvers is not None and self._approvers.named:
            _log.warning("no approver may confirm", deletion=deletion.id)
            return await self._write(deletion, nobody_to_confirm(deletion))
        return await self._commit(deletion, replace(deletion, delivery=replace(deletion.delivery, asked=asked)))

    async def _look_up_outcome(self, deletion: Deletion) -> Deletion | None:
        found = await self._service.look_up(deletion.task_id, wanted=Wanted.PRESENCE)
        if (step := after_look(deletion, found)) is not None:
            return await self._write(deletion, step)
        later = looked(deletion, self._timings)
        event = of_deletion(later, EventKind.LOOKED_UP)
        return await self._store.commit(Change(deletion, later, event))

    async def _deliver(
        self,
        deletion: Deletion,
        message: steps.Show | steps.Redraw | steps.Notify,
        response_url: ResponseUrl | None,
    ) -> Deletion | None:
        """Send one message and record that; if Slack does not accept it now, come back later."""
        try:
            delivery = await self._outbox.send(deletion, message, response_url)
        except OutOfSightError as error:
            _log.warning("prompt not visible to others", deletion=deletion.id, why=str(error))
            return await self._write(deletion, nobody_else_sees(deletion))
        except UndeliverableError as error:
            _log.error("prompt undeliverable", deletion=deletion.id, why=str(error))
            return await self._commit(deletion, deletion, then=Rest(deletion.lifecycle.expires_at))
        except DeliveryDelayedError as delayed:
            attempts = deletion.delivery.attempts
            pause = backoff.pause(delayed.retry_after, attempts, random.random())  # noqa: S311 - not a secret
            log = _log.info if delayed.retry_after else _log.warning
            log("message delayed", deletion=deletion.id, why=str(delayed), pause_ms=pause)
            tried = attempts if delayed.retry_after else attempts + 1
            later = replace(deletion, delivery=replace(deletion.delivery, attempts=tried))
            until = min(deletion.read_at + pause, steps.deadline(deletion))
            return await self._commit(deletion, later, then=Rest(until))
        sent = replace(deletion, delivery=delivery)
        if deletion.state is State.REVIEWED and deletion.freeze is not None:  # its delete button has been removed
            sent = replace(sent, lifecycle=replace(deletion.lifecycle, confirmable_at=0))
        if isinstance(message, steps.Redraw) and delivery.prompt is not None and not dwell.begins(sent):
            following = self._next_step(sent)
            if not isinstance(following, steps.Show | steps.Redraw):
                return sent  # redrawing is harmless, so it is recorded with the next write
        return await self._commit(deletion, sent, then=self._then(sent))

    def _then(self, deletion: Deletion) -> Then:
        """What happens to the lease after a write, if nothing else comes in between."""
        match self._next_step(deletion):
            case steps.Wait(until):
                return Rest(until)
            case steps.Close():
                return Close()
            case _:
                return Hold()

    async def _write(self, deletion: Deletion, step: Step) -> Deletion | None:
        """Record a step of the lifecycle."""
        event = of_deletion(step.deletion, step.transition.event)
        return await self._store.commit(Change(deletion, step.deletion, event, step.transition.requires))

    async def _commit(self, before: Deletion, after: Deletion, *, then: Then | None = None) -> Deletion | None:
        """Record what changes no state. Returns None if the lease has been given up, since nothing is left to do."""
        then = then or self._then(after)
        confirmable_in = after.safeguards.dwell if dwell.begins(after) else None
        written = await self._store.commit(Change(before, after, None, (), then, confirmable_in))
        if isinstance(then, Hold) or written.appearance != after.appearance:  # for example, frozen meanwhile
            return written
        return None
