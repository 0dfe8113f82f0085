"""After a crash in the middle of a call: is the DELETE sent again, or is the outcome looked into?"""

from dataclasses import replace

from bot.domain.deletion import Deletion
from bot.domain.facts import LookUp, Presence
from bot.domain.lifecycle import Action, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.step import NEVER_SEEN, Step, settled, step, unseen
from bot.domain.text import Moment, Text
from bot.domain.timings import Timings


def after_interruption(deletion: Deletion, found: LookUp, timings: Timings) -> Step | None:
    """What a look-up says about an interrupted call; None if the DELETE should be sent again.

    Nobody knows yet whether the first DELETE is still on its way. So if the task still exists, the outcome is looked
    into rather than called FAILED.
    """
    lifecycle = deletion.lifecycle
    if found.presence is Presence.GONE:
        if lifecycle.seen:
            when = Text("It was seen to be gone at {when}, after an interruption.", {"when": Moment(deletion.read_at)})
            return settled(deletion, State.DELETED, when)
        return settled(deletion, State.GONE, NEVER_SEEN)
    if found.presence is Presence.UNKNOWN:
        return interrupted(deletion, unseen(found), timings)
    since = deletion.read_at - max(lifecycle.confirmed_at, lifecycle.send_at)
    if 0 <= since < timings.resume:  # negative if Redis's clock has gone back: nobody knows how long it was
        return None
    return interrupted(deletion, Text("The call was interrupted, and the task is still there."), timings)


def interrupted(deletion: Deletion, why: Text, timings: Timings) -> Step:
    """An interrupted call that is not sent again: it is looked into at least until the longest call must have ended."""
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
    return step(deletion, Action.SETTLE, after)
