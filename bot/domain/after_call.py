"""What follows from CodeArts Check's answer to the call, from later look-ups, and from an answer that comes late.

"Deleted" is concluded in only two cases: the service said so, or the task was seen before the call and gone after it.
"""

from dataclasses import replace

from bot.domain.deletion import Deletion
from bot.domain.facts import LookUp, Presence
from bot.domain.lifecycle import LOOKED_INTO, Action, State, transition
from bot.domain.outcome import Outcome, Verdict, of_second_send
from bot.domain.step import NEVER_SEEN, Step, settled, step, unseen
from bot.domain.text import Moment, Text
from bot.domain.timings import Timings

LOOK_IN_CONSOLE = Text("Please look in CodeArts Check.")
ASK_AGAIN = Text("Ask again.")


def after_call(deletion: Deletion, outcome: Outcome, timings: Timings) -> Step:
    """What the outcome of the call leads to.

    A refusal after an interruption is not final, since the first DELETE may have succeeded or may still be running.
    """
    if deletion.lifecycle.calls > 1:
        outcome = of_second_send(outcome)
    state = State(outcome.verdict.value)
    after = replace(deletion.lifecycle, state=state, outcome=outcome)
    if state in LOOKED_INTO:
        now = deletion.read_at + outcome.took
        after = replace(after, looks=0, look_at=now + timings.look, verify_until=now + timings.verify)
    return step(deletion, Action.SETTLE, after)


def after_look(deletion: Deletion, found: LookUp) -> Step | None:
    """What a look-up says about an ACCEPTED or UNKNOWN deletion; None if it has to be looked up again.

    If the task is still there when the time is over, the deletion is FAILED if it was not known whether the request was
    executed, but UNKNOWN if the service had accepted it.
    """
    lifecycle = deletion.lifecycle
    if found.presence is Presence.GONE:
        if lifecycle.seen or deletion.state is State.ACCEPTED:
            seen_gone = Text("It was seen to be gone at {when}.", {"when": Moment(deletion.read_at)})
            return settled(deletion, State.DELETED, seen_gone)
        return settled(deletion, State.GONE, NEVER_SEEN)
    if deletion.read_at < lifecycle.verify_until:
        return None
    if found.presence is Presence.UNKNOWN:
        return settled(deletion, State.UNKNOWN_FINAL, unseen(found), LOOK_IN_CONSOLE)
    if deletion.state is State.ACCEPTED:
        why = Text("CodeArts Check took the deletion, but the task is still there.")
        return settled(deletion, State.UNKNOWN_FINAL, why, LOOK_IN_CONSOLE)
    return settled(deletion, State.FAILED, Text("The task is still there."), ASK_AGAIN)


def looked(deletion: Deletion, timings: Timings) -> Deletion:
    """The deletion after an inconclusive look-up: the next one comes later."""
    lifecycle = deletion.lifecycle
    pause = min(timings.look * 2 ** (lifecycle.looks + 1), 15 * timings.look)
    look_at = min(deletion.read_at + pause, lifecycle.verify_until)
    return replace(deletion, lifecycle=replace(lifecycle, looks=lifecycle.looks + 1, look_at=look_at))


def late_answer(latest: Deletion, outcome: Outcome, sends: int) -> Step | None:
    """What a late definite answer corrects, after another process has moved the deletion on; None if nothing.

    A refusal says nothing about a DELETE that another process has sent since.

    Args:
        latest: the deletion as it is now.
        outcome: the answer.
        sends: how many processes had sent the DELETE when the answered one was sent.
    """
    if not outcome.definite:
        return None
    state = State(outcome.verdict.value)
    if outcome.verdict is Verdict.FAILED and latest.lifecycle.sends != sends:
        return None
    try:
        transition(latest.state, Action.CORRECT, state)
    except KeyError:
        return None
    after = replace(latest.lifecycle, state=state, outcome=outcome, look_at=0, verify_until=0, ended_at=latest.read_at)
    return step(latest, Action.CORRECT, after)
