"""How often a request is attempted, and how long to wait in between."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Attempts, pauses and limits; all times in seconds.

    Args:
        delete: maximum number of attempts for one DELETE.
        look_up: maximum number of attempts for one GET of a look-up.
        first_pause: pause before the second attempt; doubled each time, with some jitter.
        longest_pause: maximum pause.
        throttled_pause: pause after a 429 without `Retry-After`; the gateway's docs say 2 to 5.
        deletes: maximum number of DELETEs in flight.
        look_ups: maximum number of GETs in flight; counted separately, since DELETEs must not wait for them.
        search: time limit for a whole search.
        suggest: the same, or of reading a list of tasks, if a person waits for suggestions.
    """

    delete: int = 4
    look_up: int = 2
    first_pause: float = 0.25
    longest_pause: float = 2.0
    throttled_pause: float = 3.0
    deletes: int = 8
    look_ups: int = 16
    search: float = 3.0
    suggest: float = 0.7
