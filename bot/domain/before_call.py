"""Just before the call or a confirmation: is the task still what was shown, and do people still have permission?

A confirmation holds only for what was shown. If the task is gone, the deletion ends as GONE; if the task has changed or
cannot be read, the deletion goes back to be reviewed again.
"""

from dataclasses import replace

from bot.domain.asking import forgotten
from bot.domain.deletion import Deletion, Lifecycle, Returned
from bot.domain.facts import LookUp, Presence, differences
from bot.domain.lifecycle import Action, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.refusal import Reason, Refused
from bot.domain.rules import Rules
from bot.domain.step import Step, step
from bot.domain.text import NOTHING, Text

NO_RULES = Rules()
_BARRED = Text("Someone who asked for it or confirmed it may no longer do so, or Slack could not be asked.")
_NO_LONGER = {
    Reason.PROTECTED: Text("The settings protect this task now."),
    Reason.OPERATOR_CHANGED: Text("The person who asked has another CodeArts user now."),
}


def before_call(deletion: Deletion, now: LookUp, rules: Rules = NO_RULES) -> Step:
    """What a look-up just before the call leads to: the call, GONE, or a new review.

    A confirmation holds only for what was shown. If the task could not be read when it was shown, reading it is
    optional, and the call goes ahead.

    Args:
        deletion: confirmed.
        now: what the look-up has found.
        rules: what a task that has changed has to pass.
    """
    if now.presence is Presence.GONE:
        gone = Outcome(Verdict.GONE, sent=False)
        return step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.GONE, outcome=gone))
    seen = now.presence is Presence.EXISTS
    if deletion.readable and deletion.shown is not None:
        changed = differences(deletion.shown.facts, now.facts)
        if not seen or any(not each.now for each in changed):
            return _sent_back(deletion, now, Returned.UNREADABLE, rules)
        if changed:
            return _sent_back(deletion, now, Returned.CHANGED, rules)
    if refused := now.facts.refused_by_service:
        outcome = Outcome(Verdict.FAILED, why=refused, sent=False)
        return step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.FAILED, outcome=outcome))
    return step(deletion, Action.CALL, replace(deletion.lifecycle, seen=seen))


def _sent_back(deletion: Deletion, now: LookUp, why: Returned, rules: Rules) -> Step:
    """Both confirmations are void: it has to be reviewed and confirmed again, and approvers have to be asked again."""
    asked_again = Lifecycle(
        state=State.REQUESTED,
        expires_at=deletion.renewed_until,
        ttl=deletion.lifecycle.ttl,
        returned=why,
        stricter=deletion.lifecycle.stricter,
    )
    shown = now if why is Returned.CHANGED else deletion.shown
    delivery = forgotten(deletion.delivery, State.REQUESTED)
    back = step(deletion, Action.RETURN, asked_again, shown=shown, before=deletion.shown, delivery=delivery)
    return replace(back, deletion=back.deletion.held_to(back.deletion.safeguards_by(rules)))


def before_confirming(deletion: Deletion, now: LookUp, rules: Rules = NO_RULES) -> Step | None:
    """What a look-up says when someone else confirms hours after the task was shown; None if the task is unchanged.

    If it cannot be read now, that is decided just before the call.
    """
    if now.presence is Presence.GONE:
        gone = Outcome(Verdict.GONE, sent=False)
        return step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.GONE, outcome=gone))
    if deletion.shown is None or now.presence is not Presence.EXISTS:
        return None
    changed = differences(deletion.shown.facts, now.facts)
    return _sent_back(deletion, now, Returned.CHANGED, rules) if changed and all(each.now for each in changed) else None


def no_longer_allowed(deletion: Deletion, refused: Refused) -> Step:
    """A confirmed deletion whose requester or approver is no longer permitted to delete: nothing is sent."""
    outcome = Outcome(
        Verdict.FAILED,
        why=_NO_LONGER.get(refused.reason, _BARRED),
        hint=NOTHING if refused.reason is Reason.PROTECTED else Text("Ask again."),
        code=refused.reason,
        sent=False,
    )
    return step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.FAILED, outcome=outcome))
