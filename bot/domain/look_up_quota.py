"""A token bucket for each person: so many things at once, then one more each so many seconds."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Quota:
    """How much each person has left.

    Args:
        burst: how many somebody can take at once.
        seconds: after how many seconds one more is theirs.
    """

    burst: int
    seconds: float
    _full_at: dict[str, float] = field(default_factory=dict)  # by whom: when their bucket will be full again

    def take(self, who: str, now: float) -> bool:
        """Take one.

        Args:
            who: whose.
            now: in seconds, by a clock that never steps back.

        Returns:
            False if they have none left; then nothing is taken.
        """
        full_at = max(self._full_at.get(who, now), now) + self.seconds
        if full_at > now + self.burst * self.seconds:
            return False
        self._full_at = {person: full for person, full in self._full_at.items() if full > now}
        self._full_at[who] = full_at
        return True

    def give_back(self, who: str) -> None:
        """Give one back that was not needed."""
        if who in self._full_at:
            self._full_at[who] -= self.seconds
