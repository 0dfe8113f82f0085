"""The clock for expiring trigger IDs and response_urls; tests and the sandbox can move it forward."""

import time
from collections.abc import Callable


class Clock:
    """Seconds that never go back.

    Args:
        source: the underlying clock.
    """

    def __init__(self, source: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._ahead = 0.0

    def __call__(self) -> float:
        """The time now, in seconds."""
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move time forward."""
        self._ahead += seconds
