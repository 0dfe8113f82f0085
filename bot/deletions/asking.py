"""What people ask for: a request by slash command, then the clicks on its prompt.

Everything is recorded in Redis before it is answered; the work that follows goes on in the background.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.deletions.background import Background
from bot.deletions.carrying_on import Carrier
from bot.deletions.people import People
from bot.deletions.ports import DeletionStore, Directory, NewDeletion
from bot.domain.confirmation import Safeguards, SecondStep
from bot.domain.deletion import Act, Decision, Deletion, Prompt, ResponseUrl, State, decide
from bot.domain.errors import MaybeRecordedError
from bot.domain.next_step import Timings
from bot.domain.operators import Known, Operator, SlackUser
from bot.domain.policy import Permission, Policy
from bot.domain.reasons import Reason


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
        asks_for_task_id: True where the next thing is to type the task's ID.
    """

    decision: Decision
    deletion: Deletion | None
    asks_for_task_id: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to the bot.

    Args:
        operator: as whom they act, and which settings say so; or why there is nobody.
        permission: whether they may ask where they are now.
        safeguards: what a deletion asked for there takes.
    """

    operator: Operator | Reason
    permission: Permission
    safeguards: Safeguards


class Deletions:
    """The way in: `bot.slack.listeners` calls this, and nothing else does."""

    def __init__(  # noqa: PLR0913, PLR0917 - what the shell stands on
        self,
        store: DeletionStore,
        carrier: Carrier,
        background: Background,
        directory: Directory,
        policy: Policy,
        timings: Timings,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._background = background
        self._people = People(directory, policy)
        self._policy = policy
        self._answer_within = timings.answer / 1_000

    async def request(
        self, task_id: str, by: SlackUser, channel: str, response_url: ResponseUrl | None = None
    ) -> Requested:
        """Record the request of `by` for `task_id`, and post its prompt in the background.

        Raises:
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        async with self._in_time():
            permission = await self._people.judge(
                [by],
                lambda known: self._policy.may_ask(by, channel, known.get(by, Known())),
                lambda permission: permission.given,
            )
            if not permission.given:
                return Requested(permission)
            new = NewDeletion(secrets.token_urlsafe(16), task_id, by, permission.operator, channel)
            held_since = time.monotonic()
            deletion, created = await self._store.request(new)
        if created:
            self._carry_on(deletion, held_since, response_url)
        return Requested(permission, deletion, created)

    async def whoami(self, by: SlackUser, channel: str) -> Identity:
        """Who `by` is to the bot, and what they may do in `channel`."""

        def identity(known: Mapping[SlackUser, Known]) -> Identity:
            of_them = known.get(by, Known())
            safeguards = self._policy.confirmation.of(channel)
            return Identity(self._policy.operator(by, of_them), self._policy.may_ask(by, channel, of_them), safeguards)

        return await self._people.judge([by], identity, lambda identity: identity.permission.given)

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
            if clicked.ephemeral and response_url is not None and by == deletion.requester:
                await self._store.keep_response_url(deletion.id, response_url)
            acted = await self._act(deletion, act, by, response_url, clicked=clicked)
        now, decision = acted.deletion or deletion, acted.decision
        stale = decision.reason in (Reason.OTHER_STATE, Reason.EXPIRED)
        duplicate = decision.to is not None and clicked != now.prompt  # posted, but its poster died before noting it
        if stale or duplicate:
            self._background.start(self._carrier.redraw_clicked(now, clicked, response_url), name=now.id)
        return acted

    async def confirm_typed(self, deletion_id: str, typed: str, by: SlackUser) -> Clicked:
        """Record a second confirmation for which something was typed in place of the task's ID.

        Raises:
            PersonError: as `click`.
        """
        async with self._in_time():
            deletion = await self._store.load(deletion_id)
            if deletion is None:
                return Clicked(Decision(Reason.UNKNOWN_DELETION), None)
            return await self._act(deletion, Act.CONFIRM, by, None, typed=typed)

    async def _act(  # noqa: PLR0913 - who does what to what, from where
        self,
        deletion: Deletion,
        act: Act,
        by: SlackUser,
        response_url: ResponseUrl | None,
        *,
        clicked: Prompt | None = None,
        typed: str | None = None,
    ) -> Clicked:
        safeguards = self._policy.confirmation.of(deletion.channel)
        while True:  # each loss means that the state has moved on, so this ends
            decision = await self._decide(deletion, act, by, typed)
            if decision.to is None:
                break
            held_since = time.monotonic()
            token = secrets.token_urlsafe(16)
            deletion, won = await self._store.advance(
                deletion, decision.to, token=token, by=by, grace=safeguards.grace, prompt=clicked
            )
            if won:
                self._carry_on(deletion, held_since, response_url)
                break
        reviewed = safeguards.second_step is SecondStep.TYPED and decision.to is State.REVIEWED
        return Clicked(decision, deletion, reviewed or decision.reason is Reason.TASK_ID_NOT_TYPED)

    async def _decide(self, deletion: Deletion, act: Act, by: SlackUser, typed: str | None) -> Decision:
        """What the act does. A second confirmation never rests on what is only remembered of people."""
        return await self._people.judge(
            [by, deletion.requester] if act is Act.CONFIRM else [by],
            lambda known: decide(deletion, act, by, deletion.seen_at, self._policy, known, typed),
            lambda decision: decision.to is not None,
            fresh=act is Act.CONFIRM,
        )

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
