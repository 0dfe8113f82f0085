"""The rate limits: how many deletions may be confirmed in an hour."""

from dataclasses import dataclass

HOUR = 3_600_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Limits:
    """`[limits]`: how many second confirmations an hour takes; 0 for no limit.

    Args:
        per_hour: for everyone together.
        per_hour_per_person: for the requests of one person.
    """

    per_hour: int = 0
    per_hour_per_person: int = 0


@dataclass(frozen=True, slots=True)
class LimitReached:
    """As many deletions have been confirmed in the past hour as a limit allows.

    Args:
        limit: how many an hour takes.
        until: when the next one is possible, in ms of Redis's clock.
        per_person: True if it is the limit of one person, False if everyone's.
        first: True for the first refusal within an hour: the admins are told of it.
    """

    limit: int
    until: int
    per_person: bool
    first: bool = False
