"""Steps of Redis's clock, noticed by comparing it with this machine's.

NTP steps it after a machine was suspended, and after a failover the new server's may differ.
"""

from dataclasses import dataclass

from bot.deletions import clock

_QUIET = 2.0  # seconds
_TOLERANCE = 2_000  # milliseconds; clocks drift by far less between two readings


@dataclass(frozen=True, slots=True)
class Step:
    """A step of Redis's clock.

    Args:
        ms: by how much; negative if it went back.
        since: what was recorded from then on, in ms of Redis's clock as it now is, may have been recorded after it.
    """

    ms: int
    since: int


class ClockWatch:
    """Compares readings of Redis's clock, each with when it was asked for and when its answer was there.

    Those two are in seconds of a clock that never steps and counts suspension (`bot.deletions.clock.now`).
    """

    def __init__(self) -> None:
        self._last: tuple[float, int, float] | None = None
        self._quiet_until = 0.0

    @property
    def quiet(self) -> bool:
        """Whether a step was noticed just now, so that another replica may still be moving deadlines."""
        return clock.now() < self._quiet_until

    def read(self, asked: float, redis: int, answered: float) -> Step | None:
        """Note a reading, in ms. Returns the step since the last one, if delays cannot explain the difference."""
        last, self._last = self._last, (asked, redis, answered)
        if last is None:
            return None
        earliest = last[1] + round((asked - last[2]) * 1_000)
        latest = last[1] + round((answered - last[0]) * 1_000)
        since = redis - round((answered - last[0]) * 1_000)
        if earliest - _TOLERANCE <= redis <= latest + _TOLERANCE:
            return None
        self._quiet_until = answered + _QUIET
        return Step(redis - (earliest if redis < earliest else latest), since)
