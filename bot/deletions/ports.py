"""What the deletions need of the world. `bot.store`, `bot.slack` and `bot.codearts` each answer one of these."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.brakes import Burst, Freeze
from bot.domain.deletion import Deletion, Prompt, ResponseUrl, State
from bot.domain.identity import SlackUser
from bot.domain.outcome import Reply, Sighting
from bot.domain.profile import DirectoryEntry
from bot.domain.record import Entry, Note, What


@dataclass(frozen=True, slots=True)
class NewDeletion:
    """What a slash command asks for, before it is recorded.

    Args:
        id: 128 random bits or more, made anew for each command received; it is the replay token as well.
        task_id: the task to be deleted.
        requester: who asked.
        operator: as whom, to CodeArts Check.
        channel: the conversation in which it was asked for.
    """

    id: str
    task_id: str
    requester: SlackUser
    operator: str
    channel: str


class DeletionStore(Protocol):
    """Redis. Each method is one script, so one atomic change, and safe to replay.

    Every change of a deletion's state, and every look-up, adds its entry to the record in the same script.
    Every method raises `NotRecordedError` where Redis refused, `MaybeRecordedError` where it did not answer in time,
    both within 2.5 s.
    """

    async def request(self, new: NewDeletion) -> tuple[Deletion, bool]:
        """Record a request in REQUESTED, held by the caller (epoch 1, `talk_lease`).

        Returns:
            The deletion and True; or, where one for the same task has not ended, that one and False, unchanged.

        Raises:
            BrakedError: everything is frozen.
        """

    async def load(self, deletion_id: str) -> Deletion | None:
        """Read a deletion; None where there is none (any more)."""

    async def advance(  # noqa: PLR0913 - who did what, where, and how it is told from a replay
        self,
        deletion: Deletion,
        to: State,
        *,
        token: str,
        by: SlackUser | None = None,
        grace: int = 0,
        prompt: Prompt | None = None,
    ) -> tuple[Deletion, bool]:
        """A person's act: from `deletion.state` to `to`, once, while it has not expired; the caller then holds it.

        Raises the epoch and sets the lease (`call_lease` for EXECUTING, with `confirmed_at` and calls = 1; else
        `talk_lease`). SCHEDULED sets `confirmed_at` and `send_at`, and from then on nothing expires. `prompt`, where
        the click came from, is recorded where none is yet. An end frees the task for the next request.

        Args:
            deletion: as it was loaded; its state is what must still hold.
            to: the state to reach.
            token: made anew for each click received: the same token again changes nothing and answers the same.
            by: who acts, recorded as the one who confirmed or cancelled; None for the requester.
            grace: milliseconds until a SCHEDULED deletion may be sent.
            prompt: the message that was clicked.

        Returns:
            The deletion as it now is, and whether this act won. A record that has gone meanwhile (Redis was emptied)
            can never be confirmed: it is answered as EXPIRED.

        Raises:
            NotReplicatedError: it won, but too few replicas hold a second confirmation or a CANCELLED.
            BrakedError: a freeze or a limit stands in the way of a second confirmation; nothing was changed.
        """

    async def claim(self) -> Deletion | None:
        """Take the first deletion that is due: raises its epoch (and `calls`, where EXECUTING) and sets its lease.

        None where nothing is due.
        """

    async def pending(self) -> list[Deletion]:
        """All that have not ended, but for very many the first 500."""

    async def hold(self, deletion: Deletion, what: What | None = None) -> Deletion:
        """Write everything in `deletion` that may change, and go on holding it for a fresh lease (by its state).

        Reaching an end frees the task for the next request, here and below.

        Args:
            deletion: as it is from now on.
            what: what is recorded even where its state stays as it was.

        Returns:
            The deletion with a fresh `seen_at` and its new epoch.

        Raises:
            FencedError: its epoch is no longer the latest, since another process has taken it over; nothing was
                written.
            BrakedError: a freeze stands in the way of the call that this would begin; nothing was written.
        """

    async def rest(self, deletion: Deletion, until: int) -> None:
        """Write it and let go of it: it is due again at `until`, in ms of Redis's clock. Raises as `hold` does."""

    async def close(self, deletion: Deletion) -> None:
        """Write it and let go of it for good: never due again, and kept for `retention`. Raises as `hold` does."""

    async def keep_response_url(self, deletion_id: str, response_url: ResponseUrl) -> None:
        """Keep the latest response_url of an ephemeral prompt for 30 minutes, in a key of its own."""

    async def response_url(self, deletion_id: str) -> ResponseUrl | None:
        """The latest response_url, or None where it has gone."""


class Record(Protocol):
    """What has happened, in Redis. Raises as `DeletionStore` does."""

    async def note(self, note: Note) -> None:
        """Record what changes nothing else, such as a refusal."""

    async def latest(self, before: str = "") -> list[Entry]:
        """Some hundred entries, the newest first; `before` is the position of the entry that they come before."""

    async def following(self, after: str = "") -> list[Entry]:
        """Some hundred entries, the oldest first; `after` is the position of the entry that they come after."""

    async def trim(self, age: int) -> int:
        """Remove what is older than `age` milliseconds, and keep the rest provable. Returns how many were removed."""


class Brakes(Protocol):
    """The freeze, in Redis. Raises as `DeletionStore` does. Whether it holds is asked in the scripts that it stops."""

    async def freeze(self, by: SlackUser, why: str) -> tuple[Freeze, bool]:
        """Stop everything. Returns the freeze in force, and whether it is this one."""

    async def unfreeze(self, by: SlackUser) -> bool:
        """Let everything go on. Returns whether it was frozen."""

    async def frozen(self) -> Freeze | None:
        """The freeze in force; None where there is none."""


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

        RESULT is a new message in the prompt's conversation: in the prompt's thread and broadcast to the channel; for
        an ephemeral prompt `in_channel` by the response_url; if neither can be, by direct message to the requester.
        """

    async def warn(self, admin: str, burst: Burst) -> None:
        """Tell an admin by direct message that a limit is refusing confirmations."""


class Directory(Protocol):
    """What Slack says about people."""

    async def look_up(self, user: SlackUser, *, fresh: bool = False) -> DirectoryEntry:
        """Look somebody up, in at most a second; never raises for what Slack or the network does.

        Args:
            user: as Slack's payload names them; somebody who cannot belong here is not asked about.
            fresh: do not take what is remembered from up to a minute ago.
        """


class TaskService(Protocol):
    """CodeArts Check."""

    async def delete(self, task_id: str, operator: str, *, not_after: float) -> Reply:
        """Send DELETE /v3/task/{task_id}; never raises for what the service or the network does.

        Args:
            task_id: the task.
            operator: the `operator` header.
            not_after: `time.monotonic()` seconds: no attempt starts after this; where none has been made, the reply is
                `NotSent`. An attempt that runs past it is cut off as `NoAnswer`.
        """

    async def look_up(self, task_id: str) -> Sighting:
        """Look whether the task is there, in at most 10 s; never raises for what the service or the network does."""
