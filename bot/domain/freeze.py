"""The freeze: the kill switch that an admin sets and lifts."""

from dataclasses import dataclass

from bot.domain.identity import SlackUser


@dataclass(frozen=True, slots=True)
class Freeze:
    """An admin has stopped everything: nothing can be requested, confirmed or sent.

    Args:
        by: who set it.
        at: when, in ms of Redis's clock.
        reason: why; may be "".
    """

    by: SlackUser
    at: int
    reason: str = ""
