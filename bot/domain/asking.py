"""When people are asked to confirm someone else's request, when they are reminded, and when the requester is told.

After the review, those who may confirm are asked once, by a message that mentions them. Reminders mention nobody.
While deletions are frozen, these messages wait.
"""

from dataclasses import replace

from bot.domain.approval_wait import SecondPerson
from bot.domain.confirmations import kind_of
from bot.domain.deletion import Deletion, Delivery, Returned
from bot.domain.lifecycle import State

APPROVERS = "approvers"
"""The message that asks those who may confirm."""
REMINDER = "reminder"
"""A reminder that something can still be confirmed or stopped, which mentions nobody."""
GLASS = "glass"
"""The message to those who may confirm that an admin has confirmed alone."""

_A_WHILE = 10 * 60_000
"""Milliseconds after which the requester has probably turned to something else, so they are told about the end."""


def by_others(deletion: Deletion) -> bool:
    """Whether someone else has to confirm it."""
    return kind_of(deletion.safeguards.second_step).by_others


def to_be_found(deletion: Deletion, second_person: SecondPerson | None) -> bool:
    """Whether it is time to find out who may confirm it."""
    return _asks(deletion, second_person) and deletion.delivery.asked is None


def due(deletion: Deletion, second_person: SecondPerson | None) -> str | None:
    """APPROVERS or REMINDER if that message is due at `deletion.read_at`; else None."""
    if second_person is None or not _asks(deletion, second_person):
        return None
    if not deletion.delivery.asked_at:
        return APPROVERS
    following = _next_reminder(deletion, second_person)
    return REMINDER if following is not None and deletion.read_at >= following else None


def wakes_at(deletion: Deletion, second_person: SecondPerson | None) -> int:
    """When something has to be done next for a deletion that waits for its confirmation."""
    expires_at = deletion.lifecycle.expires_at
    if second_person is None or not _asks(deletion, second_person):
        return expires_at
    following = _next_reminder(deletion, second_person)
    return expires_at if following is None else min(expires_at, following)


def to_review_again(deletion: Deletion) -> bool:
    """Whether the requester has to be told that the task has changed, since others were to confirm it."""
    returned = deletion.lifecycle.returned in {Returned.CHANGED, Returned.UNREADABLE}
    return deletion.state is State.REQUESTED and returned and by_others(deletion)


def ended_late(deletion: Deletion) -> bool:
    """Whether it ended so long after the requester's last action that they have to be told."""
    lifecycle = deletion.lifecycle
    confirmed = any(each.user == deletion.requester for each in lifecycle.confirmations)
    last = max(deletion.requested_at, lifecycle.confirmed_at if confirmed else 0)
    return lifecycle.ended_by != deletion.requester and lifecycle.ended_at - last > _A_WHILE


def forgotten(delivery: Delivery, state: State) -> Delivery:
    """`delivery` of a deletion that goes back to `state`: people have to be asked and told again."""
    kept = frozenset(mark for mark in delivery.notified if mark != GLASS and not mark.startswith(f"{state}:"))
    return replace(delivery, asked=None, asked_at=0, notified=kept)


def _asks(deletion: Deletion, second_person: SecondPerson | None) -> bool:
    waits = deletion.state is State.REVIEWED and deletion.freeze is None
    return waits and second_person is not None and by_others(deletion)


def _next_reminder(deletion: Deletion, second_person: SecondPerson) -> int | None:
    """The first reminder after people were last asked. Missed reminders are not sent later."""
    times = (deletion.requested_at + after for after in second_person.reminders)
    return next((at for at in times if at > deletion.delivery.asked_at), None)
