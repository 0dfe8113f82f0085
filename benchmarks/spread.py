"""What is said of samples: percentiles of one round, and the median and the range of the rounds."""

import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure that was taken once in each round.

    Args:
        median: of the rounds.
        low: the lowest.
        high: the highest.
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, rounds: Iterable[float]) -> Self:
        """The spread of what each round gave."""
        values = [round(value, 4) for value in rounds]
        return cls(round(statistics.median(values), 4), min(values), max(values))


def percentile(samples: Sequence[float], part: int) -> float:
    """The smallest sample that `part` per cent of the samples do not exceed."""
    return sorted(samples)[max(0, -(-len(samples) * part // 100) - 1)]


def cpu_seconds(pid: int) -> float:
    """The CPU time of a process of this machine, all threads together. Linux only.

    psutil counts in ticks of 10 ms. This is the clock that clock_getcpuclockid(3) finds for a process: its ID is made
    from the process ID as in the kernel's include/linux/posix-timers.h.
    """
    return time.clock_gettime(~pid << 3 | 2)
