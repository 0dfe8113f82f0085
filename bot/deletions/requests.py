"""A request by slash command: checks who may ask, which task it is, and what it has to pass; then records it."""

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace

from bot.deletions.acknowledgement_deadline import Dependency, waiting_for
from bot.deletions.authorizer import Authorizer
from bot.deletions.ports import (
    AuditLog,
    Change,
    ConflictError,
    DeletionStore,
    FreezeStore,
    NewDeletion,
    TaskService,
)
from bot.deletions.refusals import Refusals, refused_by
from bot.deletions.runner import Runner
from bot.domain.access import Identity
from bot.domain.approval_wait import SecondPerson
from bot.domain.audit import Recorded
from bot.domain.confirmations import kind_of
from bot.domain.deletion import Deletion, ResponseUrl
from bot.domain.facts import LookUp, Presence, Suggestions
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import AWAITING_CONFIRMATION, State
from bot.domain.refusal import Reason, Refused
from bot.domain.rules import Rules, Safeguards
from bot.domain.timings import Timings

_NOT_FOUND_OUT = LookUp(Presence.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that has been accepted.

    Args:
        deletion: the new deletion, or the pending one for the same task.
        created: True if `deletion` is new.
    """

    deletion: Deletion
    created: bool


@dataclass(frozen=True, slots=True)
class NoSuchTask:
    """The service says clearly that it does not know the task.

    Args:
        task_id: what was typed.
        meant: what may have been meant.
        deleted: the audit event of its deletion by this bot, if there is one.
    """

    task_id: str
    meant: Suggestions = field(default_factory=Suggestions)
    deleted: Recorded | None = None


@dataclass(frozen=True, slots=True)
class ReasonWanted:
    """A rule requires a reason, and none was given, so the request has not been recorded yet."""

    task_id: str
    found: LookUp | None


@dataclass(frozen=True, slots=True)
class Whoami:
    """Who a person is to the bot, and what they may do in a channel.

    Args:
        identity: who they are; None if they have no operator.
        refused: why they may not ask for deletions here; None if they may.
        safeguards: what each deletion requested here has to pass.
        waiting: how many of their requests have not ended.
        freeze: the freeze in force.
        more: True if some tasks have to pass more.
    """

    identity: Identity | None
    refused: Refused | None
    safeguards: Safeguards
    waiting: int = 0
    freeze: Freeze | None = None
    more: bool = False


class Requests:
    """Accepts requests.

    Args:
        store: where they are recorded.
        audit: says who deleted a task before.
        freezes: says whether deletions are frozen.
        authorizer: says who may ask.
        service: looks tasks up.
        runner: posts the prompt, and continues with the deletion.
        refusals: records refusals.
        rules: what a deletion has to pass.
        timings: how long a request may wait for the look-up.
        second_person: how long a request waits if others have to confirm it; None for the usual time.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a request needs each of them
        self,
        store: DeletionStore,
        audit: AuditLog,
        freezes: FreezeStore,
        authorizer: Authorizer,
        service: TaskService,
        runner: Runner,
        refusals: Refusals,
        *,
        rules: Rules,
        timings: Timings,
        second_person: SecondPerson | None = None,
    ) -> None:
        self._store = store
        self._audit = audit
        self._freezes = freezes
        self._authorizer = authorizer
        self._service = service
        self._runner = runner
        self._refusals = refusals
        self._rules = rules
        self._timings = timings
        self._second_person = second_person

    async def request(
        self, task_id: str, reason: str, by: SlackUser, channel: str, response_url: ResponseUrl | None = None
    ) -> Asked | NoSuchTask | ReasonWanted:
        """Record `by`'s request to delete `task_id`, and post its prompt in the background.

        Raises:
            Refused: they may not, or not here, or not this task.
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        with self._refusals.recorded(by, "delete", channel, task=task_id):
            return await self._request(task_id, reason, by, channel, response_url)

    async def _request(
        self, task_id: str, reason: str, by: SlackUser, channel: str, response_url: ResponseUrl | None
    ) -> Asked | NoSuchTask | ReasonWanted:
        identity, found = await self._identified_and_found(task_id, by, channel)
        if found is not None and found.presence is Presence.GONE:
            self._refusals.record(by, "delete", Reason.NO_SUCH_TASK, channel, task=task_id)
            return await self._no_such_task(task_id)
        safeguards = self._rules.of(channel, found.facts if found is not None else None, task_id)
        if safeguards.protect:
            values = {"rule": " ".join(safeguards.warnings)} if safeguards.warnings else {}
            raise Refused(Reason.PROTECTED, **values)
        by_others = kind_of(safeguards.second_step).by_others
        alone = channel.startswith("D")  # a direct message
        if alone and by_others:
            raise Refused(Reason.NOBODY_ELSE_SEES)
        if safeguards.reason == "required" and not reason:
            return ReasonWanted(task_id, found)
        new = NewDeletion(
            id=secrets.token_urlsafe(16),
            task_id=task_id,
            requester=identity.user,
            operator=identity.operator,
            channel=channel,
            reason=reason if safeguards.reason != "off" else "",
            safeguards=safeguards,
            shown=found,
            ttl=self._second_person.ttl if by_others and self._second_person is not None else 0,
        )
        try:
            deletion, created = await self._store.request(new)
        except ConflictError as conflict:
            raise refused_by(conflict) from conflict
        if created:
            self._runner.start(deletion, response_url)
        else:
            self._refusals.record(by, "delete", Reason.ALREADY_REQUESTED, channel, deletion.id, task_id)
            await self._show_again(deletion)
        return Asked(deletion, created)

    async def _identified_and_found(self, task_id: str, by: SlackUser, channel: str) -> tuple[Identity, LookUp | None]:
        """Who asks, and what the service says about the task, if that comes in time.

        A refusal ends the look-up: a person who may not ask learns nothing and costs little.
        """
        seconds = self._timings.facts / 1_000
        if (
            self._rules.of(channel, None, task_id) != self._rules.usual
        ):  # waiting is better than applying the strictest rule
            seconds = self._timings.facts_for_rules / 1_000
        looking = asyncio.create_task(self._service.look_up(task_id, within=seconds), name=f"look up {task_id}")
        found = _NOT_FOUND_OUT
        try:
            identity = await self._authorizer.identify(by, channel)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    found = await looking
        finally:
            looking.cancel()
        return identity, None if found.presence is Presence.UNKNOWN and not found.facts.missing_right else found

    async def _no_such_task(self, task_id: str) -> NoSuchTask:
        meant, events = await asyncio.gather(self._search(task_id), self._audit.latest())
        ended = (event for event in events if event.get("task") == task_id and event.get("state") == State.DELETED)
        return NoSuchTask(task_id, meant, next(ended, None))

    async def named(self, name: str, by: SlackUser, channel: str) -> NoSuchTask | None:
        """The tasks of a name that was typed in place of an ID; None if there are none, or `by` may not ask for any.

        Raises:
            PersonError: something did not answer in time.
        """
        try:
            await self._authorizer.identify(by, channel)
        except Refused:
            return None  # whoever may not ask learns nothing
        meant = await self._search(name)
        return NoSuchTask(name, meant) if meant.tasks else None

    async def _search(self, typed: str) -> Suggestions:
        with waiting_for(Dependency.CODEARTS):
            return await self._service.search(typed)

    async def _show_again(self, deletion: Deletion) -> None:
        """Redraw the prompt; if it was deleted in Slack, post it again.

        Once the call has begun, the deletion is left to the process that makes it: a write here would take it away.
        """
        if deletion.state not in AWAITING_CONFIRMATION and deletion.state is not State.SCHEDULED:
            return
        if deletion.delivery.prompt is None or deletion.delivery.prompt.ephemeral:
            return
        stale = replace(deletion, delivery=replace(deletion.delivery, rendered=""))
        try:
            self._runner.start(await self._store.commit(Change(deletion, stale)))
        except ConflictError:
            return  # someone has just acted on it, which redraws it too

    async def whoami(self, by: SlackUser, channel: str) -> Whoami:
        """Who `by` is to the bot, and what they may do in `channel`.

        Raises:
            PersonError: Redis could not be read.
        """
        safeguards = self._rules.at_least(channel)
        more = self._rules.of(channel, None, "") != safeguards
        try:
            identity = await self._authorizer.identify(by, channel)
        except Refused as refused:
            freeze = await self._freezes.current()
            return Whoami(await self._recognised(by), refused, safeguards, freeze=freeze, more=more)
        pending, freeze = await self._store.pending(), await self._freezes.current()
        waiting = sum(deletion.requester == identity.user for deletion in pending.deletions)
        return Whoami(identity, None, safeguards, waiting, freeze, more)

    async def _recognised(self, by: SlackUser) -> Identity | None:
        try:
            return await self._authorizer.recognise(by)
        except Refused:
            return None
