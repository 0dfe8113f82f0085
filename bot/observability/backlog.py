"""What is pending: read from Redis when the metrics are requested, at most every few seconds."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

import structlog

from bot.deletions.ports import FreezeStore
from bot.domain.deletion import Deletion
from bot.domain.errors import PersonError
from bot.domain.lifecycle import ENDED, State
from bot.domain.next_step import Notify, Redraw, Show, next_step
from bot.observability.metrics import FROZEN, OLDEST_PENDING, OUTBOX, OUTBOX_AGE, PENDING

_WAITING = tuple(state for state in State if state not in ENDED)
_log = structlog.get_logger(__name__)


class Unclosed(Protocol):
    """Lists the deletions that are not closed."""

    async def unclosed(self) -> list[Deletion]:
        """The deletions that have not ended, or whose end has not been announced to all; some hundred at most."""


class Backlog:
    """Sets the gauges for what is pending.

    Args:
        store: knows what is not closed.
        freezes: knows whether deletions are frozen.
        notify: the channels of `[notify]`, which are owed a message for each outcome.
        keep: seconds for which the values are cached, so that requests do not load Redis.
        patience: seconds after which Redis counts as not answering.
    """

    def __init__(
        self, store: Unclosed, freezes: FreezeStore, notify: Iterable[str] = (), *, keep: float = 5, patience: float = 3
    ) -> None:
        self._store = store
        self._freezes = freezes
        self._notify = tuple(notify)
        self._keep = keep
        self._patience = patience
        self._asking = asyncio.Lock()
        self._until = 0.0

    async def refresh(self) -> None:
        """Set the gauges, to NaN if Redis does not answer."""
        async with self._asking:
            if time.monotonic() < self._until:
                return
            try:
                async with asyncio.timeout(self._patience):
                    deletions, freeze = await asyncio.gather(self._store.unclosed(), self._freezes.current())
            except (PersonError, TimeoutError) as error:
                _log.info("backlog not readable for metrics", why=str(error))
                _set_unknown()
            else:
                FROZEN.set(freeze is not None)
                self._set(deletions)
            self._until = time.monotonic() + self._keep

    def _set(self, deletions: list[Deletion]) -> None:
        waiting = [deletion for deletion in deletions if not deletion.ended]
        states = Counter(deletion.state for deletion in waiting)
        for state in _WAITING:
            PENDING.labels(state).set(states[state])
        OLDEST_PENDING.set(max((_age(each, each.requested_at) for each in waiting), default=0))
        owing = [each for each in deletions if isinstance(next_step(each, self._notify), Show | Redraw | Notify)]
        OUTBOX.set(len(owing))
        OUTBOX_AGE.set(max((_owed_for(each) for each in owing), default=0))


def _age(deletion: Deletion, since: int) -> float:
    return max(deletion.read_at - since, 0) / 1_000


def _owed_for(deletion: Deletion) -> float:
    """Seconds since the latest thing that people have to be told of, as far as the deletion says when it was."""
    lifecycle = deletion.lifecycle
    return _age(deletion, lifecycle.ended_at or lifecycle.called_at or lifecycle.confirmed_at or deletion.requested_at)


def _set_unknown() -> None:
    for gauge in (OLDEST_PENDING, OUTBOX, OUTBOX_AGE, FROZEN, *map(PENDING.labels, _WAITING)):
        gauge.set(math.nan)
