"""People's actions on a prompt: reads the deletion, authorizes, decides, and writes the decision.

If someone else has written meanwhile, the write fails, and the decision is made again on the latest version.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import NoReturn

from bot.deletions.authorizer import Authorizer
from bot.deletions.ports import Change, ConflictError, DeletionStore, TaskService
from bot.deletions.refusals import Refusals, refused_by, refused_on
from bot.deletions.runner import Runner
from bot.domain.access import Identity
from bot.domain.audit import of_deletion
from bot.domain.before_call import before_confirming
from bot.domain.confirmations import kind_of
from bot.domain.decision import Decision, decide
from bot.domain.deletion import Deletion, Prompt, ResponseUrl
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import CONFIRMING, KEEPING, Action, Requirement, State
from bot.domain.refusal import UNCHECKED, Reason, Refused
from bot.domain.rules import Rules, Safeguards, strictest
from bot.domain.step import Step
from bot.domain.timings import Timings

_STALE = frozenset({Reason.OTHER_STATE, Reason.EXPIRED, Reason.TOO_LATE, Reason.FROZEN})
"""Refusals that mean that the person saw an outdated prompt."""


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of an action.

    Args:
        deletion: its latest version.
        asks_for_name: True if the person has to type the task's name next.
    """

    deletion: Deletion
    asks_for_name: bool = False


class Actions:
    """Handles actions.

    Args:
        store: where they are recorded.
        authorizer: says who may act.
        runner: continues with the deletion.
        rules: what a deletion has to pass by the current settings.
        refusals: records refusals.
        service: looks a task up again when others confirm, perhaps hours after it was shown.
        timings: how long that look-up may take.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - an action needs each of them
        self,
        store: DeletionStore,
        authorizer: Authorizer,
        runner: Runner,
        rules: Rules,
        refusals: Refusals,
        service: TaskService,
        timings: Timings,
    ) -> None:
        self._store = store
        self._authorizer = authorizer
        self._runner = runner
        self._rules = rules
        self._refusals = refusals
        self._service = service
        self._timings = timings

    async def act(  # noqa: PLR0913 - who does what, to what, from where
        self,
        deletion_id: str,
        action: Action,
        by: SlackUser,
        clicked: Prompt | None,
        response_url: ResponseUrl | None = None,
        *,
        typed: str | None = None,
        why: str = "",
        seen: str = "",
    ) -> Acted:
        """Record what an action does, and continue with the deletion in the background.

        Args:
            deletion_id: the button's value.
            action: the requested action.
            by: who acts.
            clicked: the message that was clicked; None for a modal.
            response_url: the click's.
            typed: what was typed in the modal.
            why: why the task should stay, or why an admin confirms alone, in their words.
            seen: the fingerprint of what they were shown of the task; "" if the prompt showed it.

        Raises:
            Refused: the action changes nothing; the reason says why.
            PersonError: Redis could not record it, or it is not known whether it did.
        """
        with self._refusals.recorded(by, action, clicked.channel if clicked else "", deletion=deletion_id):
            return await self._act(deletion_id, action, by, clicked, response_url, typed=typed, why=why, seen=seen)

    async def about_to(self, action: Action, deletion_id: str, by: SlackUser, clicked: Prompt) -> Deletion:
        """The deletion that `by` wants to decline or confirm alone, if they may. A modal then asks them why.

        Raises as `act` does.
        """
        with self._refusals.recorded(by, action, clicked.channel, deletion=deletion_id):
            deletion = await self._store.read(deletion_id)
            if deletion is None:
                raise Refused(Reason.UNKNOWN_DELETION)
            decision = await self._decide(deletion, action, by, None, "")
            if decision.lifecycle is None and decision.reason is not Reason.NAME_NOT_TYPED:
                self._changed_nothing(deletion, decision.reason, clicked, None)
            return deletion

    async def _act(  # noqa: PLR0913 - the same as `act`
        self,
        deletion_id: str,
        action: Action,
        by: SlackUser,
        clicked: Prompt | None,
        response_url: ResponseUrl | None,
        *,
        typed: str | None,
        why: str,
        seen: str,
    ) -> Acted:
        deletion = await self._store.read(deletion_id)
        if deletion is None:
            if clicked is not None:
                self._runner.retire(clicked, response_url)
            raise Refused(Reason.UNKNOWN_DELETION)
        if clicked is not None and clicked.ephemeral and response_url is not None and by == deletion.requester:
            await self._store.keep_response_url(deletion.id, response_url)
        while True:  # each conflict means that the deletion has moved on, so the loop ends
            decision = await self._decide(deletion, action, by, typed, why)
            if decision.lifecycle is None or decision.transition is None:
                return self._changed_nothing(deletion, decision.reason, clicked, response_url)
            _same_as(seen, deletion)
            try:
                if action in CONFIRMING and (changed := await self._changed(deletion)) is not None:
                    await self._send_back(deletion, changed, response_url)
                return await self._record(deletion, decision, by, clicked, response_url)
            except ConflictError as conflict:
                if conflict.requirement is Requirement.WITHIN_LIMITS:
                    raise refused_by(conflict) from conflict
                if conflict.latest is None:  # Redis was emptied
                    raise Refused(Reason.UNKNOWN_DELETION) from conflict
                deletion = conflict.latest

    async def _record(
        self,
        deletion: Deletion,
        decision: Decision,
        by: SlackUser,
        clicked: Prompt | None,
        response_url: ResponseUrl | None,
    ) -> Acted:
        """Write the decision.

        Raises:
            ConflictError: it no longer holds.
        """
        assert decision.lifecycle is not None and decision.transition is not None  # noqa: S101, PT018 - by the caller
        delivery = deletion.delivery
        if delivery.prompt is None and clicked is not None:  # the process that posted it died before recording where
            delivery = replace(delivery, prompt=clicked)
        after = replace(deletion.under(decision.lifecycle), delivery=delivery)
        event = of_deletion(after, decision.transition.event, by)
        recorded = await self._store.commit(Change(deletion, after, event, decision.transition.requires))
        self._runner.start(recorded, response_url)
        if clicked is not None and clicked != recorded.delivery.prompt:  # a second copy of the prompt
            self._runner.redraw(recorded, clicked, response_url)
        safeguards = recorded.safeguards_by(self._rules)
        return Acted(recorded, recorded.state is State.REVIEWED and kind_of(safeguards.second_step).typed)

    def _changed_nothing(
        self, deletion: Deletion, reason: Reason, clicked: Prompt | None, response_url: ResponseUrl | None
    ) -> Acted:
        if reason in _STALE and clicked is not None:
            self._runner.redraw(deletion, clicked, response_url)
        if reason is Reason.NAME_NOT_TYPED:
            return Acted(deletion, asks_for_name=True)
        raise refused_on(deletion, reason)

    async def _changed(self, deletion: Deletion) -> Step | None:
        """What happened to the task since it was shown, if others confirm it; None if it is unchanged."""
        if not kind_of(self._strictest(deletion).second_step).by_others:
            return None
        found = await self._service.look_up(deletion.task_id, within=self._timings.facts / 1_000)
        return before_confirming(deletion, found, self._rules)

    async def _send_back(self, deletion: Deletion, step: Step, response_url: ResponseUrl | None) -> NoReturn:
        """Record that the task has changed, instead of recording the confirmation.

        Raises:
            Refused: always, to tell the person.
            ConflictError: someone else has written meanwhile.
        """
        event = of_deletion(step.deletion, step.transition.event)
        recorded = await self._store.commit(Change(deletion, step.deletion, event, step.transition.requires))
        self._runner.start(recorded, response_url)
        raise refused_on(recorded, Reason.OTHER_STATE if recorded.ended else Reason.CHANGED)

    async def _decide(self, deletion: Deletion, action: Action, by: SlackUser, typed: str | None, why: str) -> Decision:
        """What the action does. A second confirmation never relies on cached answers about people."""
        safeguards = deletion.safeguards_by(self._rules)
        if action in KEEPING or action is Action.WITHDRAW:
            identity = await self._authorizer.identify_to_stop(by, deletion.channel)
            return decide(deletion, action, identity, safeguards, why=why)
        if action not in CONFIRMING:
            return decide(deletion, action, await self._authorizer.identify(by, deletion.channel), safeguards)
        if not kind_of(self._strictest(deletion).second_step).by_others:
            identity = await self._authorizer.identify(by, deletion.channel, fresh=True)
            return decide(deletion, action, identity, safeguards, requester=identity, typed=typed)
        identity, requester = await asyncio.gather(
            self._authorizer.identify(by, deletion.channel, fresh=True), self._requester(deletion, by)
        )
        if isinstance(requester, Refused):
            raise requester
        return decide(deletion, action, identity, safeguards, requester=requester, typed=typed, why=why)

    async def _requester(self, deletion: Deletion, asked_by: SlackUser) -> Identity | Refused | None:
        """The requester as they are now; None if they may no longer ask for it; a refusal if that is not known."""
        try:
            return await self._authorizer.identify(deletion.requester, deletion.channel, fresh=True, asked_by=asked_by)
        except Refused as refused:
            if refused.reason in UNCHECKED:
                return refused_on(deletion, Reason.REQUESTER_NOT_CHECKED)
            return refused if refused.reason is Reason.ASKED_TOO_OFTEN else None

    def _strictest(self, deletion: Deletion) -> Safeguards:
        """What it has to pass: the safeguards recorded with the request, and those of the current settings."""
        return strictest(deletion.safeguards, deletion.safeguards_by(self._rules))


def _same_as(seen: str, deletion: Deletion) -> None:
    """Make sure that a person confirms what they were shown.

    Raises:
        Refused: it has changed since.
    """
    if seen and (deletion.shown is None or seen != deletion.shown.fingerprint):
        raise refused_on(deletion, Reason.CHANGED)
