"""Who somebody is and whether they may: asked in one place, answered by an identity or by `Refused`.

Slack is asked as little as possible, since its quota is everybody's: not about those who are refused without it; not
again within ten seconds about somebody who was refused; and not more often than a person's own quota allows, so that
whoever presses a button all day uses up their look-ups and not those of the others.
"""

import time
from collections.abc import Callable

from bot.deletions.acknowledgement_deadline import Dependency, waiting_for
from bot.deletions.ports import Directory
from bot.domain.access import AccessPolicy, Identity
from bot.domain.identity import SlackUser
from bot.domain.look_up_quota import Quota
from bot.domain.profile import DirectoryEntry
from bot.domain.refusal import Reason, Refusal, Refused

REFUSED_FOR = 10.0  # seconds for which a remembered answer refuses; after that Slack is asked again first
BURST = 20  # look-ups of one person at once
EACH = 3.0  # seconds until a person has one more; users.info takes about a hundred a minute from the whole app


class Authorizer:
    """Says who may.

    Args:
        directory: what Slack says about people.
        policy: the rules.
        clock: in seconds; never steps back.
    """

    def __init__(self, directory: Directory, policy: AccessPolicy, clock: Callable[[], float] = time.monotonic) -> None:
        self._directory = directory
        self._policy = policy
        self._clock = clock
        self._quota = Quota(BURST, EACH)

    async def identify(
        self, user: SlackUser, channel: str, *, fresh: bool = False, asked_by: SlackUser | None = None
    ) -> Identity:
        """Who `user` is, if they may ask for deletions and confirm them in `channel`.

        Args:
            user: as Slack's payload names them, or as an `Identity` did.
            channel: where.
            fresh: do not take anything from memory: for what leads to a DELETE.
            asked_by: whose click needs it, if not theirs: the look-up is taken from that person's quota.

        Raises:
            Refused: they may not, or it could not be checked.
        """
        return await self._decide(
            user,
            self._policy.refuse_early(user, channel),
            lambda entry: self._policy.identify(user, channel, entry),
            fresh=fresh,
            asked_by=asked_by or user,
        )

    async def recognise(self, user: SlackUser) -> Identity:
        """Who `user` is, wherever they ask and whatever `[allow]` says. Raises as `identify` does."""
        return await self._decide(
            user, self._policy.refuse_nobody(user), lambda entry: self._policy.recognise(user, entry)
        )

    async def identify_to_stop(self, user: SlackUser, channel: str) -> Identity:
        """Who `user` is, if they may stop or cancel deletions in `channel`: also if Slack cannot be asked right now.

        Raises:
            Refused: they may not.
        """
        return await self._decide(
            user,
            self._policy.refuse_early(user, channel),
            lambda entry: self._policy.identify_to_stop(user, channel, entry),
        )

    async def identify_admin(self, user: SlackUser, *, to_stop: bool = False) -> Identity:
        """Which admin `user` is.

        Args:
            user: as Slack's payload names them.
            to_stop: True for a freeze, which needs no word of Slack's; an unfreeze is checked like a confirmation.

        Raises:
            Refused: they are not an admin, or it could not be checked.
        """
        if to_stop and (admin := self._policy.admin_unasked(user)) is not None:
            return admin
        return await self._decide(
            user,
            self._policy.refuse_admin_early(user),
            lambda entry: self._policy.identify_admin(user, entry),
            fresh=not to_stop,
        )

    async def _decide(
        self,
        user: SlackUser,
        early: Refusal | None,
        decide: Callable[[DirectoryEntry], Identity | Refusal],
        *,
        fresh: bool = False,
        asked_by: SlackUser | None = None,
    ) -> Identity:
        """What `decide` makes of the directory's entry. Nobody is refused by what was remembered for long."""
        payer = (asked_by or user).id
        decision = early or await self._decide_with_slack(user, decide, payer, fresh=fresh)
        if isinstance(decision, Refusal):
            raise Refused(decision.reason, **decision.values)
        return decision

    async def _decide_with_slack(
        self,
        user: SlackUser,
        decide: Callable[[DirectoryEntry], Identity | Refusal],
        payer: str,
        *,
        fresh: bool,
    ) -> Identity | Refusal:
        entry = await self._look_up(user, payer, fresh=fresh)
        if entry is None:
            unchecked = decide(DirectoryEntry())
            return Refusal(Reason.ASKED_TOO_OFTEN) if isinstance(unchecked, Refusal) else unchecked
        decision = decide(entry)
        if isinstance(decision, Refusal) and (entry.age or 0) > REFUSED_FOR:
            now = await self._look_up(user, payer, fresh=True)
            return decision if now is None else decide(now)
        return decision

    async def _look_up(self, user: SlackUser, payer: str, *, fresh: bool) -> DirectoryEntry | None:
        """The directory's entry; None if the payer's quota is used up. What was remembered costs nothing."""
        if not self._quota.take(payer, self._clock()):
            return None
        with waiting_for(Dependency.SLACK):
            entry = await self._directory.look_up(user, fresh=fresh)
        if entry.cached:
            self._quota.give_back(payer)
        return entry
