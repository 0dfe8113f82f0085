"""This machine's clock for lengths of time; what time it is, only Redis says."""

import time


def now() -> float:
    """Seconds on a clock that goes on while the machine is suspended, where there is one (Linux).

    A process that sleeps through its lease must know so when it wakes, which the monotonic clock does not tell it.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
