"""The freeze: the kill switch that an admin sets and lifts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

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


class Known(StrEnum):
    """How far a freeze or an unfreeze has become known, apart from the channels that still have to be told."""

    RECORDED = "recorded"
    LISTED = "listed"  # it is known which channels have to be told
    SHOWN = "shown"  # and every waiting prompt shows it; every grace period that it ends is being stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeChange:
    """The latest freeze or unfreeze, and how far it has become known.

    Args:
        id: made for each of them.
        freeze: the freeze; None if it was lifted.
        by: who did it.
        known: how far it has become known.
        channels: those that are told of it; while it is only recorded, those that were told of the one before.
        untold: those of them that have not been told yet.
    """

    id: str
    freeze: Freeze | None
    by: SlackUser
    known: Known = Known.RECORDED
    channels: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()

    @property
    def spreads(self) -> bool:
        """Whether there is still a prompt to be redrawn or a channel to be told."""
        return self.known is not Known.SHOWN or bool(self.untold)

    def listed(self, channels: Iterable[str]) -> "FreezeChange":
        """This, once it is known whom to tell. Whoever was told of a freeze is told of its end.

        Args:
            channels: those in which something waits, and those of `[notify]`.
        """
        concerned = tuple(dict.fromkeys(channels if self.freeze else (*channels, *self.channels)))
        return replace(self, known=Known.LISTED, channels=concerned, untold=concerned)
