"""What people ask for: a request by slash command, then the clicks on its prompt.

Everything is recorded in Redis before it is answered; the work that follows goes on in the background.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.deletions.background import Background
from bot.deletions.deadlines import in_time
from bot.deletions.people import People
from bot.deletions.ports import DeletionStore, NewDeletion
from bot.deletions.refusals import Refusals
from bot.deletions.runner import Runner
from bot.domain.brakes import Brake
from bot.domain.confirmation import Safeguards, SecondStep
from bot.domain.deletion import Action, Decision, Deletion, Prompt, ResponseUrl, State, decide
from bot.domain.errors import BrakedError
from bot.domain.identity import SlackUser
from bot.domain.next_step import Timings
from bot.domain.operators import Known, Operator
from bot.domain.policy import Permission, Policy
from bot.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Requested:
    """What became of a slash command.

    Args:
        permission: whether the person may ask at all.
        deletion: the new deletion, or the one for the same task that has not ended; None where the person may not ask.
        created: True where `deletion` is new.
        brake: what refused it, or a freeze that is to be told with another refusal.
    """

    permission: Permission
    deletion: Deletion | None = None
    created: bool = False
    brake: Brake | None = None


@dataclass(frozen=True, slots=True)
class Clicked:
    """What became of a click.

    Args:
        decision: why it changed something or nothing.
        deletion: as it now is; None where it is no longer known.
        brake: what refused it, or a freeze that is to be told with another refusal.
        asks_for_task_id: True where the next thing is to type the task's ID.
    """

    decision: Decision
    deletion: Deletion | None
    brake: Brake | None = None
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

    def __init__(  # noqa: PLR0913, PLR0917 - each is something else that a request or a click needs
        self,
        store: DeletionStore,
        carrier: Runner,
        background: Background,
        people: People,
        policy: Policy,
        timings: Timings,
        refusals: Refusals,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._background = background
        self._people = people
        self._policy = policy
        self._timings = timings
        self._refusals = refusals

    async def request(
        self, task_id: str, by: SlackUser, channel: str, response_url: ResponseUrl | None = None
    ) -> Requested:
        """Record the request of `by` for `task_id`, and post its prompt in the background.

        Raises:
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        async with in_time(self._timings):
            permission = await self._people.judge(
                [by],
                lambda known: self._policy.may_ask(by, channel, known.get(by, Known())),
                lambda permission: permission.given,
            )
        if not permission.given:
            self._refusals.note(by, "delete", permission.reason, channel, task_id)
            return Requested(permission, brake=await self._refusals.freeze_to_tell(permission.reason))
        new = NewDeletion(secrets.token_urlsafe(16), task_id, by, permission.operator, channel)
        held_since = time.monotonic()
        try:
            async with in_time(self._timings):
                deletion, created = await self._store.request(new)
        except BrakedError as braked:
            reason = self._refusals.braked(braked.brake)
            self._refusals.note(by, "delete", reason, channel, task_id)
            return Requested(Permission(reason), brake=braked.brake)
        if created:
            self._carry_on(deletion, held_since, response_url)
        else:
            self._refusals.note(by, "delete", "already_requested", channel, deletion)
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
        act: Action,
        by: SlackUser,
        clicked: Prompt,
        response_url: ResponseUrl | None = None,
    ) -> Clicked:
        """Record what a click on a prompt's button does, and go on with the deletion in the background.

        Raises:
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        async with in_time(self._timings):
            deletion = await self._store.load(deletion_id)
            if deletion is None:
                self._background.start(self._carrier.retire(clicked, response_url), name=deletion_id)
                acted = Clicked(Decision(Reason.UNKNOWN_DELETION), None)
            else:
                if clicked.ephemeral and response_url is not None and by == deletion.requester:
                    await self._store.keep_response_url(deletion.id, response_url)
                acted = await self._act(deletion, act, by, response_url, clicked=clicked)
        now, decision = acted.deletion, acted.decision
        if now is not None:
            stale = decision.reason in (Reason.OTHER_STATE, Reason.EXPIRED)
            duplicate = decision.to is not None and clicked != now.prompt  # its poster died before noting it
            if stale or duplicate:
                self._background.start(self._carrier.redraw_clicked(now, clicked, response_url), name=now.id)
        return await self._noted(acted, act, by, clicked.channel)

    async def confirm_typed(self, deletion_id: str, typed: str, by: SlackUser) -> Clicked:
        """Record a second confirmation for which something was typed in place of the task's ID.

        Raises:
            PersonError: as `click`.
        """
        async with in_time(self._timings):
            deletion = await self._store.load(deletion_id)
            if deletion is None:
                acted = Clicked(Decision(Reason.UNKNOWN_DELETION), None)
            else:
                acted = await self._act(deletion, Action.CONFIRM, by, None, typed=typed)
        return await self._noted(acted, Action.CONFIRM, by, deletion.channel if deletion else "")

    async def _noted(self, acted: Clicked, act: Action, by: SlackUser, channel: str) -> Clicked:
        """What became of an act, recorded where it was refused; a freeze in force is told beside the refusal."""
        reason = acted.decision.reason
        if reason is Reason.ALLOWED or acted.asks_for_task_id:
            return acted
        self._refusals.note(by, act, reason, channel, acted.deletion or "")
        if acted.brake is not None:
            return acted
        return replace(acted, brake=await self._refusals.freeze_to_tell(reason))

    async def _act(  # noqa: PLR0913 - who does what to what, from where
        self,
        deletion: Deletion,
        act: Action,
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
            try:
                deletion, won = await self._store.advance(
                    deletion, decision.to, token=token, by=by, grace=safeguards.grace, prompt=clicked
                )
            except BrakedError as braked:
                at = clicked or deletion.prompt
                if at is not None:  # so that it shows the freeze
                    self._background.start(self._carrier.redraw_clicked(deletion, at, response_url), name=deletion.id)
                return Clicked(Decision(self._refusals.braked(braked.brake)), deletion, braked.brake)
            if won:
                self._carry_on(deletion, held_since, response_url)
                break
        reviewed = safeguards.second_step is SecondStep.TYPED and decision.to is State.REVIEWED
        asks = reviewed or decision.reason is Reason.TASK_ID_NOT_TYPED
        return Clicked(decision, deletion, asks_for_task_id=asks)

    async def _decide(self, deletion: Deletion, act: Action, by: SlackUser, typed: str | None) -> Decision:
        """What the act does. A second confirmation never rests on what is only remembered of people."""
        return await self._people.judge(
            [by, deletion.requester] if act is Action.CONFIRM else [by],
            lambda known: decide(deletion, act, by, deletion.seen_at, self._policy, known, typed),
            lambda decision: decision.to is not None,
            fresh=act is Action.CONFIRM,
        )

    def _carry_on(self, deletion: Deletion, held_since: float, response_url: ResponseUrl | None) -> None:
        self._background.start(self._carrier.carry_on(deletion, held_since, response_url), name=deletion.id)
