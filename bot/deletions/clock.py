"""This machine's clocks: one for lengths of time, one to compare with Redis's, which alone says what time it is."""

import time


def now() -> float:
    """Seconds on a clock that goes on while the machine is suspended, where there is one (Linux).

    A process that sleeps through its lease must know so when it wakes, which the monotonic clock does not tell it.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def wall() -> int:
    """Milliseconds since 1970 by this machine: only to be compared with Redis's clock."""
    return time.time_ns() // 1_000_000
