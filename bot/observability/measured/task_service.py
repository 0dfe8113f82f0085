"""What is asked of CodeArts Check, and what it answers, retries included."""

from collections.abc import Awaitable, Callable

from bot.deletions.ports import TaskService
from bot.domain.facts import LookUp, Suggestions, Wanted
from bot.domain.outcome import Outcome
from bot.observability.metrics import SERVICE_CALLS
from bot.observability.spans import TASK_ID, Kind, Timed


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
        with _timed("delete") as call:
            call.note({TASK_ID: task_id})
            outcome = await self._service.delete(task_id, operator, not_after=not_after, may_send=may_send)
            call.result = outcome.verdict
        return outcome

    async def look_up(self, task_id: str, *, within: float = 10.0, wanted: Wanted = Wanted.ALL) -> LookUp:
        """Measure a look-up by whether the task was there."""
        with _timed("look_up") as call:
            call.note({TASK_ID: task_id})
            found = await self._service.look_up(task_id, within=within, wanted=wanted)
            call.result = found.presence
        return found

    async def search(self, typed: str) -> Suggestions:
        """Measure a search by whether anything was found."""
        with _timed("search") as call:
            found = await self._service.search(typed)
            call.result = "found" if found.tasks else "nothing"
        return found


def _timed(call: str) -> Timed:
    return Timed(call, Kind.INTERNAL, SERVICE_CALLS, (call,))
