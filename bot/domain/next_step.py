"""What the bot does next with a deletion, by itself.

The same function drives a deletion right after a click and after a crash: the process with the lease asks for the next
step, takes it, records it, and asks again, until the answer is to wait or to close.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain import asking
from bot.domain.approval_wait import SecondPerson
from bot.domain.asking import APPROVERS, GLASS, REMINDER
from bot.domain.deletion import Deletion, Delivery
from bot.domain.grace import next_reminder
from bot.domain.lifecycle import AWAITING_CONFIRMATION, Action, State

RESULT = "result"
"""The announcement in the conversation itself."""
REQUESTER = "requester"
"""The message to the requester if their request ended late, was ended by someone else, or has to be reviewed again."""


@dataclass(frozen=True, slots=True)
class Show:
    """Post the prompt."""


@dataclass(frozen=True, slots=True)
class Redraw:
    """Edit the prompt to what it should show."""


@dataclass(frozen=True, slots=True)
class LookAtTask:
    """Look the task up for the prompt, which was posted without its facts, or without all of them."""


@dataclass(frozen=True, slots=True)
class FindApprovers:
    """Find out which of the people named in the settings may confirm it."""


@dataclass(frozen=True, slots=True)
class Expire:
    """Nobody confirmed in time."""


@dataclass(frozen=True, slots=True)
class StopForFreeze:
    """An admin has frozen everything: what can still be stopped is stopped."""


@dataclass(frozen=True, slots=True)
class Launch:
    """The grace is over: record that the call begins."""


@dataclass(frozen=True, slots=True)
class Call:
    """Look once more, then send the DELETE for the first time."""


@dataclass(frozen=True, slots=True)
class Recover:
    """A call was interrupted: look the task up first."""


@dataclass(frozen=True, slots=True)
class LookUpOutcome:
    """Look whether the task is gone."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Announce the state to one target: RESULT, REQUESTER, those of `bot.domain.asking`, or a channel of `[notify]`."""

    target: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: int


@dataclass(frozen=True, slots=True)
class Close:
    """Everything is done and announced."""


NextStep = (
    Show
    | Redraw
    | LookAtTask
    | FindApprovers
    | Expire
    | StopForFreeze
    | Launch
    | Call
    | Recover
    | LookUpOutcome
    | Notify
    | Wait
    | Close
)


def next_step(  # noqa: C901, PLR0912 - one return per case
    deletion: Deletion, notify: Iterable[str] = (), second_person: SecondPerson | None = None
) -> NextStep:
    """The next step of `deletion` as of its `read_at`.

    Args:
        deletion: as it was read, with the freeze at that moment.
        notify: the channels that are told of every outcome.
        second_person: who is asked if someone else has to confirm; None to ask nobody.
    """
    lifecycle, now = deletion.lifecycle, deletion.read_at
    stale = deletion.delivery.rendered != deletion.appearance
    if deletion.state in AWAITING_CONFIRMATION:
        if now >= lifecycle.expires_at:
            return Expire()
        if deletion.delivery.prompt is None:
            return Show()
        if asking.to_be_found(deletion, second_person):
            return FindApprovers()
        if stale:
            return Redraw()
        if not deletion.looked_up:
            return LookAtTask()
        if (target := asking.due(deletion, second_person)) is not None:
            return Notify(target)
        owed = targets(deletion, ())
        return Notify(owed[0]) if owed else Wait(asking.wakes_at(deletion, second_person))
    if deletion.state is State.SCHEDULED:
        if deletion.freeze is not None:
            return StopForFreeze()
        if now >= lifecycle.send_at:
            return Launch()
        if stale:
            return Redraw()
        if owed := targets(deletion, notify):
            return Notify(owed[0])
        remind_at = next_reminder(deletion)
        if remind_at is not None and now >= remind_at:
            return Notify(REMINDER)
        return Wait(remind_at or lifecycle.send_at)
    if deletion.state is State.EXECUTING:
        if lifecycle.called_at:
            return Recover()
        return StopForFreeze() if deletion.freeze is not None else Call()
    if deletion.delivery.prompt is not None and stale:
        return Redraw()
    if owed := targets(deletion, notify):
        return Notify(owed[0])
    if deletion.ended:
        return Close()
    return LookUpOutcome() if now >= lifecycle.look_at else Wait(lifecycle.look_at)


def targets(deletion: Deletion, notify: Iterable[str]) -> list[str]:
    """The targets that still have to be told about the deletion's state, in this order."""
    told = deletion.delivery.notified
    return [target for target in _targets(deletion, notify) if mark(deletion, target) not in told]


def _targets(deletion: Deletion, notify: Iterable[str]) -> list[str]:
    """The targets that are told about the deletion's state.

    If a request ends without a call, editing its prompt is enough for its conversation. But an edit notifies nobody, so
    the requester is told if the request expired, was ended by someone else, or has to be reviewed again. An outcome
    that is not final is announced only in the conversation, so that the other channels hear about each deletion once.
    The exception is a confirmation by an admin alone: everyone is told about it while it can still be stopped.
    """
    lifecycle = deletion.lifecycle
    glass = [GLASS] if lifecycle.broken_glass is not None else []
    if deletion.state in AWAITING_CONFIRMATION:
        return [REQUESTER] if asking.to_review_again(deletion) else []
    if deletion.state is State.SCHEDULED:
        return [*glass, *notify] if glass else []
    if deletion.state is State.CANCELLED or deletion.state is State.EXPIRED:
        by_another_hand = lifecycle.ended_by != deletion.requester or lifecycle.ended_how is Action.FREEZE
        return [*([REQUESTER] if by_another_hand else []), *notify]
    if deletion.ended:
        return [RESULT, *glass, *([REQUESTER] if asking.ended_late(deletion) else []), *notify]
    return [RESULT, *glass]


def mark(deletion: Deletion, target: str) -> str:
    """How `Delivery.notified` records that `target` has been told about the present state."""
    return GLASS if target == GLASS else f"{deletion.state}:{target}"


def noted(deletion: Deletion, target: str) -> Delivery:
    """What people have been shown once `target` has been told."""
    if target in {APPROVERS, REMINDER}:
        return replace(deletion.delivery, asked_at=deletion.read_at)
    return replace(deletion.delivery, notified=deletion.delivery.notified | {mark(deletion, target)})


def deadline(deletion: Deletion) -> int:
    """When something else has to be done with `deletion`, in ms, if what it waits for does not happen."""
    if deletion.state in AWAITING_CONFIRMATION:
        return deletion.lifecycle.expires_at
    return deletion.lifecycle.send_at if deletion.state is State.SCHEDULED else _NEVER


_NEVER = 2**53
