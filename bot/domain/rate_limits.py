"""The rate limits: how many deletions may be confirmed in an hour."""

from dataclasses import dataclass

HOUR = 3_600_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Limits:
    """`[limits]`: how many second confirmations are allowed per hour; 0 for no limit.

    Args:
        per_hour: for all people together.
        per_hour_per_person: for the requests of one person.
    """

    per_hour: int = 0
    per_hour_per_person: int = 0


@dataclass(frozen=True, slots=True)
class LimitReached:
    """As many deletions have been confirmed in the past hour as a limit allows.

    Args:
        limit: how many are allowed per hour.
        until: when the next one is possible, in ms of Redis's clock.
        per_person: True for the limit per person, False for the common limit.
        first: True for the first refusal within an hour, which the admins are told about.
    """

    limit: int
    until: int
    per_person: bool
    first: bool = False
