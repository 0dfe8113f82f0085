"""How often a request is attempted, and how long it waits in between."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Attempts, pauses and limits; all times in seconds.

    Args:
        delete: the most attempts at one DELETE.
        look_up: the most attempts at one GET of a look-up.
        first_pause: before the second attempt; doubled each time, and a little at random.
        longest_pause: the most of it.
        throttled_pause: after a 429 that has no `Retry-After`; the gateway's page says 2 to 5.
        deletes: the most DELETEs in flight at once.
        look_ups: the most GETs in flight at once; apart from the DELETEs, which must not wait for them.
        search: for a search as a whole.
    """

    delete: int = 4
    look_up: int = 2
    first_pause: float = 0.25
    longest_pause: float = 2.0
    throttled_pause: float = 3.0
    deletes: int = 8
    look_ups: int = 16
    search: float = 3.0
