"""Memory and descriptors of processes over time, and whether they grow."""

from collections.abc import Sequence
from dataclasses import dataclass

import psutil

MOST_GROWTH = 0.04
"""Of the memory, over the second half, beyond which it counts as growing."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at one moment.

    Args:
        at: seconds since the start.
        memory: resident, in bytes.
        descriptors: open.
        cpu: seconds of CPU time so far.
    """

    at: float
    memory: float
    descriptors: int
    cpu: float


def sample(pid: int, at: float) -> Sample:
    """The process now. Raises `psutil.NoSuchProcess`."""
    process = psutil.Process(pid)
    with process.oneshot():
        times = process.cpu_times()
        return Sample(at, process.memory_info().rss, process.num_fds(), times.user + times.system)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much y grows for each x, by linear regression; 0 for fewer than two x."""
    if not points:
        return 0.0
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def second_half(samples: Sequence[Sample]) -> list[Sample]:
    """What came after the middle of the time."""
    middle = (samples[0].at + samples[-1].at) / 2 if samples else 0.0
    return [each for each in samples if each.at >= middle]


def growth(samples: Sequence[Sample]) -> float:
    """By which share the memory grew over the second half, by regression."""
    late = second_half(samples)
    if not late:
        return 0.0
    mean = sum(each.memory for each in late) / len(late)
    return slope([(each.at, each.memory) for each in late]) * (late[-1].at - late[0].at) / mean
