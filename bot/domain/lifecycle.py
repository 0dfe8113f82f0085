"""The states of a deletion, and the one table of transitions between them.

`decide` (people's actions), `next_step` (the bot's own) and the store (what a transition requires) all read this table,
and the diagram in the documentation is generated from it. A new state or limit is a row here, never a script.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How far a deletion has come."""

    REQUESTED = "requested"
    REVIEWED = "reviewed"
    SCHEDULED = "scheduled"
    EXECUTING = "executing"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    DELETED = "deleted"
    FAILED = "failed"
    GONE = "gone"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN_FINAL = "unknown_final"


AWAITING_CONFIRMATION = frozenset({State.REQUESTED, State.REVIEWED})
LOOKED_INTO = frozenset({State.ACCEPTED, State.UNKNOWN})
ENDED = frozenset(
    {State.DELETED, State.FAILED, State.GONE, State.CANCELLED, State.EXPIRED, State.UNKNOWN_FINAL},
)


class Action(StrEnum):
    """What moves a deletion. The first seven are people's; a button's action ID ends in one of these values."""

    REVIEW = "review"
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    BREAK_GLASS = "break_glass"  # an admin confirms alone although others should
    CANCEL = "cancel"
    DECLINE = "decline"
    STOP = "stop"

    EXPIRE = "expire"
    FREEZE = "freeze"
    LAUNCH = "launch"
    CALL = "call"
    RETURN = "return"
    LAPSE = "lapse"  # a confirmation no longer counts, so another person has to give one
    SETTLE = "settle"
    CORRECT = "correct"


PEOPLES = frozenset(
    {
        Action.REVIEW,
        Action.CONFIRM,
        Action.WITHDRAW,
        Action.BREAK_GLASS,
        Action.CANCEL,
        Action.DECLINE,
        Action.STOP,
    }
)
"""What people can do. All other actions are the bot's own, whatever an action ID says."""
KEEPING = frozenset({Action.CANCEL, Action.DECLINE, Action.STOP})
"""These can only keep a task, so they work when little else does."""


CONFIRMING = frozenset({Action.CONFIRM, Action.BREAK_GLASS})
"""These lead to a DELETE, so they never rely on cached answers about people."""


class Requirement(StrEnum):
    """What must hold at the moment of the write. The store turns each into a condition of its transaction."""

    SAME_VERSION = "same_version"  # always required: nobody has written since the deletion was read
    LEASE_HELD = "lease_held"  # no other process may take it over yet
    DUE = "due"
    NOT_EXPIRED = "not_expired"
    EXPIRED = "expired"
    DWELLED = "dwelled"  # the delete button has been visible long enough for this to be no slip
    NOT_FROZEN = "not_frozen"
    FROZEN = "frozen"
    FROZEN_SINCE = "frozen_since"  # a freeze began after the confirmation, whether or not it has ended since
    NOT_FROZEN_SINCE = "not_frozen_since"
    WITHIN_LIMITS = "within_limits"
    GRACE_OVER = "grace_over"


class EventKind(StrEnum):
    """What an audit event reports."""

    REQUESTED = "requested"
    REFUSED = "refused"
    REVIEWED = "reviewed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    GLASS_BROKEN = "glass_broken"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    STOPPED = "stopped"
    EXPIRED = "expired"
    LAUNCHED = "launched"
    TAKEN_OVER = "taken_over"  # an interrupted call, by the process that found it
    CALLED = "called"
    CALLED_AGAIN = "called_again"
    RETURNED = "returned"
    LAPSED = "lapsed"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    LOOKED_UP = "looked_up"
    DELETED = "deleted"
    FAILED = "failed"
    GONE = "gone"
    UNKNOWN_FINAL = "unknown_final"
    LATE_ANSWER = "late_answer"
    FROZEN = "frozen"
    UNFROZEN = "unfrozen"
    TRIMMED = "trimmed"
    RESTARTED = "restarted"  # its time was counted from the start again, since Redis's clock had jumped
    DATA_LOST = "data_lost"  # the storage has lost what was recorded before


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table: from a state to another, or to the same one.

    Args:
        source: the state before.
        action: what is done.
        target: the state after.
        event: its audit event.
        requires: what must hold at the moment of the write, besides the version.
    """

    source: State
    action: Action
    target: State
    event: EventKind
    requires: tuple[Requirement, ...] = ()


_IN_TIME = (Requirement.NOT_EXPIRED,)
_CONFIRMABLE = (Requirement.NOT_EXPIRED, Requirement.NOT_FROZEN, Requirement.DWELLED)
_CONFIRMED = (*_CONFIRMABLE, Requirement.WITHIN_LIMITS)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(State.REQUESTED, Action.REVIEW, State.REVIEWED, EventKind.REVIEWED, _IN_TIME),
    Transition(State.REVIEWED, Action.CONFIRM, State.REVIEWED, EventKind.CONFIRMED, _CONFIRMABLE),
    Transition(State.REVIEWED, Action.CONFIRM, State.SCHEDULED, EventKind.CONFIRMED, _CONFIRMED),
    Transition(State.REVIEWED, Action.CONFIRM, State.EXECUTING, EventKind.CONFIRMED, _CONFIRMED),
    *(
        Transition(State.REVIEWED, Action.BREAK_GLASS, state, EventKind.GLASS_BROKEN, _CONFIRMED)
        for state in (State.SCHEDULED, State.EXECUTING)
    ),
    Transition(State.REVIEWED, Action.WITHDRAW, State.REVIEWED, EventKind.WITHDRAWN, _IN_TIME),
    Transition(State.SCHEDULED, Action.WITHDRAW, State.REVIEWED, EventKind.WITHDRAWN),
    *(
        Transition(state, action, State.CANCELLED, event, _IN_TIME)
        for state in (State.REQUESTED, State.REVIEWED)
        for action, event in ((Action.CANCEL, EventKind.CANCELLED), (Action.DECLINE, EventKind.DECLINED))
    ),
    *(
        Transition(state, Action.EXPIRE, State.EXPIRED, EventKind.EXPIRED, (Requirement.EXPIRED,))
        for state in (State.REQUESTED, State.REVIEWED)
    ),
    *(Transition(state, Action.SETTLE, State.GONE, EventKind.GONE) for state in (State.REQUESTED, State.REVIEWED)),
    Transition(State.SCHEDULED, Action.STOP, State.CANCELLED, EventKind.STOPPED),
    Transition(State.SCHEDULED, Action.FREEZE, State.CANCELLED, EventKind.STOPPED, (Requirement.FROZEN_SINCE,)),
    Transition(
        State.SCHEDULED,
        Action.LAUNCH,
        State.EXECUTING,
        EventKind.LAUNCHED,
        (Requirement.NOT_FROZEN_SINCE, Requirement.GRACE_OVER),
    ),
    Transition(
        State.EXECUTING,
        Action.CALL,
        State.EXECUTING,
        EventKind.CALLED,
        (Requirement.LEASE_HELD, Requirement.NOT_FROZEN),
    ),
    Transition(State.EXECUTING, Action.FREEZE, State.CANCELLED, EventKind.STOPPED, (Requirement.FROZEN,)),
    Transition(State.REVIEWED, Action.RETURN, State.REQUESTED, EventKind.RETURNED, _IN_TIME),
    Transition(State.EXECUTING, Action.RETURN, State.REQUESTED, EventKind.RETURNED),
    Transition(State.EXECUTING, Action.LAPSE, State.REVIEWED, EventKind.LAPSED),
    *(
        Transition(State.EXECUTING, Action.SETTLE, state, EventKind(state))
        for state in (State.DELETED, State.FAILED, State.GONE, State.UNKNOWN, State.ACCEPTED)
    ),
    *(
        Transition(State.UNKNOWN, Action.SETTLE, state, EventKind(state))
        for state in (State.DELETED, State.FAILED, State.GONE, State.UNKNOWN_FINAL)
    ),
    *(
        Transition(State.ACCEPTED, Action.SETTLE, state, EventKind(state))
        for state in (State.DELETED, State.UNKNOWN_FINAL)
    ),
    *(
        Transition(state, Action.CORRECT, State.DELETED, EventKind.LATE_ANSWER)
        for state in (State.EXECUTING, State.UNKNOWN, State.ACCEPTED, State.UNKNOWN_FINAL, State.FAILED, State.GONE)
    ),
    *(
        Transition(state, Action.CORRECT, State.FAILED, EventKind.LATE_ANSWER)
        for state in (State.UNKNOWN, State.UNKNOWN_FINAL)
    ),
)

_BY_STEP: Mapping[tuple[State, Action, State], Transition] = {
    (row.source, row.action, row.target): row for row in TRANSITIONS
}


def transition(source: State, action: Action, target: State) -> Transition:
    """The row of the table.

    Raises:
        KeyError: the table has no such transition, so it must not happen.
    """
    return _BY_STEP[source, action, target]


def possible(source: State, action: Action) -> bool:
    """Whether `action` is possible in the state `source`."""
    return any(row.source is source and row.action is action for row in TRANSITIONS)


def diagram() -> str:
    """The table as a Mermaid state diagram, for the documentation.

    Transitions between the same two states share one arrow, with the actions in the order of the table.
    """
    arrows: dict[tuple[State, State], list[Action]] = {}
    for row in TRANSITIONS:
        actions = arrows.setdefault((row.source, row.target), [])
        if row.action not in actions:
            actions.append(row.action)
    lines = ["stateDiagram-v2", f"    [*] --> {State.REQUESTED}: request"]
    lines += [f"    {source} --> {target}: {', '.join(actions)}" for (source, target), actions in arrows.items()]
    lines += [f"    {state} --> [*]" for state in State if state in ENDED]
    return "\n".join(lines) + "\n"
