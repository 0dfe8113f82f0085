"""What people ask for: a request by slash command, then the clicks on its prompt.

Everything is recorded in Redis before it is answered; the work that follows goes on in the background.
"""

import secrets
import time
from dataclasses import dataclass, replace

from bot.deletions.background import Background
from bot.deletions.carrying_on import Carrier
from bot.deletions.in_time import in_time
from bot.deletions.ports import DeletionStore, NewDeletion
from bot.deletions.refusing import Refusals
from bot.domain.brakes import Brake
from bot.domain.deletion import Act, Decision, Deletion, Prompt, ResponseUrl, decide
from bot.domain.errors import BrakedError
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
    """

    decision: Decision
    deletion: Deletion | None
    brake: Brake | None = None


class Deletions:
    """The way in: `bot.slack.listeners` calls this, and nothing else does."""

    def __init__(  # noqa: PLR0913, PLR0917 - each is something else that a request or a click needs
        self,
        store: DeletionStore,
        carrier: Carrier,
        background: Background,
        policy: Policy,
        timings: Timings,
        refusals: Refusals,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._background = background
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
        permission = self._policy.permission(by, channel)
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
        async with in_time(self._timings):
            deletion = await self._store.load(deletion_id)
            if deletion is None:
                self._background.start(self._carrier.retire(clicked, response_url), name=deletion_id)
                outcome = Clicked(Decision(Reason.UNKNOWN_DELETION), None)
            else:
                outcome = await self._act(deletion, act, by, clicked, response_url)
        reason = outcome.decision.reason
        if reason is Reason.ALLOWED:
            return outcome
        self._refusals.note(by, act, reason, clicked.channel, outcome.deletion or "")
        if outcome.brake is None:
            return replace(outcome, brake=await self._refusals.freeze_to_tell(reason))
        return outcome

    async def _act(
        self, deletion: Deletion, act: Act, by: SlackUser, clicked: Prompt, response_url: ResponseUrl | None
    ) -> Clicked:
        decision = decide(deletion, act, by, deletion.seen_at, self._policy)
        while decision.to is not None:  # each loss means that the state has moved on, so this ends
            if clicked.ephemeral and response_url is not None:
                await self._store.keep_response_url(deletion.id, response_url)
            held_since = time.monotonic()
            token = secrets.token_urlsafe(16)
            try:
                deletion, won = await self._store.advance(deletion, decision.to, token=token, prompt=clicked, by=by)
            except BrakedError as braked:
                self._background.start(
                    self._carrier.redraw_clicked(deletion, clicked, response_url), name=deletion.id
                )  # so that it shows the freeze
                return Clicked(Decision(self._refusals.braked(braked.brake)), deletion, braked.brake)
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
