"""What has happened, and what is pending: `/codecheck history`, `/codecheck pending` and the Home tab."""

from dataclasses import dataclass

from bot.deletions.authorizer import Authorizer
from bot.deletions.ports import AuditLog, DeletionStore, FreezeStore
from bot.deletions.refusals import Refusals
from bot.domain.audit import Recorded
from bot.domain.concern import Mine, mine
from bot.domain.deletion import Deletion
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.refusal import Reason, Refused
from bot.domain.rules import Rules

PAGE = 10  # events, or deletions
_MOST_READ = 5_000  # events to search, for one page about one person


def page_count(lines: int) -> int:
    """How many pages so many lines fill; at least 1."""
    return max(1, -(-lines // PAGE))


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
        complete: False if there may be more that could not be read.
        freeze: the freeze in force.
    """

    deletions: tuple[Deletion, ...]
    page: int
    pages: int
    total: int
    complete: bool
    freeze: Freeze | None


class History:
    """Answers people who may delete; everyone else learns nothing.

    Args:
        store: the pending deletions.
        audit: what has happened.
        freezes: says whether deletions are frozen.
        authorizer: says who may ask.
        refusals: records refusals.
        rules: what a deletion has to pass.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what it reads, and who may
        self,
        store: DeletionStore,
        audit: AuditLog,
        freezes: FreezeStore,
        authorizer: Authorizer,
        refusals: Refusals,
        rules: Rules,
    ) -> None:
        self._store = store
        self._audit = audit
        self._freezes = freezes
        self._authorizer = authorizer
        self._refusals = refusals
        self._rules = rules

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

    async def pending(self, page: int, by: SlackUser, channel: str) -> PendingPage:
        """A page of the deletions that have not ended. Raises as `history` does."""
        with self._refusals.recorded(by, "pending", channel):
            await self._authorizer.identify(by, channel)
        pending, freeze = await self._store.pending_ids(), await self._freezes.current()
        pages = page_count(len(pending.ids))
        page = min(page, pages)
        shown = await self._store.several(pending.ids[(page - 1) * PAGE : page * PAGE])
        return PendingPage(tuple(shown), page, pages, len(pending.ids), pending.complete, freeze)

    async def pending_mine(self, by: SlackUser, channel: str) -> Mine:
        """What concerns `by`, who asks in `channel`. Raises as `history` does."""
        with self._refusals.recorded(by, "pending", channel):
            await self._authorizer.identify(by, channel)
        return await self.home(by)

    async def home(self, by: SlackUser) -> Mine:
        """What concerns `by`. A refusal is not recorded, since nobody attempts anything by looking.

        Raises:
            Refused: they may not delete anywhere, or that could not be checked.
            PersonError: Redis could not be read.
        """
        identity = await self._authorizer.identify(by, None)
        pending, freeze = await self._store.pending(), await self._freezes.current()
        channels = {deletion.channel for deletion in pending.deletions}
        there = {channel for channel in channels if await self._may_confirm_in(channel, by)}
        return mine(pending.deletions, identity, there, self._rules, complete=pending.complete, freeze=freeze)

    async def _may_confirm_in(self, channel: str, by: SlackUser) -> bool:
        try:
            await self._authorizer.identify(by, channel)
        except Refused as refused:
            if refused.reason is not Reason.CHANNEL_NOT_ALLOWED:
                raise  # that could not be checked, or has just changed: what is left out must not look like nothing
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
