"""How a waiting deletion continues or ends without a call: shown, launched, expired, frozen, nobody to confirm it."""

from dataclasses import replace

from bot.domain.deletion import Deletion
from bot.domain.facts import LookUp, Presence
from bot.domain.lifecycle import Action, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.step import Step, step
from bot.domain.text import Text


def shown_first(deletion: Deletion, found: LookUp) -> Step | Deletion:
    """The deletion with all of its facts, if its prompt was posted before the look-up had found them."""
    if found.presence is Presence.GONE:
        gone = Outcome(Verdict.GONE, sent=False)
        return step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.GONE, outcome=gone), shown=found)
    known = deletion.shown if deletion.shown is not None and found.presence is Presence.UNKNOWN else found
    shown = replace(known, cut_short=False)
    return replace(deletion, shown=shown, lifecycle=replace(deletion.lifecycle, confirmable_at=0))


def launched(deletion: Deletion) -> Step:
    """The grace is over: nobody can stop it any more."""
    return step(deletion, Action.LAUNCH, replace(deletion.lifecycle, state=State.EXECUTING, calls=1))


def expired(deletion: Deletion) -> Step:
    """Nobody confirmed in time."""
    return step(deletion, Action.EXPIRE, replace(deletion.lifecycle, state=State.EXPIRED))


def stopped_by_freeze(deletion: Deletion) -> Step:
    """A confirmed deletion that a freeze stopped before anything was sent."""
    freeze = deletion.freeze
    after = replace(
        deletion.lifecycle,
        state=State.CANCELLED,
        ended_by=freeze.by if freeze else None,
        ended_how=Action.FREEZE,
        ended_why=freeze.reason if freeze else "",
        ended_at=deletion.read_at,
    )
    return step(deletion, Action.FREEZE, after)


def nobody_to_confirm(deletion: Deletion) -> Step:
    """None of the people named in the settings may confirm it, so it ends at once instead of waiting for hours."""
    after = replace(
        deletion.lifecycle,
        state=State.CANCELLED,
        ended_how=Action.CANCEL,
        ended_at=deletion.read_at,
        outcome=Outcome(
            Verdict.FAILED,
            why=Text("Nobody who is asked to confirm may do so."),
            hint=Text("An admin can change who is asked."),
            sent=False,
        ),
    )
    return step(deletion, Action.CANCEL, after)


def nobody_else_sees(deletion: Deletion) -> Step:
    """Only the requester could see the request, although someone else has to confirm it, so it ends at once."""
    after = replace(
        deletion.lifecycle,
        state=State.CANCELLED,
        ended_how=Action.CANCEL,
        ended_at=deletion.read_at,
        outcome=Outcome(
            Verdict.FAILED,
            why=Text("Someone else has to confirm it, but the bot can't post in this conversation."),
            hint=Text("Invite the bot to this channel, then ask again."),
            sent=False,
        ),
    )
    return step(deletion, Action.CANCEL, after)
