"""What follows from what CodeArts Check says: before the call, after it, after an interruption, and too late.

Each function takes a deletion and what was learnt, and returns the deletion as it should be from then on. "Deleted" is
concluded from two things only: the service's own word, or that the task was seen before the call and gone after it.
"""

from dataclasses import dataclass, replace

from bot.domain.asking import forgotten
from bot.domain.deletion import Deletion, Lifecycle, Returned
from bot.domain.facts import LookUp, Presence, differences
from bot.domain.lifecycle import LOOKED_INTO, Action, State, Transition, transition
from bot.domain.outcome import Outcome, Verdict, of_second_send
from bot.domain.refusal import Refused
from bot.domain.text import NOTHING, Moment, Text
from bot.domain.timings import Timings

LOOK_IN_CONSOLE = Text("Please look in CodeArts Check.")
ASK_AGAIN = Text("Ask again.")
NEVER_SEEN = Text("It wasn't seen just before the call, so it isn't known whether this bot deleted it.")


@dataclass(frozen=True, slots=True)
class Step:
    """A deletion as it should be written.

    Args:
        deletion: from now on.
        transition: the row of the table of transitions.
    """

    deletion: Deletion
    transition: Transition


def _step(deletion: Deletion, action: Action, after: Lifecycle, **parts: object) -> Step:
    if after.ended and not after.ended_at:
        after = replace(after, ended_at=deletion.read_at)
    row = transition(deletion.state, action, after.state)
    return Step(replace(deletion, lifecycle=after, **parts), row)  # type: ignore[arg-type]  # the fields' own names


def before_call(deletion: Deletion, now: LookUp) -> Step:
    """What a look-up just before the call leads to: the call, GONE, or a new review.

    A confirmation holds only for what was shown. If the task could not be read when it was shown, reading it is
    optional, and the call goes ahead.
    """
    if now.presence is Presence.GONE:
        gone = Outcome(Verdict.GONE, sent=False)
        return _step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.GONE, outcome=gone))
    seen = now.presence is Presence.EXISTS
    if deletion.readable and deletion.shown is not None:
        changed = differences(deletion.shown.facts, now.facts)
        if not seen or any(not each.now for each in changed):
            return _sent_back(deletion, now, Returned.UNREADABLE)
        if changed:
            return _sent_back(deletion, now, Returned.CHANGED)
    if refused := now.facts.refused_by_service:
        outcome = Outcome(Verdict.FAILED, why=refused, sent=False)
        return _step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.FAILED, outcome=outcome))
    return _step(deletion, Action.CALL, replace(deletion.lifecycle, seen=seen))


def _sent_back(deletion: Deletion, now: LookUp, why: Returned) -> Step:
    """Both confirmations are void: it has to be reviewed and confirmed again, and whoever is to do so asked again."""
    asked_again = Lifecycle(
        state=State.REQUESTED,
        expires_at=deletion.renewed_until,
        ttl=deletion.lifecycle.ttl,
        returned=why,
        stricter=deletion.lifecycle.stricter,
    )
    shown = now if why is Returned.CHANGED else deletion.shown
    delivery = forgotten(deletion.delivery, State.REQUESTED)
    return _step(deletion, Action.RETURN, asked_again, shown=shown, before=deletion.shown, delivery=delivery)


def before_confirming(deletion: Deletion, now: LookUp) -> Step | None:
    """What a look-up says when somebody else confirms, hours after the task was shown; None if it is as it was.

    What cannot be read now is read again just before the call.
    """
    if now.presence is Presence.GONE:
        gone = Outcome(Verdict.GONE, sent=False)
        return _step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.GONE, outcome=gone))
    if deletion.shown is None or now.presence is not Presence.EXISTS:
        return None
    changed = differences(deletion.shown.facts, now.facts)
    return _sent_back(deletion, now, Returned.CHANGED) if changed and all(each.now for each in changed) else None


def after_call(deletion: Deletion, outcome: Outcome, timings: Timings) -> Step:
    """What the outcome of the call leads to.

    A refusal after an interruption is not the last word, since the first DELETE may have done it, or may be at it.
    """
    if deletion.lifecycle.calls > 1:
        outcome = of_second_send(outcome)
    state = State(outcome.verdict.value)
    after = replace(deletion.lifecycle, state=state, outcome=outcome)
    if state in LOOKED_INTO:
        now = deletion.read_at + outcome.took
        after = replace(after, looks=0, look_at=now + timings.look, verify_until=now + timings.verify)
    return _step(deletion, Action.SETTLE, after)


def after_look(deletion: Deletion, found: LookUp) -> Step | None:
    """What a look-up says of an ACCEPTED or UNKNOWN deletion; None if it has to be looked at again.

    At the end of the time, still there is FAILED if nobody knew whether the request was executed, but stays unknown if
    the service had taken it.
    """
    lifecycle = deletion.lifecycle
    if found.presence is Presence.GONE:
        if lifecycle.seen or deletion.state is State.ACCEPTED:
            seen_gone = Text("It was seen to be gone at {when}.", {"when": Moment(deletion.read_at)})
            return _settled(deletion, State.DELETED, seen_gone)
        return _settled(deletion, State.GONE, NEVER_SEEN)
    if deletion.read_at < lifecycle.verify_until:
        return None
    if found.presence is Presence.UNKNOWN:
        return _settled(deletion, State.UNKNOWN_FINAL, _unseen(found), LOOK_IN_CONSOLE)
    if deletion.state is State.ACCEPTED:
        why = Text("CodeArts Check took the deletion, but the task is still there.")
        return _settled(deletion, State.UNKNOWN_FINAL, why, LOOK_IN_CONSOLE)
    return _settled(deletion, State.FAILED, Text("The task is still there."), ASK_AGAIN)


def looked(deletion: Deletion, timings: Timings) -> Deletion:
    """The deletion after a look-up that settled nothing: the next one comes later."""
    lifecycle = deletion.lifecycle
    pause = min(timings.look * 2 ** (lifecycle.looks + 1), 15 * timings.look)
    look_at = min(deletion.read_at + pause, lifecycle.verify_until)
    return replace(deletion, lifecycle=replace(lifecycle, looks=lifecycle.looks + 1, look_at=look_at))


def after_interruption(deletion: Deletion, found: LookUp, timings: Timings) -> Step | None:
    """What a look-up says of a call that was interrupted; None if the DELETE is to be sent again.

    Nobody knows yet whether the first DELETE is still on its way, so what is still there is looked into rather than
    called failed.
    """
    lifecycle = deletion.lifecycle
    if found.presence is Presence.GONE:
        if lifecycle.seen:
            when = Text("It was seen to be gone at {when}, after an interruption.", {"when": Moment(deletion.read_at)})
            return _settled(deletion, State.DELETED, when)
        return _settled(deletion, State.GONE, NEVER_SEEN)
    if found.presence is Presence.UNKNOWN:
        return interrupted(deletion, _unseen(found), timings)
    since = deletion.read_at - max(lifecycle.confirmed_at, lifecycle.send_at)
    if 0 <= since < timings.resume:  # negative after Redis's clock has gone back: nobody knows how long it was
        return None
    return interrupted(deletion, Text("The call was interrupted, and the task is still there."), timings)


def interrupted(deletion: Deletion, why: Text, timings: Timings) -> Step:
    """An interrupted call that is not sent again: it is looked into, at least until the longest call must be over."""
    now = deletion.read_at
    longest = deletion.lifecycle.called_at + timings.call_lease
    after = replace(
        deletion.lifecycle,
        state=State.UNKNOWN,
        outcome=Outcome(Verdict.UNKNOWN, why=why),
        looks=0,
        look_at=now + timings.look,
        verify_until=max(now + timings.verify, longest),
    )
    return _step(deletion, Action.SETTLE, after)


def late_answer(latest: Deletion, outcome: Outcome, sends: int) -> Step | None:
    """What a definite answer corrects that comes after somebody else has moved the deletion on; None if nothing.

    A refusal says nothing of a DELETE that somebody else has sent since.

    Args:
        latest: the deletion as it is now.
        outcome: the answer.
        sends: how many had sent the DELETE when the one left that it answers.
    """
    if outcome.verdict not in (Verdict.DELETED, Verdict.FAILED) or not outcome.sent:
        return None
    state = State(outcome.verdict.value)
    if outcome.verdict is Verdict.FAILED and latest.lifecycle.sends != sends:
        return None
    try:
        transition(latest.state, Action.CORRECT, state)
    except KeyError:
        return None
    after = replace(latest.lifecycle, state=state, outcome=outcome, look_at=0, verify_until=0, ended_at=latest.read_at)
    return _step(latest, Action.CORRECT, after)


def stopped_by_freeze(deletion: Deletion) -> Step:
    """A confirmed deletion that a freeze stopped before anything was sent."""
    freeze = deletion.freeze
    after = replace(
        deletion.lifecycle,
        state=State.CANCELLED,
        ended_by=freeze.by if freeze and freeze.by.team else None,  # somebody at a shell is not a Slack user
        ended_how=Action.FREEZE,
        ended_why=freeze.reason if freeze else "",
        ended_at=deletion.read_at,
    )
    return _step(deletion, Action.FREEZE, after)


def no_longer_allowed(deletion: Deletion, refused: Refused) -> Step:
    """A confirmed deletion whose requester or confirmer may no longer ask for it: nothing is sent."""
    outcome = Outcome(
        Verdict.FAILED,
        why=Text("Whoever asked for it or confirmed it may no longer do so, or Slack could not be asked."),
        hint=Text("Ask again."),
        code=refused.reason,
        sent=False,
    )
    return _step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.FAILED, outcome=outcome))


def nobody_to_confirm(deletion: Deletion) -> Step:
    """None of those whom the settings ask may confirm it, so it ends at once instead of waiting for hours."""
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
    return _step(deletion, Action.CANCEL, after)


def nobody_else_sees(deletion: Deletion) -> Step:
    """A request that nobody but the requester could see although somebody else has to confirm it: it ends at once."""
    after = replace(
        deletion.lifecycle,
        state=State.CANCELLED,
        ended_how=Action.CANCEL,
        ended_at=deletion.read_at,
        outcome=Outcome(
            Verdict.FAILED,
            why=Text("Somebody else has to confirm it, but the bot can't post in this conversation."),
            hint=Text("Invite the bot to this channel, then ask again."),
            sent=False,
        ),
    )
    return _step(deletion, Action.CANCEL, after)


def shown_first(deletion: Deletion, found: LookUp) -> Step | Deletion:
    """A deletion whose prompt was posted before the look-up of its task had answered."""
    if found.presence is Presence.GONE:
        gone = Outcome(Verdict.GONE, sent=False)
        return _step(deletion, Action.SETTLE, replace(deletion.lifecycle, state=State.GONE, outcome=gone), shown=found)
    return replace(deletion, shown=found, lifecycle=replace(deletion.lifecycle, confirmable_at=0))


def expired(deletion: Deletion) -> Step:
    """Nobody confirmed in time."""
    return _step(deletion, Action.EXPIRE, replace(deletion.lifecycle, state=State.EXPIRED))


def launched(deletion: Deletion) -> Step:
    """The grace is over: nobody can stop it any more."""
    return _step(deletion, Action.LAUNCH, replace(deletion.lifecycle, state=State.EXECUTING, calls=1))


def _unseen(found: LookUp) -> Text:
    if not found.why:
        return Text("The task could not be looked up.")
    return Text("The task could not be looked up: {reason}", {"reason": str(found.why)})


def _settled(deletion: Deletion, state: State, why: Text = NOTHING, hint: Text = NOTHING) -> Step:
    """The deletion at its end, quoting what the service had said."""
    said = deletion.lifecycle.outcome or Outcome(Verdict.UNKNOWN)
    verdict = Verdict.UNKNOWN if state is State.UNKNOWN_FINAL else Verdict(state.value)
    outcome = replace(said, verdict=verdict, why=why, hint=hint, admin_hint=NOTHING)
    after = replace(deletion.lifecycle, state=state, outcome=outcome, look_at=0, verify_until=0)
    return _step(deletion, Action.SETTLE, after)
