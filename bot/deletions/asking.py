"""What people ask for: a request by slash command, then the clicks on its prompt.

Everything is recorded in Redis before it is answered; the work that follows goes on in the background.
"""

import secrets
import time
from dataclasses import dataclass

from bot.deletions.background import Background
from bot.deletions.carrying_on import Carrier
from bot.deletions.ports import DeletionStore, NewDeletion
from bot.domain.deletion import Act, Decision, Deletion, Prompt, ResponseUrl, decide
from bot.domain.operators import SlackUser
from bot.domain.policy import Permission, Policy, Reason


@dataclass(frozen=True, slots=True)
class Requested:
    """What became of a slash command.

    Args:
        permission: whether the person may ask at all.
        deletion: the new deletion, or the one for the same task that has not ended; None where the person may not ask.
        created: True where `deletion` is new.
    """

    permission: Permission
    deletion: Deletion | None = None
    created: bool = False


@dataclass(frozen=True, slots=True)
class Clicked:
    """What became of a click.

    Args:
        decision: why it changed something or nothing.
        deletion: as it now is; None where it is no longer known.
    """

    decision: Decision
    deletion: Deletion | None


class Deletions:
    """The way in: `bot.slack.listeners` calls this, and nothing else does."""

    def __init__(self, store: DeletionStore, carrier: Carrier, background: Background, policy: Policy) -> None:
        self._store = store
        self._carrier = carrier
        self._background = background
        self._policy = policy

    async def request(
        self, task_id: str, by: SlackUser, channel: str, response_url: ResponseUrl | None = None
    ) -> Requested:
        """Record the request of `by` for `task_id`, and post its prompt in the background.

        Raises:
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        permission = self._policy.permission(by, channel)
        if not permission.given:
            return Requested(permission)
        new = NewDeletion(secrets.token_urlsafe(16), task_id, by, permission.operator, channel)
        held_since = time.monotonic()
        deletion, created = await self._store.request(new)
        if created:
            self._carry_on(deletion, held_since, response_url)
        return Requested(permission, deletion, created)

    async def click(
        self,
        deletion_id: str,
        act: Act,
        by: SlackUser,
        clicked: Prompt,
        response_url: ResponseUrl | None = None,
    ) -> Clicked:
        """Record what a click on a prompt's button does, and go on with the deletion in the background.

        Raises:
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        deletion = await self._store.load(deletion_id)
        if deletion is None:
            self._background.start(self._carrier.retire(clicked, response_url), name=deletion_id)
            return Clicked(Decision(Reason.UNKNOWN_DELETION), None)
        decision = decide(deletion, act, by, deletion.seen_at, self._policy)
        while decision.to is not None:  # each loss means that the state has moved on, so this ends
            if clicked.ephemeral and response_url is not None:
                await self._store.keep_response_url(deletion_id, response_url)
            held_since = time.monotonic()
            deletion, won = await self._store.advance(
                deletion, decision.to, token=secrets.token_urlsafe(16), prompt=clicked
            )
            if won:
                self._carry_on(deletion, held_since, response_url)
                return Clicked(decision, deletion)
            decision = decide(deletion, act, by, deletion.seen_at, self._policy)
        if decision.reason in (Reason.OTHER_STATE, Reason.EXPIRED):
            self._background.start(self._carrier.redraw_clicked(deletion, clicked, response_url), name=deletion_id)
        return Clicked(decision, deletion)

    def _carry_on(self, deletion: Deletion, held_since: float, response_url: ResponseUrl | None) -> None:
        self._background.start(self._carrier.carry_on(deletion, held_since, response_url), name=deletion.id)
