"""A token bucket for each person: a burst of look-ups, then one more every few seconds."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Quota:
    """How many look-ups each person has left.

    Args:
        burst: how many a person can use at once.
        seconds: after how many seconds they get one more.
    """

    burst: int
    seconds: float
    _full_at: dict[str, float] = field(default_factory=dict)  # by person: when their bucket will be full again

    def take(self, who: str, now: float) -> bool:
        """Take one look-up from a person's bucket.

        Args:
            who: the person.
            now: in seconds, by a clock that never steps back.

        Returns:
            False if none is left, and nothing was taken.
        """
        full_at = max(self._full_at.get(who, now), now) + self.seconds
        if full_at > now + self.burst * self.seconds:
            return False
        self._full_at = {person: full for person, full in self._full_at.items() if full > now}
        self._full_at[who] = full_at
        return True

    def give_back(self, who: str) -> None:
        """Put back a look-up that was not needed."""
        if who in self._full_at:
            self._full_at[who] -= self.seconds
