"""Measures what becomes of deletions, when each change is written, and says in their traces."""

from collections.abc import Callable, Collection
from dataclasses import replace

from bot.deletions.acknowledgement_deadline import since_arrival
from bot.deletions.ports import Change, ConflictError, DeletionStore, NewDeletion
from bot.domain.audit import Event
from bot.domain.deletion import Deletion, ResponseUrl
from bot.domain.lifecycle import AWAITING_CONFIRMATION, EventKind, State
from bot.domain.lifecycle import ENDED as ENDED_STATES
from bot.observability.metrics import (
    CONFIRMED_TO_OUTCOME,
    ENDED,
    LAST_SWEEP,
    LIMITS_REACHED,
    PROMPT_VISIBLE,
    RECOVERIES,
    REQUESTS,
)
from bot.observability.spans import DELETION_ID, STATE, TASK_ID, join, note, traceparent

_OUTCOMES = frozenset(map(EventKind, ("deleted", "failed", "gone", "accepted", "unknown", "unknown_final")))


class MeasuredDeletionStore:
    """A `DeletionStore` that counts.

    Args:
        store: does the work.
        swept: called when what is due has been looked for.
    """

    def __init__(self, store: DeletionStore, swept: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._swept = swept
        self.pending = store.pending
        self.pending_ids = store.pending_ids
        self.several = store.several
        self.response_url = store.response_url
        for state in ENDED_STATES:  # from 0, or Prometheus would not see the first one
            ENDED.labels(state)
        for scope in ("everyone", "person"):
            LIMITS_REACHED.labels(scope)

    async def request(self, new: NewDeletion) -> tuple[Deletion, bool]:
        """Count the deletions that are recorded. From now on, its trace is that of the command."""
        deletion, created = await self._store.request(replace(new, traceparent=traceparent()))
        if created:
            REQUESTS.inc()
        _note(deletion)
        return deletion, created

    async def read(self, deletion_id: str) -> Deletion | None:
        """If a payload is about this deletion, it joins its trace."""
        deletion = await self._store.read(deletion_id)
        if deletion is not None:
            join(deletion.traceparent)
            _note(deletion)
        return deletion

    async def commit(self, change: Change) -> Deletion:
        """See what changes from one state to the next."""
        try:
            written = await self._store.commit(change)
        except ConflictError as conflict:
            if conflict.limit is not None:
                LIMITS_REACHED.labels("person" if conflict.limit.per_person else "everyone").inc()
            raise
        _observe(change, written)
        _note(written)
        return written

    async def take_due(self, except_for: Collection[str] = (), by: int | None = None) -> list[Deletion]:
        """Count the calls that another process has left behind."""
        taken = await self._store.take_due(except_for, by)
        LAST_SWEEP.set_to_current_time()
        self._swept()
        for deletion in taken:
            if deletion.state is State.EXECUTING and deletion.lifecycle.called_at:
                RECOVERIES.inc()
        return taken

    async def restore(self, deletion: Deletion, event: Event) -> Deletion:
        """Pass it on; what ended it has been counted when it was written first."""
        return await self._store.restore(deletion, event)

    async def keep_response_url(self, deletion_id: str, response_url: ResponseUrl) -> None:
        """Pass it on."""
        await self._store.keep_response_url(deletion_id, response_url)


def _note(deletion: Deletion) -> None:
    note({DELETION_ID: deletion.id, TASK_ID: deletion.task_id, STATE: deletion.state})


def _observe(change: Change, written: Deletion) -> None:
    if change.before.delivery.prompt is None and written.delivery.prompt is not None:
        seconds = since_arrival()
        if seconds is not None and written.state in AWAITING_CONFIRMATION:
            PROMPT_VISIBLE.observe(seconds)
    if change.event is None:
        return
    if written.ended and change.event.kind is not EventKind.LATE_ANSWER:  # which corrects an end
        ENDED.labels(written.state).inc()
    confirmed_at = written.lifecycle.confirmed_at
    if change.event.kind in _OUTCOMES and confirmed_at:
        CONFIRMED_TO_OUTCOME.labels(written.state).observe(max(written.read_at - confirmed_at, 0) / 1_000)
