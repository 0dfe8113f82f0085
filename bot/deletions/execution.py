"""The call itself: looks the task up, then sends the DELETE. After a crash, looks before anything is sent again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from bot.deletions import clock
from bot.deletions.authorizer import Authorizer
from bot.deletions.ports import AuditLog, Change, ConflictError, DeletionStore, TaskService
from bot.domain import still_confirmed
from bot.domain.access import Identity
from bot.domain.after_call import after_call, late_answer
from bot.domain.asking import by_others
from bot.domain.audit import Event, of_deletion, of_late_answer
from bot.domain.before_call import before_call
from bot.domain.deletion import Deletion
from bot.domain.errors import PersonError
from bot.domain.facts import Wanted
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, EventKind, Requirement, State, transition
from bot.domain.outcome import Outcome
from bot.domain.recovery import after_interruption, interrupted
from bot.domain.refusal import Refused
from bot.domain.rules import Rules, strictest
from bot.domain.step import Step
from bot.domain.text import Text
from bot.domain.timings import Timings
from bot.domain.waiting import stopped_by_freeze

_JUST_CHECKED = 10_000  # milliseconds for which the permission check at the confirmation is enough
_PAUSE = 0.5  # seconds between attempts to record an outcome
_log = structlog.get_logger(__name__)

Write = Callable[[Deletion, Step], Awaitable[Deletion]]


class Execution:
    """Makes the call for a deletion in EXECUTING whose lease the caller has.

    Args:
        store: where it is recorded.
        audit: keeps a late answer that changes nothing.
        service: CodeArts Check.
        authorizer: asked again if the confirmation was given a while ago.
        timings: how long each part may take.
        rules: what a deletion has to pass by the current settings.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a call needs each of them
        self,
        store: DeletionStore,
        audit: AuditLog,
        service: TaskService,
        authorizer: Authorizer,
        timings: Timings,
        rules: Rules,
    ) -> None:
        self._store = store
        self._audit = audit
        self._service = service
        self._authorizer = authorizer
        self._timings = timings
        self._rules = rules
        self.in_flight: set[str] = set()
        """Deletions whose call is still in flight in this process, which never recovers one of these."""

    async def call(self, deletion: Deletion) -> Deletion:
        """Look the task up once more, then send the DELETE. Returns the deletion as recorded.

        Raises:
            ConflictError: another process has taken the deletion over.
        """
        if (objection := await self._objection(deletion)) is not None:
            return await self._write(objection)
        would_refuse = deletion.shown is not None and deletion.shown.facts.refused_by_service
        step = await self._before_call(deletion, Wanted.ALL if would_refuse else Wanted.IDENTITY)
        if step.transition.action is Action.RETURN:  # everything is shown again
            step = await self._before_call(deletion, Wanted.ALL)
        if step.transition.action is not Action.CALL:
            return await self._write(step)
        return await self._send(deletion, step, EventKind.CALLED)

    async def _before_call(self, deletion: Deletion, wanted: Wanted) -> Step:
        within = self._timings.before_call / 1_000
        found = await self._service.look_up(deletion.task_id, within=within, wanted=wanted)
        return before_call(deletion, found, self._rules)

    async def recover(self, deletion: Deletion) -> Deletion:
        """Recover an interrupted call: look first, then send again, settle, or keep looking. Raises as `call` does."""
        found = await self._service.look_up(deletion.task_id, wanted=Wanted.PRESENCE)
        step = after_interruption(deletion, found, self._timings)
        if step is not None:
            return await self._write(step)
        if await self._objection(deletion, always=True) is not None:
            why = Text("The call was interrupted, and not sent again, since it is no longer permitted.")
            return await self._write(interrupted(deletion, why, self._timings))
        again = Step(deletion, transition(State.EXECUTING, Action.CALL, State.EXECUTING))
        return await self._send(deletion, again, EventKind.CALLED_AGAIN)

    async def _objection(self, deletion: Deletion, *, always: bool = False) -> Step | None:
        """What becomes of it if it may no longer be sent, given its people and the settings as they are now."""
        lifecycle = deletion.lifecycle
        safeguards = deletion.safeguards_by(self._rules)
        everybody = dict.fromkeys((deletion.requester, *(each.user for each in lifecycle.confirmations)))
        just_checked = deletion.read_at - lifecycle.confirmed_at < _JUST_CHECKED
        earlier = by_others(deletion) and len(lifecycle.confirmations) > 1  # checked when they confirmed, hours ago
        stricter = strictest(deletion.safeguards, safeguards) != deletion.safeguards
        if just_checked and not (always or earlier or stricter):
            return None
        now = await asyncio.gather(*(self._as_they_are(user, deletion) for user in everybody))
        return still_confirmed.objection(deletion, dict(zip(everybody, now, strict=True)), safeguards)

    async def _as_they_are(self, user: SlackUser, deletion: Deletion) -> Identity | Refused:
        try:
            return await self._authorizer.identify(user, deletion.channel, fresh=True)
        except Refused as refused:
            return refused

    async def _send(self, deletion: Deletion, step: Step, kind: EventKind) -> Deletion:
        """Send it. Before each attempt, check in Redis that the lease is still ours and that nothing is frozen."""
        held, frozen = deletion, False
        not_after = clock.now() + self._timings.call / 1_000

        async def may_send() -> bool:
            nonlocal held, frozen
            first = held is deletion
            lifecycle = held.lifecycle
            if first:
                lifecycle = replace(step.deletion.lifecycle, called_at=held.read_at, sends=lifecycle.sends + 1)
            wanted = replace(held, lifecycle=lifecycle)
            event = of_deletion(wanted, kind) if first else None
            try:
                held = await self._store.commit(Change(held, wanted, event, step.transition.requires))
            except ConflictError as conflict:
                if conflict.requirement is not Requirement.NOT_FROZEN or conflict.latest is None:
                    raise
                held, frozen = conflict.latest, True
            return not frozen

        self.in_flight.add(deletion.id)
        try:
            outcome = await self._service.delete(
                deletion.task_id, deletion.operator, not_after=not_after, may_send=may_send
            )
            if frozen:
                stopped = stopped_by_freeze(held) if kind is EventKind.CALLED else self._frozen_again(held)
                return await self._write(stopped)
            return await self._settle(held, outcome)
        finally:
            self.in_flight.discard(deletion.id)

    def _frozen_again(self, deletion: Deletion) -> Step:
        why = Text("The call was interrupted, and not sent again, since deletions are frozen.")
        return interrupted(deletion, why, self._timings)

    async def _settle(self, deletion: Deletion, outcome: Outcome) -> Deletion:
        """Record an outcome. A definite answer is never discarded, no matter how late it can be recorded."""
        if outcome.admin_hint:
            _log.warning(
                "an admin can help", deletion=deletion.id, code=outcome.code, what_to_do=str(outcome.admin_hint)
            )
        while True:
            try:
                return await self._record(deletion, outcome)
            except PersonError as error:  # Redis is unavailable: only this process knows the answer
                _log.warning("outcome not recorded yet", deletion=deletion.id, outcome=outcome.verdict, why=str(error))
                await asyncio.sleep(_PAUSE)

    async def _record(self, deletion: Deletion, outcome: Outcome) -> Deletion:
        try:
            return await self._write(after_call(deletion, outcome, self._timings))
        except ConflictError as conflict:
            if (corrected := await self._correct(deletion, outcome, conflict)) is not None:
                return corrected
            raise

    async def _correct(self, called: Deletion, outcome: Outcome, conflict: ConflictError) -> Deletion | None:
        """Another process has moved the deletion on, or Redis has lost it: people may need a correction.

        A definite answer that corrects nothing is kept in the audit log: it is what the service itself said.
        """
        latest = conflict.latest or called
        step = late_answer(latest, outcome, called.lifecycle.sends)
        _log.warning("late answer", deletion=latest.id, state=latest.state, outcome=outcome.verdict, used=bool(step))
        if conflict.latest is None:
            lost = replace(latest, lifecycle=after_call(latest, outcome, self._timings).deletion.lifecycle)
            return await self._store.restore(lost, of_deletion(lost, EventKind.LATE_ANSWER))
        if step is None:
            if outcome.definite:
                await self._audit.append(of_late_answer(latest, outcome))
            return None
        try:
            return await self._write(step)
        except ConflictError as again:
            return await self._correct(called, outcome, again)

    async def _write(self, step: Step, event: Event | None = None) -> Deletion:
        """Record a step of the lifecycle, and keep the lease."""
        deletion = step.deletion
        event = event or of_deletion(deletion, step.transition.event)
        return await self._store.commit(Change(deletion, deletion, event, step.transition.requires))
