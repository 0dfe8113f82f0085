"""The audit log: an event for everything that was requested, refused, done and found out.

An event is JSON text without spaces: the time by Redis's clock, then what happened. It is appended in the same script
as the change that it reports, and before it, so every change has its event. Checkpoints seal the events every few
seconds (`bot.domain.checkpoints`).

Events contain IDs, codes, the names of operators and tasks, and the reasons that people gave. They never contain a
token, a response_url or any other name.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

from bot.domain.deletion import Deletion
from bot.domain.freeze import Freeze
from bot.domain.identity import BOT, SlackUser
from bot.domain.lifecycle import EventKind, State
from bot.domain.outcome import Outcome

_QUOTED = 100  # characters that are recorded of what a service said


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An audit event. Redis adds the time. The order of the fields is their order in the text.

    Args:
        kind: what happened.
        who: the Slack user's ID, `bot`, or `shell:user@host`.
        team: the Slack user's workspace.
        deletion: the deletion's ID.
        task: the task's ID.
        name: the task's name, if it was known.
        operator: the requester's name in CodeArts Check.
        requester: who had asked, if not `who`.
        channel: the conversation's ID.
        state: the deletion's state after the event; "" if it did not change.
        action: what was tried, if it was refused.
        reason: why it was refused, sent back or stopped, or the reason that a person gave.
        status: the service's `status`.
        http_status: the service's `httpStatus`.
        code: the service's error code.
        request_id: the gateway's request ID.
        took_ms: how long the call took.
        looks: how many look-ups there have been.
        count: how many refusals of the same kind this event stands for, if more than one.
        upto: the last event that was trimmed; for lost data, the last checkpoint known before, as `number:hash`.
    """

    kind: EventKind
    who: str = BOT
    team: str = ""
    deletion: str = ""
    task: str = ""
    name: str = ""
    operator: str = ""
    requester: str = ""
    channel: str = ""
    state: str = ""
    action: str = ""
    reason: str = ""
    status: str = ""
    http_status: str = ""
    code: str = ""
    request_id: str = ""
    took_ms: int = 0
    looks: int = 0
    count: int = 0
    upto: str = ""

    @property
    def known(self) -> dict[str, str | int]:
        """Its non-empty fields."""
        return {field.name: value for field in fields(self) if (value := getattr(self, field.name))}

    def text(self) -> str:
        """The members of the event's JSON text that follow its time."""
        return json.dumps(self.known, separators=(",", ":"))[1:-1]


FIELDS = ("at", *(field.name for field in fields(Event)))
"""Every member that an event's text may have."""


@dataclass(frozen=True)
class Recorded:
    """An event as it is stored.

    Args:
        id: its ID in the stream: `milliseconds-sequence`.
        text: the JSON that was recorded.
    """

    id: str
    text: str

    @cached_property
    def values(self) -> Mapping[str, str | int]:
        """The parsed text; empty if it is not an event's."""
        try:
            said = json.loads(self.text)
        except ValueError:
            return {}
        return said if isinstance(said, dict) else {}

    def get(self, name: str) -> str:
        """One of its values, as text; "" if it is missing."""
        return str(self.values.get(name, ""))

    @property
    def at(self) -> int:
        """When it was recorded, in ms of Redis's clock; 0 if it does not say."""
        at = self.values.get("at")
        return at if isinstance(at, int) else 0


def of_deletion(deletion: Deletion, kind: EventKind, by: SlackUser | None = None) -> Event:
    """The event for a change of `deletion`.

    Args:
        deletion: as it is after the change.
        kind: what happened.
        by: the person who did it; None for the bot.
    """
    outcome = deletion.lifecycle.outcome
    stopped_by_freeze = kind is EventKind.STOPPED and by is None
    return Event(
        kind=kind,
        who=by.id if by else BOT,
        team=by.team if by else "",
        deletion=deletion.id,
        task=deletion.task_id,
        name=deletion.name[:_QUOTED],
        operator=deletion.operator,
        requester=deletion.requester.id if by != deletion.requester else "",
        channel=deletion.channel,
        state=deletion.state,
        reason="frozen" if stopped_by_freeze else _why(deletion, kind),
        status=outcome.status[:_QUOTED] if outcome else "",
        http_status=outcome.http_status[:_QUOTED] if outcome else "",
        code=outcome.code[:_QUOTED] if outcome else "",
        request_id=outcome.request_id[:_QUOTED] if outcome else "",
        took_ms=outcome.took if outcome else 0,
        looks=deletion.lifecycle.looks,
    )


def of_late_answer(deletion: Deletion, outcome: Outcome) -> Event:
    """The event for an answer of the service that came late and changes nothing: it only bears witness."""
    answered = replace(deletion, lifecycle=replace(deletion.lifecycle, outcome=outcome))
    return replace(of_deletion(answered, EventKind.LATE_ANSWER), state="")


def _why(deletion: Deletion, kind: EventKind) -> str:
    """The reason that a person gave for what they did; for what was sent back, why."""
    lifecycle = deletion.lifecycle
    match kind:
        case EventKind.REQUESTED:
            return deletion.reason
        case EventKind.RETURNED:
            return lifecycle.returned or ""
        case EventKind.DECLINED:
            return lifecycle.ended_why
        case EventKind.GLASS_BROKEN:
            return lifecycle.broken_glass.why if lifecycle.broken_glass else ""
        case _:
            return ""


def of_refusal(  # noqa: PLR0913, PLR0917 - who was refused what, why, where and on what
    by: SlackUser, action: str, reason: str, channel: str, deletion: str = "", task: str = "", count: int = 1
) -> Event:
    """The event for a refusal.

    Args:
        by: who was refused.
        action: what they tried: a subcommand, or a button's action.
        reason: why they were refused.
        channel: the conversation's ID.
        deletion: the deletion on which it was tried.
        task: the task that was asked for.
        count: how many refusals like it this event stands for.
    """
    return Event(
        kind=EventKind.REFUSED,
        who=by.id,
        team=by.team,
        deletion=deletion,
        task=task,
        channel=channel,
        action=action,
        reason=reason,
        count=count if count > 1 else 0,
    )


def of_freeze(freeze: Freeze) -> Event:
    """The event for a freeze."""
    return Event(kind=EventKind.FROZEN, who=freeze.by.id, team=freeze.by.team, reason=freeze.reason)


def of_unfreeze(by: SlackUser) -> Event:
    """The event for lifting it."""
    return Event(kind=EventKind.UNFROZEN, who=by.id, team=by.team)


ENDS = frozenset({EventKind(state) for state in (State.DELETED, State.FAILED, State.GONE, State.EXPIRED)})
"""Events that end a deletion, except those that people cause."""
