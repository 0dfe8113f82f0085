"""This machine's clocks: one for durations, and one to compare with Redis's, by which the bot tells the time."""

import time


def now() -> float:
    """Seconds on a clock that keeps running while the machine is suspended, if there is one (Linux).

    A process that sleeps through its lease must know that when it wakes. The monotonic clock does not tell.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def wall() -> int:
    """Milliseconds since 1970 by this machine. Use it only to compare with Redis's clock, or to show the time."""
    return time.time_ns() // 1_000_000
