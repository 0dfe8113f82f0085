"""When people are reminded, during a long grace period, that the deletion can still be stopped."""

from bot.domain.deletion import Deletion

_HOUR = 3_600_000
_BEFORE = (24 * _HOUR, _HOUR)
"""Milliseconds before its end; each only if the grace period is at least twice as long."""


def next_reminder(deletion: Deletion) -> int | None:
    """When the next reminder is due, in ms; None if there is none to come, or no thread for it.

    Args:
        deletion: in its grace period.
    """
    lifecycle, delivery = deletion.lifecycle, deletion.delivery
    if delivery.prompt is None or delivery.prompt.ephemeral:
        return None
    grace = lifecycle.send_at - lifecycle.confirmed_at
    times = (lifecycle.send_at - before for before in _BEFORE if grace >= 2 * before)
    return next((at for at in times if at > delivery.asked_at), None)
