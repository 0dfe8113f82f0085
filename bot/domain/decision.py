"""What a person's action does to a deletion: the one decision, as a pure function of everything that it depends on."""

from dataclasses import dataclass, replace

from bot.domain.access import Identity
from bot.domain.confirmations import KINDS, Attempt, Kind, kind_of, same_operator
from bot.domain.deletion import BrokenGlass, Confirmation, Deletion, Lifecycle
from bot.domain.dwell import is_slip
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import (
    AWAITING_CONFIRMATION,
    KEEPING,
    LOOKED_INTO,
    PEOPLES,
    Action,
    State,
    Transition,
    possible,
    transition,
)
from bot.domain.refusal import Reason
from bot.domain.rules import Safeguards, strictest

SHORTEST_WHY = 10
"""Minimum length of the reason that an admin who confirms alone has to give."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an action does.

    Args:
        reason: ALLOWED, or why it changes nothing.
        lifecycle: the deletion's lifecycle afterwards; None if nothing changes.
        transition: the row of the table that leads there.
    """

    reason: Reason
    lifecycle: Lifecycle | None = None
    transition: Transition | None = None


def decide(  # noqa: PLR0913 - everything that a decision depends on, and nothing else
    deletion: Deletion,
    action: Action,
    by: Identity,
    safeguards: Safeguards,
    *,
    requester: Identity | None = None,
    typed: str | None = None,
    why: str = "",
) -> Decision:
    """What the action of `by` does to `deletion` at `deletion.read_at`.

    `bot.deletions.authorizer` has already checked that `by` may act here, so a stranger learns nothing about the
    deletion's state. A requester whose operator has changed may still cancel, so that the task can be requested again.

    Args:
        deletion: as it was read.
        action: the requested action.
        by: who acts.
        safeguards: what the settings ask for now; for each safeguard, the stricter of these and the deletion's counts.
        requester: the requester as they are now; None if they may no longer ask for it.
        typed: what was typed if the task's name is asked for; None for a button.
        why: why an admin confirms alone, or why the task is kept, in their words.
    """
    safeguards = strictest(deletion.safeguards, safeguards)
    kind = kind_of(safeguards.second_step)
    reason = _not_theirs(deletion, action, by.user, others=kind.by_others) or _operator_changed(deletion, action, by)
    if reason is not None:
        return Decision(reason)
    if action not in PEOPLES or not possible(deletion.state, action):
        return Decision(_too_late(deletion, action))
    lifecycle = deletion.lifecycle
    if deletion.state in AWAITING_CONFIRMATION and deletion.read_at >= lifecycle.expires_at:
        return Decision(Reason.EXPIRED)
    if action in KEEPING:
        return _to(
            deletion,
            action,
            replace(
                lifecycle,
                state=State.CANCELLED,
                ended_by=by.user,
                ended_how=action,
                ended_why=why,
                ended_at=deletion.read_at,
            ),
        )
    if action is Action.WITHDRAW:
        return _withdraw(deletion, by)
    if kind.by_others and deletion.delivery.prompt is not None and deletion.delivery.prompt.ephemeral:
        return Decision(Reason.NOBODY_ELSE_SEES)
    if action is Action.REVIEW:
        reviewed = replace(lifecycle, state=State.REVIEWED, confirmable_at=0, returned=None)
        return _to(deletion, action, replace(reviewed, stricter=_stricter(deletion, safeguards)))
    if action is Action.BREAK_GLASS:
        return _break_glass(deletion, by, safeguards, requester, typed, why)
    return _confirm(deletion, by, safeguards, requester, typed)


def _to(deletion: Deletion, action: Action, after: Lifecycle) -> Decision:
    return Decision(Reason.ALLOWED, after, transition(deletion.state, action, after.state))


def _not_theirs(deletion: Deletion, action: Action, by: SlackUser, *, others: bool) -> Reason | None:
    """Why this button is not for them. They are for the requester, except those that anyone allowed here may press."""
    if by == deletion.requester or action is Action.STOP:
        return None
    if not others:
        return Reason.NOT_REQUESTER
    return Reason.NOT_REVIEWED if deletion.state is State.REQUESTED else None


def _operator_changed(deletion: Deletion, action: Action, by: Identity) -> Reason | None:
    if by.user != deletion.requester or action in KEEPING or by.operator == deletion.operator:
        return None
    return Reason.OPERATOR_CHANGED


def _too_late(deletion: Deletion, action: Action) -> Reason:
    sent = deletion.state is State.EXECUTING or deletion.state in LOOKED_INTO
    return Reason.TOO_LATE if action in KEEPING and sent else Reason.OTHER_STATE


def _withdraw(deletion: Deletion, by: Identity) -> Decision:
    """Withdraw one's own confirmation. If that happens in the grace, the others have the usual time again."""
    lifecycle = deletion.lifecycle
    left = tuple(each for each in lifecycle.confirmations if each.user != by.user)
    if len(left) == len(lifecycle.confirmations):
        return Decision(Reason.NOT_CONFIRMED_BY_YOU)
    after = replace(lifecycle, state=State.REVIEWED, confirmations=left, broken_glass=None, confirmed_at=0, send_at=0)
    if deletion.state is State.SCHEDULED:
        after = replace(after, confirmable_at=0, expires_at=max(lifecycle.expires_at, deletion.renewed_until))
    return _to(deletion, Action.WITHDRAW, after)


def _confirm(
    deletion: Deletion, by: Identity, safeguards: Safeguards, requester: Identity | None, typed: str | None
) -> Decision:
    lifecycle = deletion.lifecycle
    kind = kind_of(safeguards.second_step)
    if (barred := _unconfirmable(deletion, safeguards, requester, kind)) is not None:
        return Decision(barred)
    if (objection := kind.objection(_attempt(deletion, by, typed))) is not None:
        return Decision(objection)
    if any(by.user == each.user for each in lifecycle.confirmations):
        return Decision(Reason.ALREADY_CONFIRMED)
    if any(same_operator(by.operator, each.operator) for each in lifecycle.confirmations):
        return Decision(Reason.OPERATOR_CONFIRMED)
    if (obstacle := _obstacle(deletion)) is not None:
        return Decision(obstacle)
    given = (*lifecycle.confirmations, Confirmation(by.user, by.operator))
    after = replace(lifecycle, confirmations=given)
    if kind.by_others and len(given) < safeguards.confirmers:
        return _to(deletion, Action.CONFIRM, replace(after, stricter=_stricter(deletion, safeguards)))
    return _confirmed(deletion, Action.CONFIRM, after, safeguards)


def _stricter(deletion: Deletion, safeguards: Safeguards) -> Safeguards | None:
    """What the prompt has to say from now on, if it is more than at the request."""
    return safeguards if safeguards != deletion.safeguards else deletion.lifecycle.stricter


def _break_glass(  # noqa: PLR0913, PLR0917 - everything that it depends on
    deletion: Deletion, by: Identity, safeguards: Safeguards, requester: Identity | None, typed: str | None, why: str
) -> Decision:
    """An admin confirms alone, even their own request, since in an emergency nobody else may be there."""
    lifecycle = deletion.lifecycle
    kind = kind_of(safeguards.second_step)
    if not (kind.by_others and safeguards.break_glass):
        return Decision(Reason.NO_BREAK_GLASS)
    if not by.admin:
        return Decision(Reason.NOT_ADMIN)
    if (barred := _unconfirmable(deletion, safeguards, requester, kind)) is not None:
        return Decision(barred)
    if (objection := KINDS["typed"].objection(_attempt(deletion, by, typed))) is not None:
        return Decision(objection)
    if len(why) < SHORTEST_WHY:
        return Decision(Reason.WHY_TOO_SHORT)
    if (obstacle := _obstacle(deletion)) is not None:
        return Decision(obstacle)
    given = tuple(each for each in lifecycle.confirmations if each.user != by.user)
    glass = BrokenGlass(by.user, why)
    after = replace(lifecycle, confirmations=(*given, Confirmation(by.user, by.operator)), broken_glass=glass)
    return _confirmed(deletion, Action.BREAK_GLASS, after, safeguards)


def _unconfirmable(deletion: Deletion, safeguards: Safeguards, requester: Identity | None, kind: Kind) -> Reason | None:
    """Why nobody at all can confirm it; None if someone can."""
    if safeguards.protect:
        return Reason.PROTECTED
    if kind.by_others and (requester is None or requester.operator != deletion.operator):
        return Reason.REQUESTER_BARRED
    if safeguards.reason == "required" and not deletion.reason:
        return Reason.REASON_MISSING
    return None


def _attempt(deletion: Deletion, by: Identity, typed: str | None) -> Attempt:
    prompt = deletion.delivery.prompt
    return Attempt(
        by=by.user,
        operator=by.operator,
        requester=deletion.requester,
        requester_operator=deletion.operator,
        answers=(deletion.name, deletion.task_id),
        typed=typed,
        seen_by_others=prompt is None or not prompt.ephemeral,
    )


def _obstacle(deletion: Deletion) -> Reason | None:
    """What prevents a confirmation right now."""
    if deletion.freeze is not None:  # first, since the delete button has been removed, and "too soon" would be wrong
        return Reason.FROZEN
    return Reason.TOO_SOON if is_slip(deletion) else None


def _confirmed(deletion: Deletion, action: Action, after: Lifecycle, safeguards: Safeguards) -> Decision:
    """The last required confirmation: the grace begins, or the call."""
    now = deletion.read_at
    if safeguards.grace:
        scheduled = replace(after, state=State.SCHEDULED, confirmed_at=now, send_at=now + safeguards.grace)
        return _to(deletion, action, scheduled)
    return _to(deletion, action, replace(after, state=State.EXECUTING, confirmed_at=now, calls=1))
