"""What the deletions need from outside. `bot.store`, `bot.slack` and `bot.codearts` each implement some of these."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.audit import Event, Recorded
from bot.domain.checkpoints import Checkpoint
from bot.domain.deletion import Deletion, Prompt, ResponseUrl
from bot.domain.errors import BotError
from bot.domain.facts import LookUp, Suggestions, Wanted
from bot.domain.freeze import Freeze, FreezeChange
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Requirement
from bot.domain.outcome import Outcome
from bot.domain.profile import DirectoryEntry, Unseen
from bot.domain.rate_limits import LimitReached
from bot.domain.rules import Safeguards


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeletion:
    """What a slash command requests, before it is recorded.

    Args:
        id: 128 random bits or more, made for each command received.
        task_id: the task to be deleted.
        requester: who asked.
        operator: the requester's name in CodeArts Check.
        channel: the conversation in which it was requested.
        reason: why; may be "".
        safeguards: what it has to pass.
        shown: what a look-up found; None if it has not answered yet.
        ttl: how long it can be confirmed, in ms; 0 for the usual time.
        traceparent: the trace of the command, in W3C's form; "" if it is not traced.
    """

    id: str
    task_id: str
    requester: SlackUser
    operator: str
    channel: str
    reason: str = ""
    safeguards: Safeguards = field(default_factory=Safeguards)
    shown: LookUp | None = None
    ttl: int = 0
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Renew the lease, whose length depends on the state. Until it expires, no other process takes it over."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Give up the lease. The deletion is due again at `until`, in ms of Redis's clock."""

    until: int


@dataclass(frozen=True, slots=True)
class Close:
    """Give up the lease for good: the deletion is never due again, and is kept for `Timings.retention`."""


Then = Hold | Rest | Close


@dataclass(frozen=True, slots=True)
class Change:
    """One write of a deletion.

    Args:
        before: as it was read; its version must still be the latest.
        after: as it should be.
        event: its audit event; None if only messages change.
        requires: what else must hold at the moment of the write.
        then: what happens to the lease.
        confirmable_in: milliseconds after the write from which a second confirmation counts; None changes nothing.
    """

    before: Deletion
    after: Deletion
    event: Event | None = None
    requires: tuple[Requirement, ...] = ()
    then: Then = field(default_factory=Hold)
    confirmable_in: int | None = None


class ConflictError(BotError):
    """A write did not happen, since one of its requirements does not hold.

    Args:
        requirement: the first that does not hold; SAME_VERSION if someone else has written meanwhile.
        latest: the deletion as it is now; None if it no longer exists.
        freeze: the freeze in force.
        limit: the rate limit that is reached, if that is the reason.
    """

    def __init__(
        self,
        requirement: Requirement,
        latest: Deletion | None,
        *,
        freeze: Freeze | None = None,
        limit: LimitReached | None = None,
    ) -> None:
        super().__init__(f"{requirement} does not hold")
        self.requirement = requirement
        self.latest = latest
        self.freeze = freeze
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Pending:
    """The deletions that have not ended.

    Args:
        deletions: those that could be read, at most about 500.
        complete: False if there may be more: very many are pending, or this version cannot read what a newer one wrote.
    """

    deletions: tuple[Deletion, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class PendingIds:
    """The same as `Pending`, without what is in them.

    Args:
        ids: of those that have not ended, newest first, at most about 500.
        complete: as in `Pending`.
    """

    ids: tuple[str, ...]
    complete: bool


class DeletionStore(Protocol):
    """Deletions in Redis. Each write is one conditional transaction, and safe to replay.

    Every method raises `NotRecordedError` if Redis refused, `MaybeRecordedError` if it did not answer in time, both
    within 2.5 s.
    """

    async def request(self, new: NewDeletion) -> tuple[Deletion, bool]:
        """Record a request in REQUESTED. The caller gets the lease.

        Returns:
            The deletion and True; or, if one for the same task has not ended, that one, unchanged, and False.

        Raises:
            ConflictError: everything is frozen.
        """

    async def read(self, deletion_id: str) -> Deletion | None:
        """Read a deletion together with the freeze; None if it does not exist, or no longer."""

    async def commit(self, change: Change) -> Deletion:
        """Write a change: the audit event, the deletion, when it is due, and the rate limits' counters; all or nothing.

        Returns:
            `change.after` with its new version, the time of the write and the freeze at that moment.

        Raises:
            ConflictError: a requirement does not hold; nothing was written.
            NotReplicatedError: it was written, but too few replicas hold a confirmation or a cancellation.
        """

    async def take_due(self, except_for: Collection[str] = (), by: int | None = None) -> list[Deletion]:
        """Take over some of the deletions that are due. The caller gets their leases.

        Args:
            except_for: IDs that the caller must not take over, since their calls are still in flight in this process.
            by: take only what was due by then, in ms of Redis's clock: the last reading known to be free of a jump.
        """

    async def restore(self, deletion: Deletion, event: Event) -> Deletion:
        """Write a deletion that Redis has lost; the caller gets the lease. Raises `ConflictError` if it exists."""

    async def pending(self) -> Pending:
        """The deletions that have not ended, and whether these are all."""

    async def pending_ids(self) -> PendingIds:
        """Which deletions have not ended, for a fraction of what `pending` takes."""

    async def several(self, ids: Sequence[str]) -> list[Deletion]:
        """Deletions by their IDs, in that order, without those that cannot be read."""

    async def keep_response_url(self, deletion_id: str, response_url: ResponseUrl) -> None:
        """Store the latest response_url of an ephemeral prompt for 30 minutes, in a separate key."""

    async def response_url(self, deletion_id: str) -> ResponseUrl | None:
        """The latest response_url, or None if it has expired."""


class AuditLog(Protocol):
    """The audit log, in Redis. Raises as `DeletionStore` does."""

    async def append(self, event: Event) -> None:
        """Record an event that changes nothing else, such as a refusal."""

    async def latest(self, before: str = "") -> list[Recorded]:
        """A few hundred events before the event with the ID `before`, newest first."""

    async def following(self, after: str = "") -> list[Recorded]:
        """A few hundred events after the event with the ID `after`, oldest first."""

    async def seal(self) -> Checkpoint | None:
        """Seal the events since the last checkpoint; None if there are none, or another replica was first."""

    async def trim(self, age: int) -> int:
        """Remove sealed events that are older than `age` ms. Returns how many."""


class FreezeStore(Protocol):
    """The freeze, in Redis. Raises as `DeletionStore` does. The writes that it stops check it themselves."""

    async def freeze(self, by: SlackUser, reason: str) -> tuple[Freeze, bool]:
        """Set the freeze. Returns the freeze in force, and whether this call set it."""

    async def unfreeze(self, by: SlackUser) -> bool:
        """Lift the freeze. Returns whether there was one."""

    async def current(self) -> Freeze | None:
        """The freeze in force; None if there is none."""

    async def latest(self) -> FreezeChange | None:
        """The latest freeze or unfreeze; None if there was none."""

    async def spread(self, before: FreezeChange, after: FreezeChange) -> bool:
        """Record how far it has become known. Returns False if another replica was first, or it is not the latest."""


class Messenger(Protocol):
    """Sends messages to Slack. Each method raises a `DeliveryError` if Slack did not accept the message.

    `DeliveryDelayedError` means "not now", for any reason: the message is kept and tried again, after its
    `retry_after` if it has one. `response_url` is passed if it is known and the bot may have to fall back on it.
    """

    async def show(self, deletion: Deletion, response_url: ResponseUrl | None) -> Prompt:
        """Post the prompt.

        It is a channel message; if the bot cannot post, an ephemeral message by the response_url; if there is none, a
        direct message to the requester. If a second person has to see it, it is a channel message or nothing.

        Returns:
            Where it is; `ephemeral` if it was sent by the response_url.

        Raises:
            OutOfSightError: a second person has to see it, and the bot cannot post there.
        """

    async def redraw(self, deletion: Deletion, response_url: ResponseUrl | None) -> None:
        """Edit the prompt to what it should show.

        An ephemeral prompt is replaced by a click's response_url. A slash command's cannot replace it, and adds a new
        ephemeral message instead.
        """

    async def retire(self, clicked: Prompt, response_url: ResponseUrl | None) -> None:
        """Remove the buttons from a prompt whose deletion is no longer known."""

    async def tell(self, deletion: Deletion, target: str, response_url: ResponseUrl | None) -> None:
        """Announce the deletion's state to one target of `next_step.targets`.

        RESULT is a new message in the prompt's thread, broadcast to the channel if the deletion has ended; for an
        ephemeral prompt it is sent `in_channel` by the response_url; if neither is possible, by direct message to the
        requester. REQUESTER is a direct message to the requester, or else a message in the prompt's thread. APPROVERS,
        REMINDER and GLASS are messages in the thread, broadcast if they mention nobody but need to be noticed.
        """

    async def warn(self, admin: str, limit: LimitReached, requester: SlackUser) -> None:
        """Tell an admin by direct message that a rate limit is refusing confirmations of `requester`'s deletions."""

    async def announce_freeze(self, channel: str, freeze: Freeze | None, by: SlackUser) -> None:
        """Tell a channel that deletions are frozen, or who lifted the freeze."""


class Directory(Protocol):
    """What Slack says about people."""

    async def look_up(self, user: SlackUser, *, fresh: bool = False) -> DirectoryEntry:
        """Look a user up, within a second; never raises for what Slack or the network does.

        Args:
            user: as Slack's payload names them; Slack is not asked about users who cannot belong here.
            fresh: ignore cached answers, which are up to a minute old.
        """


class Usergroups(Protocol):
    """Slack's user groups."""

    async def members(self, usergroup: str, user: SlackUser) -> frozenset[str] | Unseen:
        """The user IDs in a group, within two seconds; or why they are not known.

        Args:
            usergroup: the group's ID.
            user: in whose workspace to look it up, if the app is installed for a whole organisation.
        """


class TaskService(Protocol):
    """CodeArts Check."""

    async def delete(
        self, task_id: str, operator: str, *, not_after: float, may_send: Callable[[], Awaitable[bool]]
    ) -> Outcome:
        """Send DELETE /v3/task/{task_id}; never raises for what the service or the network does.

        Args:
            task_id: the task.
            operator: the `operator` header.
            not_after: `bot.deletions.clock.now()` seconds. No attempt starts after this, and one that runs past it is
                cut off and UNKNOWN. If nothing was sent by then, the outcome is FAILED and not `sent`.
            may_send: called just before the first byte of each attempt, including retries after a 429 or with a new
                token. If it returns False, the attempt is not sent, and the outcome is FAILED, since no earlier attempt
                was executed either. If it raises, that is raised here, and the attempt was not sent.
        """

    async def look_up(self, task_id: str, *, within: float = 10.0, wanted: Wanted = Wanted.ALL) -> LookUp:
        """Look up whether a task exists, and read as many of its facts as time allows; never raises.

        Args:
            task_id: the task.
            within: seconds; facts that have not arrived by then are unknown.
            wanted: how much; the rest is unknown.
        """

    async def search(self, typed: str) -> Suggestions:
        """Search the projects in the settings for tasks by name, or by half an ID, for a few seconds.

        It never raises, and may miss some.
        """
