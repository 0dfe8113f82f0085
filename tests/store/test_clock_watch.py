"""Steps of Redis's clock: told from slow answers, drift and pauses between readings."""

import pytest

from bot.store.clock_watch import ClockWatch


@pytest.mark.parametrize("step", [3_600_000, 60_000, 3_000, -3_000, -60_000, -3_600_000])
def test_a_step_is_noticed_once(step: int) -> None:
    """Within the time that the two readings took, and what was recorded since the first reading may come after it."""
    watch = ClockWatch()
    assert watch.read(10.0, 1_000_000_000, 10.1) is None
    found = watch.read(10.5, 1_000_000_500 + step, 10.6)
    assert found is not None
    assert abs(found.ms - step) <= 100
    assert found.since == 1_000_000_500 + step - 600
    assert watch.read(11.0, 1_000_001_000 + step, 11.1) is None


@pytest.mark.parametrize(
    ("asked", "redis", "answered"),
    [
        (10.5, 1_000_000_500, 10.6),
        (10.5, 1_000_000_500, 40.0),  # the answer took its time
        (10.5, 1_000_029_000, 40.0),  # or the question did
        (3_610.0, 1_003_600_000, 3_610.1),  # nobody asked for an hour
        (3_610.0, 1_003_601_500, 3_610.1),  # and the clocks drift
        (3_610.0, 1_003_598_500, 3_610.1),
    ],
)
def test_what_delays_explain_is_no_step(asked: float, redis: int, answered: float) -> None:
    """However long something took, and wherever."""
    watch = ClockWatch()
    watch.read(10.0, 1_000_000_000, 10.1)
    assert watch.read(asked, redis, answered) is None


def test_the_first_reading_tells_nothing() -> None:
    """There is nothing to compare it with."""
    assert ClockWatch().read(1.0, 5, 1.0) is None
