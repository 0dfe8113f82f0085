"""Who a person is and what they may do: decided in one place, which returns an identity or raises `Refused`.

Slack is asked as little as possible, since everyone shares its quota. It is not asked about people who are refused
without it, not again within ten seconds about a person who was just refused, and not more often than a person's own
quota allows: someone who presses a button all day uses up their own look-ups, not those of others.
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
from bot.observability.spans import Timed

REFUSED_FOR = 10.0  # seconds for which a cached answer is enough to refuse; after that Slack is asked again first
BURST = 20  # look-ups that one person has at once
EACH = 3.0  # seconds until a person has one more; users.info allows the whole app about a hundred a minute


class Authorizer:
    """Says who may do what.

    Args:
        directory: what Slack says about people.
        policy: the access policy.
        clock: in seconds; never steps back.
    """

    def __init__(self, directory: Directory, policy: AccessPolicy, clock: Callable[[], float] = time.monotonic) -> None:
        self._directory = directory
        self._policy = policy
        self._clock = clock
        self._quota = Quota(BURST, EACH)

    async def identify(
        self, user: SlackUser, channel: str | None, *, fresh: bool = False, asked_by: SlackUser | None = None
    ) -> Identity:
        """Who `user` is, if they may ask for deletions and confirm them in `channel`.

        Args:
            user: as Slack's payload or an `Identity` names them.
            channel: the conversation in which they ask; None if that does not matter.
            fresh: use nothing from the cache; for everything that leads to a DELETE.
            asked_by: who clicked, if it is not `user`: the look-up is charged to that person's quota.

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
        """Who `user` is, in any channel and regardless of `[allow]`. Raises as `identify` does."""
        return await self._decide(
            user, self._policy.refuse_nobody(user), lambda entry: self._policy.recognise(user, entry)
        )

    async def identify_to_stop(self, user: SlackUser, channel: str) -> Identity:
        """Who `user` is, if they may stop or cancel deletions in `channel`. Works even if Slack cannot be asked.

        Raises:
            Refused: they may not.
        """
        return await self._decide(
            user,
            self._policy.refuse_early(user, channel),
            lambda entry: self._policy.identify_to_stop(user, channel, entry),
        )

    async def identify_admin(self, user: SlackUser, *, to_stop: bool = False) -> Identity:
        """The admin that `user` is.

        Args:
            user: as Slack's payload names them.
            to_stop: True for a freeze, for which Slack need not be asked. An unfreeze is checked like a confirmation.

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
        """What `decide` makes of the directory's entry. Nobody is refused because of an old cached answer."""
        payer = (asked_by or user).id
        with Timed("authorize") as timed:
            decision = early or await self._decide_with_slack(user, decide, payer, fresh=fresh)
            if isinstance(decision, Refusal):
                timed.result = decision.reason
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
        """The directory's entry; None if the payer's quota is used up. A cached answer costs nothing."""
        if not self._quota.take(payer, self._clock()):
            return None
        with waiting_for(Dependency.SLACK):
            entry = await self._directory.look_up(user, fresh=fresh)
        if entry.cached:
            self._quota.give_back(payer)
        return entry
