"""The clock for times that people see.

Decisions use Redis's clock. If it differs from Slack's by more than a few seconds, people see times by Slack's, which
is close to theirs.
"""

from bot.domain.text import Moment

_ahead = 0  # ms by which Redis's clock is ahead of people's, as it was last measured


def shift_times(ahead: int) -> None:
    """From now on, show times by Redis's clock `ahead` ms earlier."""
    global _ahead  # noqa: PLW0603 - a fact about this machine, as its time zone is
    _ahead = ahead


def shown_time(moment: Moment) -> int:
    """The moment as people are shown it, in ms since 1970."""
    return moment.ms if moment.elsewhere else moment.ms - _ahead
