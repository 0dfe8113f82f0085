"""When Redis's clock has jumped, and what is then counted from the start again."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.clock_step import ClockReading, restarted, step_between
from bot.domain.deletion import Deletion, Lifecycle
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import State
from bot.domain.rules import Safeguards
from bot.domain.timings import Timings

HOUR = 3_600_000
NOW = 100 * HOUR
TIMINGS = Timings()
ALICE = SlackUser("T0TEAM", "U0ALICE")


def deletion(state: State, **times: Any) -> Deletion:
    """A deletion read at NOW."""
    lifecycle = Lifecycle(**{"state": state, "expires_at": NOW + 60_000, "ttl": 300_000, **times})
    safeguards = Safeguards(dwell=2_000)
    return Deletion(
        id="d",
        task_id="t",
        requester=ALICE,
        operator="alice",
        channel="C",
        read_at=NOW,
        safeguards=safeguards,
        lifecycle=lifecycle,
    )


@pytest.mark.parametrize(
    ("passed", "redis", "step"),
    [
        ((10.0, 10.01), 10_000, 0),
        ((10.0, 10.01), 12_900, 0),
        ((10.0, 10.01), 7_100, 0),
        ((10.0, 10.01), 14_000, 3_995),
        ((10.0, 10.01), 3_610_000, HOUR - 5),
        ((10.0, 10.01), -3_590_000, -HOUR - 5),
        ((10.0, 40.0), 38_000, 0),  # the answer took half a minute: it may be from any moment in it
        ((7_200.0, 7_200.01), 7_200_000, 0),  # this machine was suspended, and so says its clock
    ],
)
def test_a_jump_is_what_no_time_explains(passed: tuple[float, float], redis: int, step: int) -> None:
    """More than three seconds more, or less, than can have passed here."""
    earlier = ClockReading(NOW, 500.0, 500.0)
    later = ClockReading(NOW + redis, 500.0 + passed[0], 500.0 + passed[1])
    assert step_between(earlier, later) == step


@pytest.mark.parametrize(
    ("before", "step", "after"),
    [
        # A prompt asked for a minute before the clock went forward by an hour.
        (deletion(State.REVIEWED, expires_at=NOW - HOUR + 240_000), HOUR, {"expires_at": NOW + 300_000}),
        (deletion(State.REQUESTED, expires_at=NOW + HOUR + 240_000), -HOUR, {"expires_at": NOW + 300_000}),
        (deletion(State.REQUESTED, expires_at=NOW + HOUR), 0, {"expires_at": NOW + 300_000}),
        (
            deletion(State.REVIEWED, expires_at=NOW + 100_000, confirmable_at=NOW + HOUR),
            0,
            {"confirmable_at": NOW + 2_000},
        ),
        # A grace of a minute.
        (
            deletion(State.SCHEDULED, confirmed_at=NOW - HOUR - 10_000, send_at=NOW - HOUR + 50_000),
            HOUR,
            {"confirmed_at": NOW, "send_at": NOW + 60_000},
        ),
        (
            deletion(State.SCHEDULED, confirmed_at=NOW + HOUR, send_at=NOW + HOUR + 60_000),
            0,
            {"confirmed_at": NOW, "send_at": NOW + 60_000},
        ),
        # An uncertain outcome: "still there" is not "failed" before the longest call must be over.
        (
            deletion(State.UNKNOWN, look_at=NOW - HOUR, verify_until=NOW - HOUR + 300_000),
            HOUR,
            {"look_at": NOW + 2_000, "verify_until": NOW + 300_000},
        ),
        (
            deletion(State.ACCEPTED, look_at=NOW + HOUR, verify_until=NOW + HOUR + 300_000),
            0,
            {"look_at": NOW + 2_000, "verify_until": NOW + 300_000},
        ),
    ],
)
def test_what_is_counted_again(before: Deletion, step: int, after: dict[str, Any]) -> None:
    """From the moment that the jump was noticed, and never longer; once more changes nothing."""
    lifecycle = restarted(before, step, TIMINGS)
    assert lifecycle == replace(before.lifecycle, restarts=1, **after)
    again = replace(before, lifecycle=lifecycle, read_at=NOW + 500)
    assert restarted(again, step, TIMINGS) is None


@pytest.mark.parametrize(
    ("before", "step"),
    [
        (deletion(State.REVIEWED), 0),
        (deletion(State.REVIEWED), -HOUR),  # it waits a little longer, but no longer than it could
        (deletion(State.REVIEWED, expires_at=NOW + 299_000), HOUR),  # asked for after the jump
        (deletion(State.SCHEDULED, confirmed_at=NOW - 1_000, send_at=NOW + 59_000), HOUR),
        (deletion(State.SCHEDULED, confirmed_at=NOW - HOUR, send_at=NOW + 7 * 24 * HOUR), 0),
        (deletion(State.EXECUTING, confirmed_at=NOW - HOUR, called_at=NOW - HOUR), HOUR),
        (deletion(State.DELETED, confirmed_at=NOW - HOUR), HOUR),
        (
            replace(
                deletion(State.SCHEDULED, confirmed_at=NOW - 2 * HOUR, send_at=NOW - HOUR), freeze=Freeze(ALICE, NOW)
            ),
            HOUR,
        ),
    ],
)
def test_what_stays_as_it_is(before: Deletion, step: int) -> None:
    """What was counted after the jump, what can be, what nobody waits for, and what a freeze is about to stop."""
    assert restarted(before, step, TIMINGS) is None
