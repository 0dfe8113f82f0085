"""The freeze: admins set and lift it. `bot.deletions.freeze_spread` makes it known."""

from dataclasses import dataclass

from bot.deletions.authorizer import Authorizer
from bot.deletions.freeze_spread import FreezeSpread
from bot.deletions.ports import FreezeStore
from bot.deletions.refusals import Refusals
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a freeze did.

    Args:
        changed: False if it was already so.
        freeze: the freeze in force.
    """

    changed: bool
    freeze: Freeze


class Freezing:
    """Sets and lifts the freeze.

    Args:
        freezes: where it is recorded.
        authorizer: says who is an admin.
        refusals: records refusals.
        spread: makes it known.
    """

    def __init__(self, freezes: FreezeStore, authorizer: Authorizer, refusals: Refusals, spread: FreezeSpread) -> None:
        self._freezes = freezes
        self._authorizer = authorizer
        self._refusals = refusals
        self._spread = spread

    async def freeze(self, by: SlackUser, reason: str, channel: str) -> Frozen:
        """Stop everything: until the freeze is lifted, no request or confirmation is accepted and no call is sent.

        Args:
            by: who freezes.
            reason: why; may be "".
            channel: the conversation in which they do it.

        Raises:
            Refused: they are not an admin.
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        with self._refusals.recorded(by, "freeze", channel):
            admin = await self._authorizer.identify_admin(by, to_stop=True)
        freeze, changed = await self._freezes.freeze(admin.user, reason)
        self._spread.start(at_once=True)
        return Frozen(changed, freeze)

    async def unfreeze(self, by: SlackUser, channel: str) -> bool:
        """Lift the freeze. Returns whether there was one. Raises as `freeze` does."""
        with self._refusals.recorded(by, "unfreeze", channel):
            admin = await self._authorizer.identify_admin(by)
        changed = await self._freezes.unfreeze(admin.user)
        self._spread.start(at_once=True)
        return changed
