"""Slack's clock, which is close to that of the people who use it: each of its answers tells the time.

This machine's clock may be wrong by minutes. Then people must not be shown its times, and over HTTP it makes the bot
refuse all that Slack sends (`signature.py`), which `/readyz` has to report.
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from bot.deletions import clock


class SlackClock:
    """What time it is at Slack, to about a second; by this machine's clock until Slack has answered."""

    def __init__(self) -> None:
        self._told: tuple[float, float] | None = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Read the time off an answer that has just come. One that has no `Date` says nothing."""
        try:
            self._told = parsedate_to_datetime(headers["Date"]).timestamp(), clock.now()
        except (KeyError, ValueError):
            return

    def wall(self) -> int:
        """Milliseconds since 1970."""
        if self._told is None:
            return clock.wall()
        told, then = self._told
        return round((told + clock.now() - then) * 1_000)

    def machine_ahead(self) -> int:
        """By how many seconds this machine's clock is ahead of Slack's; negative if it is behind."""
        return round((clock.wall() - self.wall()) / 1_000)
