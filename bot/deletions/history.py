"""What has happened, and what is pending: `/codecheck history` and `/codecheck pending`."""

from dataclasses import dataclass

from bot.deletions.authorizer import Authorizer
from bot.deletions.ports import AuditLog, DeletionStore
from bot.deletions.refusals import Refusals
from bot.domain.asking import waits_for
from bot.domain.audit import Recorded
from bot.domain.deletion import Deletion
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.refusal import Refused

PAGE = 10  # events, or deletions
_MOST_READ = 5_000  # events to search, for one page about one person


@dataclass(frozen=True, slots=True)
class About:
    """Which part of the history to show.

    Args:
        task_id: events of this task only; "" for any.
        user_id: events of this person only; "" for any.
        before: the ID of the event before which the page begins.
        after: the ID of the event after which it begins, going forward.
    """

    task_id: str = ""
    user_id: str = ""
    before: str = ""
    after: str = ""

    def matches(self, event: Recorded) -> bool:
        """Whether the event is about the requested task and person."""
        if self.task_id and event.get("task") != self.task_id:
            return False
        return not self.user_id or self.user_id in (event.get("who"), event.get("requester"))


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the audit log, newest first.

    Args:
        events: the events on it.
        older: the event before which the next page begins; "" if there is nothing older.
        newer: the event after which the page before begins; "" on the first page.
    """

    events: tuple[Recorded, ...] = ()
    older: str = ""
    newer: str = ""


@dataclass(frozen=True, slots=True)
class PendingPage:
    """A page of the pending deletions, newest first.

    Args:
        deletions: the deletions on it.
        page: its number, from 1.
        pages: how many pages there are; 1 if nothing is pending.
        total: how many deletions are pending.
        freeze: the freeze in force.
    """

    deletions: tuple[Deletion, ...] = ()
    page: int = 1
    pages: int = 1
    total: int = 0
    freeze: Freeze | None = None


class History:
    """Answers people who may delete; everyone else learns nothing.

    Args:
        store: the pending deletions.
        audit: what has happened.
        authorizer: says who may ask.
        refusals: records refusals.
    """

    def __init__(self, store: DeletionStore, audit: AuditLog, authorizer: Authorizer, refusals: Refusals) -> None:
        self._refusals = refusals
        self._store = store
        self._audit = audit
        self._authorizer = authorizer

    async def history(self, about: About, by: SlackUser, channel: str) -> HistoryPage:
        """A page of what the audit log says about a task, a person, or everything.

        Raises:
            Refused: they may not delete here.
            PersonError: Redis could not be read.
        """
        with self._refusals.recorded(by, "history", channel, task=about.task_id):
            await self._authorizer.identify(by, channel)
        if about.after:
            found, more, at = await self._search(about, about.after, forward=True)
            if len(found) == PAGE:
                return HistoryPage(tuple(reversed(found)), found[0].id, at if more else "")
            about = About(about.task_id, about.user_id)  # no longer a whole page: show the first one
        found, more, at = await self._search(about, about.before, forward=False)
        newer = found[0].id if about.before and found else ""
        return HistoryPage(tuple(found), at if more else "", newer)

    async def pending(self, page: int, by: SlackUser, channel: str, *, mine: bool = False) -> PendingPage:
        """A page of the deletions that have not ended. Raises as `history` does.

        Args:
            page: its number.
            by: who asks.
            channel: the conversation in which they ask.
            mine: True for only those that wait for a review or confirmation by `by`.
        """
        with self._refusals.recorded(by, "pending", channel):
            identity = await self._authorizer.identify(by, channel)
        deletions = await self._store.pending()
        if mine:
            there = {at: await self._somebody(by, at) for at in {deletion.channel for deletion in deletions}}
            deletions = [each for each in deletions if there[each.channel] and waits_for(each, identity)]
        deletions.sort(key=lambda deletion: deletion.requested_at, reverse=True)
        pages = max(1, -(-len(deletions) // PAGE))
        page = min(page, pages)
        shown = tuple(deletions[(page - 1) * PAGE : page * PAGE])
        freeze = deletions[0].freeze if deletions else None
        return PendingPage(shown, page, pages, len(deletions), freeze)

    async def _somebody(self, by: SlackUser, channel: str) -> bool:
        """Whether `by` may confirm in `channel`."""
        try:
            await self._authorizer.identify(by, channel)
        except Refused:
            return False
        return True

    async def _search(self, about: About, at: str, *, forward: bool) -> tuple[list[Recorded], bool, str]:
        """Up to a page of matching events from `at` on, whether there may be more, and where to continue."""
        found: list[Recorded] = []
        read = 0
        while read < _MOST_READ:
            events = await (self._audit.following(at) if forward else self._audit.latest(at))
            if not events:
                return found, False, at
            read += len(events)
            for event in events:
                if about.matches(event):
                    if len(found) == PAGE:
                        return found, True, at
                    found.append(event)
                at = event.id
        return found, True, at
