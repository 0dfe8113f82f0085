"""This machine's clock, which doctor compares with others'. Nothing else here reads it."""

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime


def now() -> float:
    """Seconds since 1970 by this machine's clock."""
    return time.time()


def ahead_of(headers: Mapping[str, str]) -> float | None:
    """By how many seconds this machine is ahead of the server that just sent these headers, to about a second.

    None if they have no `date` that can be read.
    """
    try:
        return now() - parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None


def apart(seconds: float, whose: str, than: str) -> str:
    """How far two clocks are apart, such as "Redis's clock is 90 s behind this machine's"."""
    return f"{whose} clock is {abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} {than}"
