"""The old name of `bot.domain.refusal.Reason`, until nothing imports it from here."""

from bot.domain.refusal import Reason

__all__ = ["Reason"]
