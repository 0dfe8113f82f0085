"""Refusals: recorded in one place, and a limit that is reached is told to the admins.

None of this may keep the person from the answer, or change it for a worse one: what fails here is logged.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.deletions.background import Background
from bot.deletions.ports import AuditLog
from bot.domain.audit import Event, of_refusal
from bot.domain.errors import PersonError
from bot.domain.identity import SlackUser
from bot.domain.refusal import Refused

_log = structlog.get_logger(__name__)


class Refusals:
    """Records refusals.

    Args:
        audit: where.
        background: the person is answered first.
    """

    def __init__(self, audit: AuditLog, background: Background) -> None:
        self._audit = audit
        self._background = background

    @contextmanager
    def recorded(self, by: SlackUser, action: str, channel: str, deletion: str = "", task: str = "") -> Iterator[None]:
        """Record it if the block is refused; the refusal goes on to whoever answers it.

        Args:
            by: who tries.
            action: what: a subcommand, or a button's action.
            channel: where.
            deletion: the deletion's ID, if it is about one.
            task: the task's ID, if it is about one.
        """
        try:
            yield
        except Refused as refused:
            self.record(by, action, refused.reason, channel, deletion, task)
            raise

    def record(  # noqa: PLR0913, PLR0917 - who was refused what, why and where
        self, by: SlackUser, action: str, reason: str, channel: str, deletion: str = "", task: str = ""
    ) -> None:
        """Record a refusal in the background."""
        _log.info("refused", who=by.id, action=action, reason=reason, channel=channel, deletion=deletion, task=task)
        event = of_refusal(by, action, reason, channel, deletion, task)
        self._background.start(self._append(event), name="refusal")

    async def _append(self, event: Event) -> None:
        try:
            await self._audit.append(event)
        except PersonError as error:
            _log.error("refusal not recorded", text=event.text(), why=str(error))
