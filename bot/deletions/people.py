"""The old way to ask who may, until the deletions ask the `Authorizer`. Nothing new belongs here."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from bot.deletions.ports import Directory
from bot.domain.identity import SlackUser
from bot.domain.operators import Known
from bot.domain.policy import Policy

_T = TypeVar("_T")


class People:
    """Asks the directory, but not about those who are nobody here whatever Slack says."""

    def __init__(self, directory: Directory, policy: Policy) -> None:
        self._directory = directory
        self._policy = policy

    async def judge(
        self,
        users: Iterable[SlackUser],
        verdict: Callable[[Mapping[SlackUser, Known]], _T],
        accepted: Callable[[_T], bool],
        *,
        fresh: bool = False,
    ) -> _T:
        """What `verdict` makes of `users`. Nobody is refused by what was only remembered: then they are asked anew.

        Args:
            users: whom it is about.
            verdict: a pure function of what is known of them.
            accepted: whether a verdict lets them act.
            fresh: ask anew in any case.
        """
        known = await self._known(users, fresh=fresh)
        judged = verdict(known)
        if accepted(judged) or not any(one.cached for one in known.values()):
            return judged
        return verdict(await self._known(users, fresh=True))

    async def _known(self, users: Iterable[SlackUser], *, fresh: bool) -> dict[SlackUser, Known]:
        asked = [user for user in dict.fromkeys(users) if self._policy.access.refuse_nobody(user) is None]
        answers = await asyncio.gather(*(self._directory.look_up(user, fresh=fresh) for user in asked))
        return dict(zip(asked, answers, strict=True))
