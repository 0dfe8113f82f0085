"""Who is asked to confirm a request: those whom the settings name and who may confirm it at that moment."""

import asyncio
from collections.abc import Iterable

import structlog

from bot.deletions.authorizer import Authorizer
from bot.deletions.ports import Usergroups
from bot.domain.access import Identity
from bot.domain.confirmations import same_operator
from bot.domain.deletion import Deletion
from bot.domain.identity import SlackUser
from bot.domain.profile import Unseen
from bot.domain.refusal import UNCHECKED, Reason, Refused

LARGEST_GROUP = 15
"""How many members of a user group are looked up individually. A larger group is mentioned as a whole: checking every
member would use up Slack's quota, which people need for their clicks."""
_log = structlog.get_logger(__name__)


class Approvers:
    """Finds the approvers.

    Args:
        authorizer: says who may confirm.
        usergroups: says who is in a group.
        ask: IDs of the people (U…, W…) and user groups (S…) of `[second_person] ask`.
    """

    def __init__(self, authorizer: Authorizer, usergroups: Usergroups, ask: Iterable[str] = ()) -> None:
        self._authorizer = authorizer
        self._usergroups = usergroups
        self._ask = tuple(ask)

    @property
    def named(self) -> bool:
        """Whether the settings name anyone."""
        return bool(self._ask)

    async def of(self, deletion: Deletion) -> tuple[str, ...]:
        """The IDs to be mentioned for `deletion`; empty if none of them may confirm it.

        People who cannot be checked are left out. If that leaves nobody, they are asked after all, since their click
        is checked anyway.
        """
        listed = await asyncio.gather(*(self._members(each, deletion.requester) for each in self._ask))
        candidates = dict.fromkeys(each for members in listed for each in members)
        answers = await asyncio.gather(*(self._may(each, deletion) for each in candidates))
        may = tuple(each for each, answer in zip(candidates, answers, strict=True) if answer is True)
        unchecked = tuple(each for each, answer in zip(candidates, answers, strict=True) if answer is None)
        if unchecked:
            _log.warning("approvers not checked", deletion=deletion.id, users=unchecked)
        return may or unchecked

    async def _members(self, listed: str, requester: SlackUser) -> tuple[str, ...]:
        """The person itself; for a group its members, or the group itself if it is large or cannot be read now."""
        if not listed.startswith("S"):
            return (listed,)
        members = await self._usergroups.members(listed, requester)
        if members is Unseen.NO_SUCH_GROUP:
            return ()
        if isinstance(members, Unseen) or len(members) > LARGEST_GROUP:
            return (listed,)
        return tuple(sorted(members))

    async def _may(self, listed: str, deletion: Deletion) -> bool | None:
        """Whether this person may confirm it; None if that could not be checked.

        Those who are not looked up, to spare Slack's quota, always may: whole groups, and all after the first few.
        """
        if listed.startswith("S"):
            return True
        user = SlackUser(deletion.requester.team, listed)
        if user == deletion.requester:
            return False
        try:
            found = await self._authorizer.identify(user, deletion.channel, asked_by=deletion.requester)
        except Refused as refused:
            return None if refused.reason in UNCHECKED else refused.reason is Reason.ASKED_TOO_OFTEN
        return _is_another(found, deletion)


def _is_another(found: Identity, deletion: Deletion) -> bool:
    return found.user != deletion.requester and not same_operator(found.operator, deletion.operator)
