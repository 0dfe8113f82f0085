"""A store that keeps one process's deletions in a dict: enough of the port to hold whole conversations."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.brakes import Freeze
from bot.domain.record import Entry, Note, What

from bot.deletions.ports import NewDeletion
from bot.domain.deletion import Deletion, Prompt, ResponseUrl, State
from bot.domain.facts import Candidate, LookUp, Presence, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.operators import Known, Profile
from bot.domain.outcome import Outcome, Verdict

TTL = 300_000


def now() -> int:
    """Milliseconds since 1970."""
    return round(time.time() * 1_000)


class MemoryStore:
    """Answers `bot.deletions.ports.DeletionStore`, without leases.

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
        deletion = Deletion(
            id=new.id,
            task_id=new.task_id,
            requester=new.requester,
            operator=new.operator,
            channel=new.channel,
            state=State.REQUESTED,
            requested_at=at,
            expires_at=at + TTL,
            seen_at=at,
        )
        return await self.hold(deletion), True

    async def load(self, deletion_id: str) -> Deletion | None:
        """Read."""
        self._check()
        found = self.deletions.get(deletion_id)
        return None if found is None else replace(found, seen_at=now())

    async def advance(  # noqa: PLR0913 - as the port
        self,
        deletion: Deletion,
        to: State,
        *,
        token: str,
        by: SlackUser | None = None,
        grace: int = 0,
        prompt: Prompt | None = None,
    ) -> tuple[Deletion, bool]:
        """Change the state where it still holds."""
        self._check()
        assert token
        assert by is None or by.id
        current = self.deletions[deletion.id]
        if current.state is not deletion.state:
            return current, False
        calls = 1 if to is State.EXECUTING else 0
        changed = replace(current, state=to, prompt=current.prompt or prompt, calls=calls, confirmed_at=now())
        if to in (State.EXECUTING, State.SCHEDULED):
            changed = replace(changed, confirmer=by, send_at=now() + grace)
        return await self.hold(changed), True

    async def claim(self) -> Deletion | None:
        """Nothing is ever due here."""
        return None

    async def pending(self) -> list[Deletion]:
        """List."""
        return [deletion for deletion in self.deletions.values() if not deletion.ended]

    async def hold(self, deletion: Deletion, what: What | None = None) -> Deletion:
        """Write."""
        del what
        self._check()
        self.deletions[deletion.id] = replace(deletion, seen_at=now())
        return self.deletions[deletion.id]

    async def rest(self, deletion: Deletion, until: int) -> None:
        """Write."""
        assert until
        await self.hold(deletion)

    async def close(self, deletion: Deletion) -> None:
        """Write."""
        await self.hold(deletion)

    async def keep_response_url(self, deletion_id: str, response_url: ResponseUrl) -> None:
        """Keep."""
        self.response_urls[deletion_id] = response_url

    async def response_url(self, deletion_id: str) -> ResponseUrl | None:
        """Read."""
        return self.response_urls.get(deletion_id)


class MemoryRecord:
    """Answers `bot.deletions.ports.Record`: the notes alone, since a store in memory records nothing."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    async def note(self, note: Note) -> None:
        """Keep."""
        self.notes.append(note)

    async def latest(self, before: str = "") -> list[Entry]:
        """Nothing."""
        del before
        return []

    async def following(self, after: str = "") -> list[Entry]:
        """Nothing."""
        del after
        return []

    async def trim(self, age: int) -> int:
        """Nothing."""
        del age
        return 0


class MemoryBrakes:
    """Answers `bot.deletions.ports.Brakes`."""

    def __init__(self) -> None:
        self.in_force: Freeze | None = None

    async def freeze(self, by: SlackUser, why: str) -> tuple[Freeze, bool]:
        """Freeze."""
        changed = self.in_force is None
        self.in_force = self.in_force or Freeze(by, now(), why)
        return self.in_force, changed

    async def unfreeze(self, by: SlackUser) -> bool:
        """Unfreeze."""
        assert by.id
        changed, self.in_force = self.in_force is not None, None
        return changed

    async def frozen(self) -> Freeze | None:
        """Look."""
        return self.in_force


class OwnPeople:
    """Answers `bot.deletions.ports.Directory`: everyone is a full member of their own workspace."""

    def __init__(self) -> None:
        self.known: dict[SlackUser, Known] = {}

    async def look_up(self, user: SlackUser, *, fresh: bool = False) -> Known:
        """Look."""
        assert fresh in (True, False)
        return self.known.get(user, Known(Profile(user.team)))


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
