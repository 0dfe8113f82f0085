"""Ports in memory: enough of each to hold whole conversations of one process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace

from bot.deletions.ports import Change, ConflictError, NewDeletion
from bot.domain.access import DirectoryEntry
from bot.domain.audit import Event, Recorded
from bot.domain.checkpoints import Checkpoint
from bot.domain.deletion import Deletion, Lifecycle, ResponseUrl
from bot.domain.facts import Candidate, LookUp, Presence, TaskFacts
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Requirement, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.profile import Profile

TTL = 300_000


def now() -> int:
    """Milliseconds since 1970."""
    return round(time.time() * 1_000)


class MemoryStore:
    """Answers `bot.deletions.ports.DeletionStore`, without leases and limits.

    Attributes:
        failing: raised by every method while it is set.
        asked: set once `request` has been called.
        answering: `request` answers once this is set, as it is at the start.
    """

    def __init__(self) -> None:
        self.failing: Exception | None = None
        self.asked = asyncio.Event()
        self.answering = asyncio.Event()
        self.answering.set()
        self.deletions: dict[str, Deletion] = {}
        self.response_urls: dict[str, ResponseUrl] = {}

    def _check(self) -> None:
        if self.failing is not None:
            raise self.failing

    async def request(self, new: NewDeletion) -> tuple[Deletion, bool]:
        """Record, or find the one that has not ended."""
        self.asked.set()
        await self.answering.wait()
        self._check()
        for deletion in self.deletions.values():
            if deletion.task_id == new.task_id and not deletion.ended:
                return deletion, False
        at = now()
        self.deletions[new.id] = Deletion(
            id=new.id,
            task_id=new.task_id,
            requester=new.requester,
            operator=new.operator,
            channel=new.channel,
            reason=new.reason,
            requested_at=at,
            safeguards=new.safeguards,
            lifecycle=Lifecycle(state=State.REQUESTED, expires_at=at + TTL),
            shown=new.shown,
            version=1,
            read_at=at,
        )
        return self.deletions[new.id], True

    async def read(self, deletion_id: str) -> Deletion | None:
        """Read."""
        self._check()
        found = self.deletions.get(deletion_id)
        return None if found is None else replace(found, read_at=now())

    async def commit(self, change: Change) -> Deletion:
        """Write, if nobody else has written since."""
        self._check()
        current = self.deletions.get(change.before.id)
        if current is None or current.version != change.before.version:
            raise ConflictError(Requirement.SAME_VERSION, current)
        written = replace(change.after, version=current.version + 1, read_at=now())
        if change.confirmable_in is not None:
            shown = replace(written.lifecycle, confirmable_at=written.read_at + change.confirmable_in)
            written = replace(written, lifecycle=shown)
        self.deletions[written.id] = written
        return written

    async def take_due(self, except_for: Collection[str] = ()) -> list[Deletion]:
        """Nothing is ever due here."""
        del except_for
        return []

    async def restore(self, deletion: Deletion, event: Event) -> Deletion:
        """Write."""
        assert event
        self.deletions[deletion.id] = deletion
        return deletion

    async def pending(self) -> list[Deletion]:
        """List."""
        self._check()
        return [deletion for deletion in self.deletions.values() if not deletion.ended]

    async def keep_response_url(self, deletion_id: str, response_url: ResponseUrl) -> None:
        """Keep."""
        self.response_urls[deletion_id] = response_url

    async def response_url(self, deletion_id: str) -> ResponseUrl | None:
        """Read."""
        return self.response_urls.get(deletion_id)


class MemoryAuditLog:
    """Answers `bot.deletions.ports.AuditLog`: only what is appended, since a store in memory records nothing."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def append(self, event: Event) -> None:
        """Keep."""
        self.events.append(event)

    async def latest(self, before: str = "") -> list[Recorded]:
        """Nothing."""
        del before
        return []

    async def following(self, after: str = "") -> list[Recorded]:
        """Nothing."""
        del after
        return []

    async def seal(self) -> Checkpoint | None:
        """Nothing."""
        return None

    async def trim(self, age: int) -> int:
        """Nothing."""
        del age
        return 0


class MemoryFreeze:
    """Answers `bot.deletions.ports.FreezeStore`."""

    def __init__(self) -> None:
        self.in_force: Freeze | None = None

    async def freeze(self, by: SlackUser, reason: str) -> tuple[Freeze, bool]:
        """Freeze."""
        changed = self.in_force is None
        self.in_force = self.in_force or Freeze(by, now(), reason)
        return self.in_force, changed

    async def unfreeze(self, by: SlackUser) -> bool:
        """Unfreeze."""
        assert by.id
        changed, self.in_force = self.in_force is not None, None
        return changed

    async def current(self) -> Freeze | None:
        """Look."""
        return self.in_force


class OwnPeople:
    """Answers `bot.deletions.ports.Directory`: everyone is a full member of their own workspace."""

    def __init__(self) -> None:
        self.known: dict[SlackUser, DirectoryEntry] = {}

    async def look_up(self, user: SlackUser, *, fresh: bool = False) -> DirectoryEntry:
        """Look."""
        assert fresh in (True, False)
        return self.known.get(user, DirectoryEntry(Profile(user.team)))


class OneTask:
    """Answers `bot.deletions.ports.TaskService`: every task exists, and is deleted when asked."""

    def __init__(self) -> None:
        self.deleted: list[tuple[str, str]] = []

    async def delete(
        self, task_id: str, operator: str, *, not_after: float, may_send: Callable[[], Awaitable[bool]]
    ) -> Outcome:
        """Delete."""
        assert not_after
        assert await may_send()
        self.deleted.append((task_id, operator))
        return Outcome(Verdict.DELETED, "success", "OK", request_id="req-1")

    async def look_up(self, task_id: str, *, within: float = 10.0) -> LookUp:
        """Look."""
        assert task_id
        assert within
        return LookUp(Presence.EXISTS, TaskFacts(name="nightly scan", project="shop", branch="main"))

    async def search(self, name: str) -> tuple[Candidate, ...]:
        """Find nothing."""
        assert name
        return ()
