"""Records refusals, and tells the admins when a rate limit is reached.

The person must get the right answer even if this fails, so failures here are only logged.
"""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import structlog

from bot.deletions import clock
from bot.deletions.background import Background
from bot.deletions.ports import AuditLog, ConflictError, Messenger
from bot.domain.audit import Event, of_refusal
from bot.domain.deletion import Deletion
from bot.domain.errors import DeliveryError, PersonError
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import ENDED
from bot.domain.rate_limits import LimitReached
from bot.domain.refusal import Reason, Refused
from bot.domain.refusal_counter import RefusalCounter
from bot.domain.text import Code, Moment, Value
from bot.observability.spans import note

_log = structlog.get_logger(__name__)


class Refusals:
    """Records refusals.

    Args:
        audit: where they are recorded.
        background: where that runs, so that the person is answered first.
        messenger: tells the admins about a limit.
        admins: the Slack user IDs of `[allow] admins`.
    """

    def __init__(
        self, audit: AuditLog, background: Background, messenger: Messenger, admins: Iterable[str] = ()
    ) -> None:
        self._audit = audit
        self._background = background
        self._messenger = messenger
        self._admins = sorted(admins)
        self._counter: RefusalCounter[Event] = RefusalCounter()

    @contextmanager
    def recorded(self, by: SlackUser, action: str, channel: str, deletion: str = "", task: str = "") -> Iterator[None]:
        """Record the refusal if the block raises `Refused`, which is passed on to the caller.

        Args:
            by: who is refused.
            action: what they tried: a subcommand, or a button's action.
            channel: the conversation's ID; "" if it is not known.
            deletion: the deletion's ID, if it is about one.
            task: the task's ID, if it is about one.
        """
        try:
            yield
        except Refused as refused:
            self.record(by, action, refused.reason, channel, deletion, task)
            conflict = refused.__cause__
            if isinstance(conflict, ConflictError) and conflict.limit is not None and conflict.limit.first:
                requester = conflict.latest.requester if conflict.latest is not None else by
                self._warn_admins(conflict.limit, requester)
            raise

    def record(  # noqa: PLR0913, PLR0917 - who was refused what, why and where
        self, by: SlackUser, action: str, reason: str, channel: str, deletion: str = "", task: str = ""
    ) -> None:
        """Record a refusal in the background. Repeated refusals become one event with a count."""
        note({"codecheck.refused": reason})
        _log.info("refused", who=by.id, action=action, reason=reason, channel=channel, deletion=deletion, task=task)
        event = of_refusal(by, action, reason, channel, deletion, task)
        if self._counter.add((by.team, by.id, action, reason), event, clock.now()):
            self._background.start(self._append(event), name="refusal")

    async def record_repeated(self, *, all_of_them: bool = False) -> None:
        """Record the refusals that were only counted so far, once their window is over.

        Args:
            all_of_them: True to record all of them, before the process ends.
        """
        for event, count in self._counter.due(math.inf if all_of_them else clock.now()):
            await self._append(replace(event, count=count))

    def _warn_admins(self, limit: LimitReached, requester: SlackUser) -> None:
        _log.warning("limit reached", limit=limit.limit, per_person=limit.per_person, requester=requester.id)
        for admin in self._admins:
            self._background.start(self._warn(admin, limit, requester), name="warning")

    async def _warn(self, admin: str, limit: LimitReached, requester: SlackUser) -> None:
        try:
            await self._messenger.warn(admin, limit, requester)
        except DeliveryError as error:
            _log.error("limit notice not delivered", admin=admin, why=str(error))

    async def _append(self, event: Event) -> None:
        try:
            await self._audit.append(event)
        except PersonError as error:
            _log.error("refusal not recorded", text=event.text(), why=str(error))


def refused_by(conflict: ConflictError) -> Refused:
    """The refusal that a conflict with a freeze or a limit means."""
    limit = conflict.limit
    if limit is None:
        return Refused(Reason.FROZEN, **_of_freeze(conflict.freeze))
    name = "own_until" if limit.per_person else "until"
    values: dict[str, Value] = {"limit": limit.limit, name: Moment(limit.until)}
    return Refused(Reason.TOO_MANY, **values)


def refused_on(deletion: Deletion, reason: Reason) -> Refused:
    """A refusal of an action on a deletion, with the values that its message may name."""
    lifecycle = deletion.lifecycle
    values: dict[str, Value] = {
        "requester": deletion.requester,
        "expires_at": Moment(lifecycle.expires_at),
        "again": Code(f"/codecheck delete {deletion.task_id}"),
        "now": deletion.state.replace("_", " "),
    }
    if lifecycle.called_at and deletion.state not in ENDED:
        values["sent_at"] = Moment(lifecycle.called_at, exact=True)
    if reason is Reason.TOO_SOON and lifecycle.confirmable_at:
        values["seconds"] = math.ceil((lifecycle.confirmable_at - deletion.read_at) / 1_000)
    if reason is Reason.FROZEN:
        values |= _of_freeze(deletion.freeze)
    return Refused(reason, **values)


def _of_freeze(freeze: Freeze | None) -> dict[str, Value]:
    if freeze is None:
        return {}
    return {"by": freeze.by.named, "at": Moment(freeze.at), **({"why": freeze.reason} if freeze.reason else {})}
