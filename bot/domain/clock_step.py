"""When Redis's clock jumps (a resume, a failover, a correction), pending deletions get their whole time again.

A jump is noticed by this machine's clock for durations. A jump back that no process noticed still leaves a trace:
deadlines that are further ahead than they could ever be.
"""

from dataclasses import dataclass, replace

from bot.domain.deletion import Deletion, Lifecycle
from bot.domain.lifecycle import AWAITING_CONFIRMATION, LOOKED_INTO, State
from bot.domain.timings import Timings

TOLERANCE = 3_000  # ms: less than this is not a jump


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One reading of Redis's clock.

    Args:
        redis: what it said, in ms.
        asked: this machine's boot-time clock just before, in seconds.
        answered: the same just after.
    """

    redis: int
    asked: float
    answered: float


def step_between(earlier: ClockReading, later: ClockReading) -> int:
    """By how many ms Redis's clock jumped between two readings: negative if it jumped back, 0 if it did not jump."""
    least, most = (later.asked - earlier.answered) * 1_000, (later.answered - earlier.asked) * 1_000
    passed = later.redis - earlier.redis
    if least - TOLERANCE <= passed <= most + TOLERANCE:
        return 0
    return round(passed - (least + most) / 2)


def restarted(deletion: Deletion, step: int, timings: Timings) -> Lifecycle | None:
    """The lifecycle with its whole time again, counted from `deletion.read_at`; None if it needs no change.

    Only times from before the jump are counted again, so several replicas may do this one after another.

    Args:
        deletion: as it was read.
        step: by how many ms Redis's clock has just jumped; 0 finds only deadlines that are impossibly far ahead.
        timings: how long an uncertain outcome is looked into.
    """
    lifecycle, now = deletion.lifecycle, deletion.read_at
    after = lifecycle
    if deletion.state in AWAITING_CONFIRMATION:
        length = lifecycle.ttl or lifecycle.expires_at - deletion.requested_at
        if _before_the_jump(lifecycle.expires_at - length, now, step):
            after = replace(after, expires_at=now + length)
        if lifecycle.confirmable_at > now + deletion.safeguards.dwell + TOLERANCE:
            after = replace(after, confirmable_at=now + deletion.safeguards.dwell)
    elif deletion.state is State.SCHEDULED and deletion.freeze is None:  # otherwise it is about to be stopped
        grace = lifecycle.send_at - lifecycle.confirmed_at
        if _before_the_jump(lifecycle.confirmed_at, now, step):
            after = replace(after, confirmed_at=now, send_at=now + grace)
    elif deletion.state in LOOKED_INTO:
        length = max(timings.verify, timings.call_lease)
        if _before_the_jump(lifecycle.verify_until - length, now, step):
            after = replace(after, look_at=now + timings.look, verify_until=now + length)
    return replace(after, restarts=lifecycle.restarts + 1) if after != lifecycle else None


def waits_until(deletion: Deletion) -> int:
    """Until when a deletion may wait for people or for a look-up, in ms; the current time for all others."""
    lifecycle = deletion.lifecycle
    if deletion.state in AWAITING_CONFIRMATION:
        return lifecycle.expires_at
    if deletion.state is State.SCHEDULED:
        return lifecycle.send_at
    return lifecycle.look_at if deletion.state in LOOKED_INTO else deletion.read_at


def _before_the_jump(start: int, now: int, step: int) -> bool:
    """Whether a time may be from before the jump."""
    return start > now + TOLERANCE or (step > 0 and start <= now - step)
