"""The time by which trigger IDs and response_urls expire, which tests and the sandbox can move on."""

import time
from collections.abc import Callable


class Clock:
    """Seconds that only grow.

    Args:
        source: where they come from.
    """

    def __init__(self, source: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._ahead = 0.0

    def __call__(self) -> float:
        """The time now, in seconds."""
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self._ahead += seconds
