"""Repeated refusals become one audit event with a count, so that nobody can fill the audit log by pressing a button.

The first refusal of a person for a reason is recorded at once, as it is. Repetitions within the window are only
counted, for any task and channel, and recorded as one event when the window is over. Each replica counts separately, so
a person causes at most two events per window, reason and replica.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

_T = TypeVar("_T")
_Key = tuple[str, ...]


@dataclass(slots=True)
class _Window(Generic[_T]):
    ends: float
    latest: _T
    repeats: int = 0


@dataclass(slots=True)
class RefusalCounter(Generic[_T]):
    """Decides which refusals are recorded, and how many each stands for.

    Args:
        seconds: how long a window is.
    """

    seconds: float = 60.0
    _windows: dict[_Key, _Window[_T]] = field(default_factory=dict)

    def add(self, key: _Key, refusal: _T, now: float) -> bool:
        """Count a refusal.

        Args:
            key: who was refused, what they tried, and why; nothing in it may be freely chosen by the person.
            refusal: what would be recorded.
            now: in seconds, by a clock that never steps back.

        Returns:
            True if it is to be recorded now; False if `due` will return it.
        """
        window = self._windows.get(key)
        if window is None:
            self._windows[key] = _Window(now + self.seconds, refusal)
            return True
        window.repeats += 1
        window.latest = refusal
        return False

    def due(self, now: float) -> list[tuple[_T, int]]:
        """The latest refusal of each window that is over, and how many it stands for.

        Call this every few seconds, and once more with `now=math.inf` before the process ends. A window with
        repetitions is followed by another one, so that a person who continues is recorded once per window.
        """
        over = {key: window for key, window in self._windows.items() if now >= window.ends}
        for key, window in over.items():
            del self._windows[key]
            if window.repeats:
                self._windows[key] = _Window(now + self.seconds, window.latest)
        return [(window.latest, window.repeats) for window in over.values() if window.repeats]
