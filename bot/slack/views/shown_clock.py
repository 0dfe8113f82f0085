"""The clock by which people are shown times.

Redis's decides. If it differs from this machine's by more than a few seconds, times are shown as this machine's clock
has them, which is near the reader's: Slack refuses requests of a machine whose clock is wrong by minutes.
"""

from bot.domain.text import Moment

_ahead = 0  # ms by which Redis's clock is ahead, as it was last measured


def shift_times(ahead: int) -> None:
    """Show times that are by Redis's clock `ahead` ms earlier from now on."""
    global _ahead  # noqa: PLW0603 - a fact about this machine, as its time zone is
    _ahead = ahead


def shown_time(moment: Moment) -> int:
    """The moment as people are shown it, in ms since 1970."""
    return moment.ms if moment.elsewhere else moment.ms - _ahead
