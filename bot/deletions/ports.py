"""What the deletions need of the world. `bot.store`, `bot.slack` and `bot.codearts` each implement some of these."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.audit import Event, Recorded
from bot.domain.checkpoints import Checkpoint
from bot.domain.data_loss import Instance, Remembered
from bot.domain.deletion import Deletion, Prompt, ResponseUrl
from bot.domain.errors import BotError
from bot.domain.facts import Candidate, LookUp
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Requirement
from bot.domain.outcome import Outcome
from bot.domain.profile import DirectoryEntry, Unseen
from bot.domain.rate_limits import LimitReached
from bot.domain.rules import Safeguards


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeletion:
    """What a slash command asks for, before it is recorded.

    Args:
        id: 128 random bits or more, made for each command received.
        task_id: the task to be deleted.
        requester: who asked.
        operator: as whom, to CodeArts Check.
        channel: the conversation in which it was asked for.
        reason: why; may be "".
        safeguards: what it has to pass.
        shown: what a look-up said; None if it has not answered yet.
        ttl: how long it can be confirmed, in ms; 0 for the usual time.
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


@dataclass(frozen=True, slots=True)
class Hold:
    """Go on holding it for a fresh lease, by its state; nobody else takes it over until that is over."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Let go of it; it is due again at `until`, in ms of Redis's clock."""

    until: int


@dataclass(frozen=True, slots=True)
class Close:
    """Let go of it for good: never due again, and kept for `Timings.retention`."""


Then = Hold | Rest | Close


@dataclass(frozen=True, slots=True)
class Change:
    """One write of a deletion.

    Args:
        before: as it was read; its version must still be the latest.
        after: as it should be.
        event: what the audit log says of it; None for what changes only messages.
        requires: what else must hold at the moment of the write.
        then: what becomes of the hold on it.
        confirmable_in: the second confirmation counts from so many ms after the write; None leaves that as it is.
    """

    before: Deletion
    after: Deletion
    event: Event | None = None
    requires: tuple[Requirement, ...] = ()
    then: Then = field(default_factory=Hold)
    confirmable_in: int | None = None


class ConflictError(BotError):
    """A write did not happen, since something that it requires does not hold.

    Args:
        requirement: the first that did not; SAME_VERSION if somebody else has written meanwhile.
        latest: the deletion as it is now; None if it has gone.
        freeze: the freeze in force.
        limit: the limit that is reached, if it is that.
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


class DeletionStore(Protocol):
    """Redis. Each write is one conditional transaction, and safe to replay.

    Every method raises `NotRecordedError` if Redis refused, `MaybeRecordedError` if it did not answer in time, both
    within 2.5 s.
    """

    async def request(self, new: NewDeletion) -> tuple[Deletion, bool]:
        """Record a request in REQUESTED, held by the caller.

        Returns:
            The deletion and True; or, if one for the same task has not ended, that one and False, unchanged.

        Raises:
            ConflictError: everything is frozen.
        """

    async def read(self, deletion_id: str) -> Deletion | None:
        """Read a deletion with the freeze of the same moment; None if there is none (any more)."""

    async def commit(self, change: Change) -> Deletion:
        """Write a change: the audit event, the deletion, when it is due, and the counters of the limits, or nothing.

        Returns:
            `change.after` with its new version, the time of the write and the freeze of that moment.

        Raises:
            ConflictError: something that it requires does not hold; nothing was written.
            NotReplicatedError: it was written, but too few replicas hold a confirmation or a cancellation.
        """

    async def take_due(self, except_for: Collection[str] = (), by: int | None = None) -> list[Deletion]:
        """Take over some of the deletions that are due; each is held by the caller from then on.

        Args:
            except_for: IDs that the caller must not take over, since their calls are still under way here.
            by: only what was due by then, in ms of Redis's clock: the last reading that is known not to be a jump's.
        """

    async def restore(self, deletion: Deletion, event: Event) -> Deletion:
        """Write a deletion that Redis has lost, held by the caller. Raises `ConflictError` if it is there after all."""

    async def pending(self) -> list[Deletion]:
        """All that have not ended, but of very many the first 500."""

    async def keep_response_url(self, deletion_id: str, response_url: ResponseUrl) -> None:
        """Keep the latest response_url of an ephemeral prompt for 30 minutes, in a key of its own."""

    async def response_url(self, deletion_id: str) -> ResponseUrl | None:
        """The latest response_url, or None if it has gone."""


class AuditLog(Protocol):
    """The audit log, in Redis. Raises as `DeletionStore` does."""

    async def append(self, event: Event) -> None:
        """Record what changes nothing else, such as a refusal."""

    async def latest(self, before: str = "") -> list[Recorded]:
        """Some hundred events, the newest first; `before` is the ID of the event that they come before."""

    async def following(self, after: str = "") -> list[Recorded]:
        """Some hundred events, the oldest first; `after` is the ID of the event that they come after."""

    async def seal(self) -> Checkpoint | None:
        """Seal the events since the last checkpoint; None if there are none, or another replica was first."""

    async def trim(self, age: int) -> int:
        """Remove sealed events that are older than `age` ms. Returns how many."""


class FreezeStore(Protocol):
    """The freeze, in Redis. Raises as `DeletionStore` does. Whether it holds is asked in the writes that it stops."""

    async def freeze(self, by: SlackUser, reason: str) -> tuple[Freeze, bool]:
        """Stop everything. Returns the freeze in force, and whether it is this one."""

    async def unfreeze(self, by: SlackUser) -> bool:
        """Let everything go on. Returns whether it was frozen."""

    async def current(self) -> Freeze | None:
        """The freeze in force; None if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What the storage says of itself.

    Args:
        now: its clock, in ms.
        instance: which storage it is, and how far its audit log is sealed.
        freeze: the freeze in force.
        lost_at: when a loss of data was last noticed; 0 for never.
        step: by how many ms its clock was last seen to jump.
        stepped_at: when; 0 for never.
    """

    now: int
    instance: Instance
    freeze: Freeze | None = None
    lost_at: int = 0
    step: int = 0
    stepped_at: int = 0


class StorageVitals(Protocol):
    """Which storage this is, what its clock says, and what waits in it. Raises as `DeletionStore` does."""

    async def read(self) -> Vitals:
        """All of it, in one round trip."""

    async def begin(self) -> str:
        """Give a storage that has no instance ID one. Returns the one that it then has."""

    async def checkpoint(self, number: int) -> str | None:
        """The hash of an earlier checkpoint; None if that one is not kept any more."""

    async def declare_lost(self, found: Vitals, remembered: Remembered, what: str) -> Freeze | None:
        """Record that data were lost: a new instance ID, the audit event, and a freeze by the bot, all or nothing.

        Returns:
            The freeze; None if another replica has declared it already.
        """

    async def note_step(self, step: int) -> None:
        """Note that its clock has just jumped by so many ms."""

    def waiting(self) -> AsyncIterator[tuple[Deletion, int]]:
        """All deletions that are due some time, each with when, in ms."""

    async def lease(self, deletion: Deletion, lasts: int) -> None:
        """Make it due in `lasts` ms, unless somebody has written it meanwhile; the deletion stays as it is."""


class StorageMemory(Protocol):
    """What is remembered of the storage outside Redis."""

    @property
    def remembered(self) -> Remembered | None:
        """What is remembered; None if nothing is."""

    async def keep(self, remembered: Remembered) -> None:
        """Remember this from now on."""


class Messenger(Protocol):
    """Slack, as a deletion uses it. Each method raises a `DeliveryError` if Slack did not take the message.

    `DeliveryDelayedError` means not now, for whatever reason: the message is kept and tried again, after its
    `retry_after` if it has one. `response_url` is given if it is known and the bot may have to fall back on it.
    """

    async def show(self, deletion: Deletion, response_url: ResponseUrl | None) -> Prompt:
        """Post the prompt.

        As a channel message; if the bot cannot post, ephemerally by the response_url; if there is none, by direct
        message to the requester. If a second person has to see it, as a channel message or not at all.

        Returns:
            Where it is; `ephemeral` if it went by the response_url.

        Raises:
            OutOfSightError: a second person has to see it, and the bot cannot post there.
        """

    async def redraw(self, deletion: Deletion, response_url: ResponseUrl | None) -> None:
        """Edit the prompt to what it should show.

        An ephemeral one is replaced through a click's response_url; a slash command's cannot do that, so it adds a new
        ephemeral message that says so.
        """

    async def retire(self, clicked: Prompt, response_url: ResponseUrl | None) -> None:
        """Take the buttons from a prompt whose deletion is no longer known."""

    async def tell(self, deletion: Deletion, target: str, response_url: ResponseUrl | None) -> None:
        """Announce the deletion's state to one target of `next_step.targets`.

        RESULT is a new message in the prompt's thread, broadcast to the channel if the deletion has ended; for an
        ephemeral prompt `in_channel` by the response_url; if neither can be, by direct message to the requester.
        REQUESTER is a direct message to the requester, or else a message in the prompt's thread. APPROVERS, REMINDER
        and GLASS are messages in the thread; those that mention nobody although they should be heard are broadcast.
        """

    async def warn(self, admin: str, limit: LimitReached, requester: SlackUser) -> None:
        """Tell an admin by direct message that a limit is refusing confirmations of `requester`."""

    async def announce_freeze(self, channel: str, freeze: Freeze | None, by: SlackUser) -> None:
        """Tell a channel that deletions are frozen, or by whom they were released."""


class Directory(Protocol):
    """What Slack says about people."""

    async def look_up(self, user: SlackUser, *, fresh: bool = False) -> DirectoryEntry:
        """Look somebody up, in at most a second; never raises for what Slack or the network does.

        Args:
            user: as Slack's payload names them; somebody who cannot belong here is not asked about.
            fresh: do not take what is remembered from up to a minute ago.
        """


class Usergroups(Protocol):
    """Slack's user groups."""

    async def members(self, usergroup: str, team: str) -> frozenset[str] | Unseen:
        """The user IDs in a group, in at most a second; or why nobody can tell.

        Args:
            usergroup: its ID.
            team: the workspace in which it is looked up, if the app is installed for a whole organisation.
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
                cut off and UNKNOWN. If nothing has left by then, the outcome is FAILED and not `sent`.
            may_send: asked just before the first byte of each attempt, also of one repeated after a 429 or with a new
                token. If it says no, that attempt is not sent, and the outcome is FAILED, since no earlier attempt was
                executed either. What it raises is raised here, and that attempt was not sent.
        """

    async def look_up(self, task_id: str, *, within: float = 10.0) -> LookUp:
        """See whether a task is there, and what can be read of it in time; never raises.

        Args:
            task_id: the task.
            within: seconds; what has not come by then is not known.
        """

    async def search(self, name: str) -> tuple[Candidate, ...]:
        """Search for tasks by name in the projects of the settings, in a few seconds; never raises, may miss some."""
