"""A probe for `/readyz` of work that has to happen again and again, such as the sweep."""

import time
from collections.abc import Callable

from bot.observability.health import READY, State


class Pulse:
    """Beats whenever the work is done.

    Args:
        within: seconds after which the next beat is missed.
        clock: in seconds; never steps back.
    """

    def __init__(self, within: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._within = within
        self._clock = clock
        self._last = clock()

    def beat(self) -> None:
        """The work has just been done."""
        self._last = self._clock()

    async def state(self) -> State:
        """Ready while it has not been missed."""
        silent = self._clock() - self._last
        return READY if silent <= self._within else State(ready=False, reason=f"has not run for {round(silent)} s")
