"""Stopping everything, and letting it go on: `/codecheck freeze` and `/codecheck unfreeze`."""

from dataclasses import dataclass

from bot.deletions.deadlines import in_time
from bot.deletions.ports import Brakes
from bot.deletions.refusals import Refusals
from bot.domain.brakes import Freeze
from bot.domain.identity import SlackUser
from bot.domain.next_step import Timings
from bot.domain.policy import Policy, Reason


@dataclass(frozen=True, slots=True)
class Braked:
    """What became of it.

    Args:
        reason: whether the person may.
        changed: True where it was not so already.
        freeze: the freeze in force.
    """

    reason: Reason
    changed: bool = False
    freeze: Freeze | None = None


class Braking:
    """Sets and releases the freeze, for admins."""

    def __init__(self, brakes: Brakes, refusals: Refusals, policy: Policy, timings: Timings) -> None:
        self._brakes = brakes
        self._refusals = refusals
        self._policy = policy
        self._timings = timings

    async def freeze(self, by: SlackUser, channel: str, why: str) -> Braked:
        """Stop everything: no request and no second confirmation is taken until it is released.

        Raises:
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        if (reason := self._permitted(by, channel, "freeze")) is not Reason.ALLOWED:
            return Braked(reason)
        async with in_time(self._timings):
            freeze, changed = await self._brakes.freeze(by, why)
        return Braked(reason, changed, freeze)

    async def unfreeze(self, by: SlackUser, channel: str) -> Braked:
        """Let everything go on. Raises as `freeze` does."""
        if (reason := self._permitted(by, channel, "unfreeze")) is not Reason.ALLOWED:
            return Braked(reason)
        async with in_time(self._timings):
            return Braked(reason, await self._brakes.unfreeze(by))

    def _permitted(self, by: SlackUser, channel: str, act: str) -> Reason:
        reason = self._policy.may_freeze(by)
        if reason is not Reason.ALLOWED:
            self._refusals.note(by, act, reason, channel)
        return reason
