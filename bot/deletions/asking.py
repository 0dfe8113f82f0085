"""What people ask for: a request by slash command, then the clicks on its prompt.

Everything is recorded in Redis before it is answered; the work that follows goes on in the background.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.deletions.background import Background
from bot.deletions.carrying_on import Carrier
from bot.deletions.ports import DeletionStore, NewDeletion
from bot.domain.deletion import Act, Decision, Deletion, Prompt, ResponseUrl, decide
from bot.domain.errors import MaybeRecordedError
from bot.domain.next_step import Timings
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

    def __init__(
        self, store: DeletionStore, carrier: Carrier, background: Background, policy: Policy, timings: Timings
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._background = background
        self._policy = policy
        self._answer_within = timings.answer / 1_000

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
        async with self._in_time():
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
        async with self._in_time():
            deletion = await self._store.load(deletion_id)
            if deletion is None:
                self._background.start(self._carrier.retire(clicked, response_url), name=deletion_id)
                return Clicked(Decision(Reason.UNKNOWN_DELETION), None)
            return await self._act(deletion, act, by, clicked, response_url)

    async def _act(
        self, deletion: Deletion, act: Act, by: SlackUser, clicked: Prompt, response_url: ResponseUrl | None
    ) -> Clicked:
        decision = decide(deletion, act, by, deletion.seen_at, self._policy)
        while decision.to is not None:  # each loss means that the state has moved on, so this ends
            if clicked.ephemeral and response_url is not None:
                await self._store.keep_response_url(deletion.id, response_url)
            held_since = time.monotonic()
            token = secrets.token_urlsafe(16)
            deletion, won = await self._store.advance(deletion, decision.to, token=token, prompt=clicked)
            if won:
                self._carry_on(deletion, held_since, response_url)
                break
            decision = decide(deletion, act, by, deletion.seen_at, self._policy)
        stale = decision.reason in (Reason.OTHER_STATE, Reason.EXPIRED)
        duplicate = (
            decision.to is not None and clicked != deletion.prompt
        )  # posted, but its poster died before noting it
        if stale or duplicate:
            self._background.start(self._carrier.redraw_clicked(deletion, clicked, response_url), name=deletion.id)
        return Clicked(decision, deletion)

    def _carry_on(self, deletion: Deletion, held_since: float, response_url: ResponseUrl | None) -> None:
        self._background.start(self._carrier.carry_on(deletion, held_since, response_url), name=deletion.id)

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """Whatever Redis does, the person is answered before Slack gives up."""
        try:
            async with asyncio.timeout(self._answer_within):
                yield
        except TimeoutError as error:
            raise MaybeRecordedError from error
