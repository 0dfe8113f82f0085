"""What has happened, and what is pending: `/codecheck history` and `/codecheck pending`."""

from dataclasses import dataclass

from bot.deletions.deadlines import in_time
from bot.deletions.people import People
from bot.deletions.ports import DeletionStore, Record
from bot.deletions.refusals import Refusals
from bot.domain.command import History
from bot.domain.deletion import Deletion
from bot.domain.identity import SlackUser
from bot.domain.next_step import Timings
from bot.domain.operators import Known
from bot.domain.policy import Policy
from bot.domain.reasons import Reason
from bot.domain.record import Entry

PAGE = 10  # entries, or deletions
_MOST_READ = 5_000  # entries of others, for one page of somebody's


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of the record, the newest first.

    Args:
        reason: whether the person may read it.
        entries: what is on it.
        older: the position before which the next page begins; "" where there is nothing older.
        newer: the position after which the page before begins; "" on the first page.
    """

    reason: Reason
    entries: tuple[Entry, ...] = ()
    older: str = ""
    newer: str = ""


@dataclass(frozen=True, slots=True)
class PendingPage:
    """A page of what has not ended, the newest first.

    Args:
        reason: whether the person may read it.
        deletions: what is on it.
        page: which page it is, from 1.
        pages: how many there are; 1 where nothing is pending.
    """

    reason: Reason
    deletions: tuple[Deletion, ...] = ()
    page: int = 1
    pages: int = 1


class LookingBack:
    """Reads for those who may delete; everybody else learns nothing."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it reads, and what it asks before
        self,
        store: DeletionStore,
        record: Record,
        refusals: Refusals,
        people: People,
        policy: Policy,
        timings: Timings,
    ) -> None:
        self._store = store
        self._record = record
        self._refusals = refusals
        self._people = people
        self._policy = policy
        self._timings = timings

    async def history(self, asked: History, by: SlackUser, channel: str) -> HistoryPage:
        """A page of what the record says of a task, of a person, or of everything.

        Raises:
            PersonError: Redis could not be read.
        """
        if (reason := await self._permitted(by, channel, "history")) is not Reason.ALLOWED:
            return HistoryPage(reason)
        async with in_time(self._timings):
            if asked.after:
                found, more, at = await self._search(asked, asked.after, forward=True)
                if len(found) == PAGE:
                    return HistoryPage(reason, tuple(reversed(found)), found[0].position, at if more else "")
                asked = History(asked.task_id, asked.user_id)  # not a whole page any more: the first one
            found, more, at = await self._search(asked, asked.before, forward=False)
        newer = found[0].position if asked.before and found else ""
        return HistoryPage(reason, tuple(found), at if more else "", newer)

    async def pending(self, page: int, by: SlackUser, channel: str) -> PendingPage:
        """A page of the deletions that have not ended. Raises as `history` does."""
        if (reason := await self._permitted(by, channel, "pending")) is not Reason.ALLOWED:
            return PendingPage(reason)
        async with in_time(self._timings):
            deletions = await self._store.pending()
        deletions.sort(key=lambda deletion: deletion.requested_at, reverse=True)
        pages = max(1, -(-len(deletions) // PAGE))
        page = min(page, pages)
        return PendingPage(reason, tuple(deletions[(page - 1) * PAGE : page * PAGE]), page, pages)

    async def _search(self, asked: History, at: str, *, forward: bool) -> tuple[list[Entry], bool, str]:
        """Up to a page of matching entries from `at` on, whether there may be more, and where to go on."""
        found: list[Entry] = []
        read = 0
        while read < _MOST_READ:
            entries = await (self._record.following(at) if forward else self._record.latest(at))
            if not entries:
                return found, False, at
            read += len(entries)
            for entry in entries:
                if matches(entry, asked):
                    if len(found) == PAGE:
                        return found, True, at
                    found.append(entry)
                at = entry.position
        return found, True, at

    async def _permitted(self, by: SlackUser, channel: str, act: str) -> Reason:
        async with in_time(self._timings):
            reason = await self._people.judge(
                [by],
                lambda known: self._policy.permission(by, channel, known.get(by, Known())).reason,
                lambda reason: reason is Reason.ALLOWED,
            )
        if reason is not Reason.ALLOWED:
            self._refusals.note(by, act, reason, channel)
        return reason


def matches(entry: Entry, asked: History) -> bool:
    """Whether the entry is of the task or the person asked for."""
    if asked.task_id and entry.says("task") != asked.task_id:
        return False
    return not asked.user_id or asked.user_id in (entry.says("who"), entry.says("requester"))
