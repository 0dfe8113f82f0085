"""Log lines that anyone on the network can cause: at most one a minute of each kind, with a count."""

import time
from collections.abc import Callable

import structlog

_log = structlog.get_logger(__name__)


class Seldom:
    """Warnings at a bounded rate.

    Args:
        seconds: the least time between two lines with the same event and reason.
        clock: seconds, for tests.
    """

    def __init__(self, seconds: float = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._next: dict[tuple[str, str], float] = {}
        self._untold: dict[tuple[str, str], int] = {}

    def warn(self, event: str, reason: str = "", **values: object) -> None:
        """Log `event`, unless the same was logged a moment ago; the next line then says how many were left out.

        Args:
            event: what happened.
            reason: one of a few texts: each is remembered.
            **values: shown in the line, and not compared.
        """
        kind, now = (event, reason), self._clock()
        if now < self._next.get(kind, 0):
            self._untold[kind] = self._untold.get(kind, 0) + 1
            return
        self._next[kind] = now + self._seconds
        if reason:
            values["reason"] = reason
        if untold := self._untold.pop(kind, 0):
            values["left_out_before"] = untold
        _log.warning(event, **values)
