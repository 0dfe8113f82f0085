"""The record: an entry for everything that was asked, refused, done and found out, chained to the one before it.

An entry is JSON text without spaces, kept as it was hashed: its number, the time by Redis's clock, then what happened.
Its hash is the SHA-256 of the 64 hex digits of the hash before it (zeros before the first) followed by the text. So
whoever changes, removes, inserts or moves an entry breaks the chain there. Whoever may write to Redis could make the
whole chain anew, or cut off its end: against that the head (number and hash) is noted elsewhere, and compared. To check
an export of JSON lines::

    last = "0" * 64
    for line in lines:
        entry = json.loads(line)
        claimed = entry.pop("hash")
        last = sha256((last + json.dumps(entry, separators=(",", ":"))).encode()).hexdigest()
        assert last == claimed

IDs and codes alone are recorded: no token, no response_url, no name but the operator's; and the reason of a freeze.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from bot.domain.deletion import LOOKED_INTO, Deletion, State
from bot.domain.identity import SlackUser
from bot.domain.reasons import Reason

_NAMES_AND_CODES = 100  # characters of what a service said that are recorded


class What(StrEnum):
    """What an entry tells of."""

    REQUESTED = "requested"
    REFUSED = "refused"
    REVIEWED = "reviewed"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    CALLED = "called"
    TAKEN_UP = "taken_up"  # an interrupted call, by whoever found it
    SENT_AGAIN = "sent_again"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    LOOKED = "looked"  # a look-up that settled nothing
    DELETED = "deleted"
    FAILED = "failed"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    TRIMMED = "trimmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What is to be recorded; its number and its time are given by Redis. The order of the fields is the text's.

    Args:
        what: what happened.
        who: the Slack user's ID, or `bot`.
        team: the Slack user's workspace.
        deletion: the deletion's ID.
        task: the task's ID.
        operator: as whom, to CodeArts Check.
        requester: who had asked, where it is somebody else than `who`.
        channel: the conversation's ID.
        state: the deletion's state from here on, as its prompt shows it; "" where it has not changed.
        act: what was tried, where it was refused.
        why: the reason of a refusal or a freeze.
        status: the service's `status`.
        http_status: the service's `httpStatus`.
        code: the service's error code.
        request_id: the gateway's request ID.
        took_ms: how long the call took.
        looks: how many look-ups there have been.
    """

    what: What
    who: str = "bot"
    team: str = ""
    deletion: str = ""
    task: str = ""
    operator: str = ""
    requester: str = ""
    channel: str = ""
    state: str = ""
    act: str = ""
    why: str = ""
    status: str = ""
    http_status: str = ""
    code: str = ""
    request_id: str = ""
    took_ms: int = 0
    looks: int = 0

    def told(self) -> str:
        """The members of the entry's JSON text that follow its number and time; what is not known is left out."""
        said = {field.name: value for field in fields(self) if (value := getattr(self, field.name))}
        return json.dumps(said, separators=(",", ":"))[1:-1]


COLUMNS = ("n", "at", *(field.name for field in fields(Note)), "to", "of", "hash")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is kept.

    Args:
        position: its ID in the stream.
        text: the JSON that was hashed.
        hash: the hash that was kept with it.
    """

    position: str
    text: str
    hash: str

    @property
    def facts(self) -> Mapping[str, str | int]:
        """What the text says; empty where it is no entry's."""
        try:
            said = json.loads(self.text)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}

    def says(self, name: str) -> str:
        """One of its facts as text; "" where it is not told."""
        return str(self.facts.get(name, ""))


# What the bot does by itself that is not named like the state it leads to or leaves as it is.
_BY_ITSELF = {State.EXECUTING: What.CALLED, State.SCHEDULED: What.CONFIRMED}


def of_act(deletion: Deletion, to: State, by: SlackUser) -> Note:
    """What a person's act is recorded as."""
    what = {State.EXECUTING: What.CONFIRMED, State.SCHEDULED: What.CONFIRMED}.get(to) or What(to)
    return _of(deletion, what, to, by)


def of_progress(deletion: Deletion, what: What | None = None) -> Note:
    """What the bot's own writing of `deletion` is recorded as; `what` where its state does not say it."""
    looked = deletion.state in LOOKED_INTO and deletion.looks > 0 and not deletion.ended
    if what is None:
        what = What.LOOKED if looked else _BY_ITSELF.get(deletion.state) or What(deletion.state)
    frozen = deletion.state is State.CANCELLED  # the bot itself cancels for nothing else
    return replace(_of(deletion, what, deletion.stage), why=Reason.FROZEN if frozen else "")


def of_take_over(deletion_id: str) -> Note:
    """What taking up an interrupted call is recorded as."""
    return Note(what=What.TAKEN_UP, deletion=deletion_id, state=State.EXECUTING)


def of_refusal(by: SlackUser, act: str, why: str, channel: str, on: Deletion | str = "") -> Note:
    """What a refusal is recorded as.

    Args:
        by: who tried.
        act: what: a subcommand, or a button's act.
        why: the reason.
        channel: where.
        on: the deletion that it was tried on, or the task that was asked for.
    """
    deletion = on if isinstance(on, Deletion) else None
    return Note(
        what=What.REFUSED,
        who=by.id,
        team=by.team,
        deletion=deletion.id if deletion else "",
        task=on.task_id if isinstance(on, Deletion) else on,
        requester=deletion.requester.id if deletion and deletion.requester != by else "",
        channel=channel,
        act=act,
        why=why,
    )


def of_brake(by: SlackUser, why: str, *, frozen: bool) -> Note:
    """What setting or releasing the freeze is recorded as."""
    return Note(what=What.FROZEN if frozen else What.UNFROZEN, who=by.id, team=by.team, why=why)


def _of(deletion: Deletion, what: What, state: str, by: SlackUser | None = None) -> Note:
    said = deletion.outcome
    return Note(
        what=what,
        who=by.id if by else "bot",
        team=by.team if by else "",
        deletion=deletion.id,
        task=deletion.task_id,
        operator=deletion.operator,
        requester=deletion.requester.id if by != deletion.requester else "",
        channel=deletion.channel,
        state=state,
        status=said.status[:_NAMES_AND_CODES] if said else "",
        http_status=said.http_status[:_NAMES_AND_CODES] if said else "",
        code=said.code[:_NAMES_AND_CODES] if said else "",
        request_id=said.request_id[:_NAMES_AND_CODES] if said else "",
        took_ms=said.took if said else 0,
        looks=deletion.looks,
    )
