"""Counts refusals and checkpoints when they are recorded."""

from bot.deletions.ports import AuditLog
from bot.domain.audit import Event
from bot.domain.checkpoints import Checkpoint
from bot.domain.lifecycle import EventKind
from bot.observability.metrics import CHECKPOINTS, LAST_SEAL, REFUSALS


class MeasuredAuditLog:
    """An `AuditLog` that counts.

    Args:
        audit: does the work.
    """

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self.latest = audit.latest
        self.following = audit.following
        self.trim = audit.trim

    async def append(self, event: Event) -> None:
        """Count a refusal, or as many as the event stands for; also if Redis then does not take it."""
        if event.kind is EventKind.REFUSED:
            REFUSALS.labels(event.reason).inc(max(event.count, 1))
        await self._audit.append(event)

    async def seal(self) -> Checkpoint | None:
        """Count checkpoints, and note when the log was last known to be sealed."""
        sealed = await self._audit.seal()
        LAST_SEAL.set_to_current_time()
        if sealed is not None:
            CHECKPOINTS.inc()
        return sealed
