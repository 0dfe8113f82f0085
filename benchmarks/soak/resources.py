"""Memory and descriptors of processes over time, and whether they grow."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

MOST_GROWTH = 0.04
"""Of the memory, over the second half, beyond which it counts as growing."""
WARM = 60.0
"""Seconds that a process must have worked for its memory to be judged: at first it grows as caches and pools fill."""
MOST_KEPT = 80
"""Descriptors that a process may have more at the end than at the start: Redis's pool has 50, CodeArts Check's 20."""


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


@dataclass(frozen=True, slots=True)
class Process:
    """A process over the whole soak.

    Args:
        busy: while conversations were started.
        quiet: after all of them had ended.
        connections: what was open then, by the server's name.
    """

    busy: Sequence[Sample]
    quiet: Sample
    connections: Counter[str]

    def faults(self) -> list[str]:
        """What is wrong with it, in sentences."""
        found = []
        warm = self.busy[-1].at - self.busy[0].at >= WARM
        if warm and (grown := growth(self.busy)) > MOST_GROWTH:
            found.append(f"its memory grew by {grown:.1%} over the second half")
        if (kept := self.quiet.descriptors - self.busy[0].descriptors) > MOST_KEPT:
            found.append(f"it has {kept} descriptors more than at the start")
        return found


def sample(pid: int, at: float) -> Sample:
    """The process now. Raises `psutil.NoSuchProcess`."""
    process = psutil.Process(pid)
    with process.oneshot():
        times = process.cpu_times()
        return Sample(at, process.memory_info().rss, process.num_fds(), times.user + times.system)


def connections(pid: int, names: Mapping[int, str]) -> Counter[str]:
    """The process's open connections, by the server's name.

    Args:
        pid: the process.
        names: of the servers, by port.
    """
    found = psutil.Process(pid).net_connections("tcp")
    ports = [each.raddr.port for each in found if each.status == psutil.CONN_ESTABLISHED]
    return Counter(names.get(port, "others") for port in ports)


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
