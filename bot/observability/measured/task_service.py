"""What is asked of CodeArts Check, and what it answers, retries included."""

import time
from collections.abc import Awaitable, Callable

from bot.deletions.ports import TaskService
from bot.domain.facts import Candidate, LookUp
from bot.domain.outcome import Outcome
from bot.observability.metrics import SERVICE_CALLS


class MeasuredTaskService:
    """A `TaskService` that measures how long its answers take.

    Args:
        service: does the work.
    """

    def __init__(self, service: TaskService) -> None:
        self._service = service

    async def delete(
        self, task_id: str, operator: str, *, not_after: float, may_send: Callable[[], Awaitable[bool]]
    ) -> Outcome:
        """Measure a DELETE by its verdict."""
        began = time.monotonic()
        outcome = await self._service.delete(task_id, operator, not_after=not_after, may_send=may_send)
        SERVICE_CALLS.labels("delete", outcome.verdict).observe(time.monotonic() - began)
        return outcome

    async def look_up(self, task_id: str, *, within: float = 10.0) -> LookUp:
        """Measure a look-up by whether the task was there."""
        began = time.monotonic()
        found = await self._service.look_up(task_id, within=within)
        SERVICE_CALLS.labels("look_up", found.presence).observe(time.monotonic() - began)
        return found

    async def search(self, name: str) -> tuple[Candidate, ...]:
        """Measure a search by whether anything was found."""
        began = time.monotonic()
        found = await self._service.search(name)
        SERVICE_CALLS.labels("search", "found" if found else "nothing").observe(time.monotonic() - began)
        return found
