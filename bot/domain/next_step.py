"""What the bot does next with a deletion, by itself.

The same function drives a deletion right after a click and after a crash: whoever holds one asks for its next step,
takes it, records it, and asks again, until the answer is to wait or to close.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.domain.brakes import Brake, Freeze
from bot.domain.deletion import AWAITING_A_CLICK, LOOKED_INTO, Deletion, State
from bot.domain.facts import LookUp as Seen
from bot.domain.facts import Presence
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import NOTHING, Code, Text, text

RESULT = "result"  # the announcement in the conversation itself; other targets are channel IDs


@dataclass(frozen=True, slots=True)
class Timings:
    """How long things take, in milliseconds.

    Args:
        ttl: from the request to the second confirmation.
        resume: how long after its confirmation an interrupted call may be sent again.
        verify: how long an uncertain outcome is looked into.
        call: one DELETE, its retries and its sign-in included.
        call_lease: how long the holder of an EXECUTING deletion is left alone.
        talk_lease: the same for every other state; longer than any one request to Slack or look-up.
        preview: how long a prompt waits for the look-up of what it will show.
        look: the first pause between look-ups; doubled each time, up to half a minute.
        retention: how long an ended deletion is kept in Redis.
        sweep: how often a replica looks for due deletions.
        drain: how long SIGTERM waits for what is under way.
        answer: how long a person waits for an acknowledgement; Slack gives up after 3 s.
    """

    ttl: int = 300_000
    resume: int = 300_000
    verify: int = 300_000
    call: int = 30_000
    call_lease: int = 40_000
    talk_lease: int = 15_000
    preview: int = 2_000
    look: int = 2_000
    retention: int = 7 * 24 * 3_600_000
    sweep: int = 500
    drain: int = 20_000
    answer: int = 2_500


@dataclass(frozen=True, slots=True)
class Show:
    """Post the prompt."""


@dataclass(frozen=True, slots=True)
class Redraw:
    """Edit the prompt to what it should show."""


@dataclass(frozen=True, slots=True)
class Expire:
    """Nobody confirmed in time."""


@dataclass(frozen=True, slots=True)
class Launch:
    """The grace is over: record that the DELETE is taken up, then send it."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send the DELETE for the first time."""


@dataclass(frozen=True, slots=True)
class Recover:
    """A confirmed call was interrupted: look the task up first."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Look whether the task has gone."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Announce the state to one target: RESULT, or the ID of a channel of `[notify]`."""

    target: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`."""

    until: int


@dataclass(frozen=True, slots=True)
class Close:
    """All is done and told."""


Step = Show | Redraw | Expire | Launch | Send | Recover | LookUp | Tell | Wait | Close


def next_step(deletion: Deletion, notify: Iterable[str] = ()) -> Step:
    """The next step of `deletion` as of its `seen_at`; `notify` are the channels told of every outcome."""
    now = deletion.seen_at
    if deletion.state in AWAITING_A_CLICK:
        if now >= deletion.expires_at:
            return Expire()
        if deletion.prompt is None:
            return Show()
        return Redraw() if deletion.drawn != deletion.appearance else Wait(deletion.expires_at)
    if deletion.state is State.SCHEDULED:
        return _in_grace(deletion)
    if deletion.state is State.EXECUTING:
        return Send() if deletion.calls == 1 else Recover()
    if deletion.prompt is not None and deletion.drawn != deletion.appearance:
        return Redraw()
    for target in targets(deletion, notify):
        if mark(deletion, target) not in deletion.told:
            return Tell(target)
    if deletion.ended:
        return Close()
    return LookUp() if now >= deletion.look_at else Wait(deletion.look_at)


def _in_grace(deletion: Deletion) -> Step:
    if deletion.seen_at >= deletion.send_at:
        return Launch()
    return Redraw() if deletion.drawn != deletion.appearance else Wait(deletion.next_count)


def targets(deletion: Deletion, notify: Iterable[str]) -> list[str]:
    """Who is told of the deletion's state.

    A request that never came to a call changes its prompt, and that suffices for its own conversation.
    """
    unsaid = {State.CANCELLED, State.EXPIRED} if deletion.prompt is not None else {State.CANCELLED}
    return [*([] if deletion.state in unsaid else [RESULT]), *notify]


def mark(deletion: Deletion, target: str) -> str:
    """How `told` notes that `target` has been told of the present state."""
    return f"{deletion.appearance}:{target}"


def launched(deletion: Deletion) -> Deletion:
    """A SCHEDULED deletion whose grace is over: nobody can stop it any more."""
    return replace(deletion, state=State.EXECUTING, calls=1)


def frozen_in_grace(deletion: Deletion, freeze: Brake) -> Deletion:
    """A SCHEDULED deletion that a freeze stopped before it was sent: whoever froze has stopped it."""
    by, why = (freeze.by, freeze.why) if isinstance(freeze, Freeze) else (None, "")
    stopped = Outcome(
        Verdict.FAILED,
        why=text("Deletions were frozen before it was sent: {reason}", reason=why)
        if why
        else text("Deletions were frozen before it was sent."),
        hint=text("Ask again once an admin has unfrozen them."),
        sent=False,
    )
    return replace(deletion, state=State.CANCELLED, canceller=by, outcome=stopped)


def frozen_after_interruption(deletion: Deletion, timings: Timings) -> Deletion:
    """An interrupted call that a freeze keeps from being sent again: looked into, since the first may be at work."""
    why = text("The call was interrupted, and not sent again, since deletions are frozen.")
    return after_outcome(deletion, Outcome(Verdict.UNKNOWN, why=why), timings)


def without_a_second_person(deletion: Deletion) -> Deletion:
    """A request that nobody but the requester could see: it ends at once, and says what to do."""
    why = text(
        "Somebody else has to confirm it, but the bot cannot post in this conversation, so nobody else would see it."
    )
    hint = text("Invite the bot to this channel ({command}), then ask again.", command=Code("/invite @codecheck-bot"))
    return _settled(deletion, State.FAILED, Verdict.FAILED, why, hint)


def after_outcome(deletion: Deletion, outcome: Outcome, timings: Timings) -> Deletion:
    """The deletion once the call has ended in `outcome`."""
    state = State(outcome.verdict.value)
    if state in LOOKED_INTO:
        now = deletion.seen_at + outcome.took
        return replace(
            deletion,
            state=state,
            outcome=outcome,
            looks=0,
            look_at=now + timings.look,
            verify_until=now + timings.verify,
        )
    return replace(deletion, state=state, outcome=outcome)


def after_look(deletion: Deletion, sighting: Seen, timings: Timings) -> Deletion:
    """An ACCEPTED or UNKNOWN deletion once a look-up has answered `sighting`.

    Gone is DELETED. At the end of the time, still there is FAILED where nobody knew whether the request was executed,
    but UNKNOWN where the service had taken it; and what cannot be told stays UNKNOWN.
    """
    if sighting.presence is Presence.GONE:
        return _settled(deletion, State.DELETED, Verdict.DELETED, text("A look-up shows that the task has gone."))
    if deletion.seen_at < deletion.verify_until:
        pause = min(timings.look * 2 ** (deletion.looks + 1), 15 * timings.look)
        look_at = min(deletion.seen_at + pause, deletion.verify_until)
        return replace(deletion, looks=deletion.looks + 1, look_at=look_at)
    if sighting.presence is Presence.UNKNOWN:
        return _settled(deletion, State.UNKNOWN, Verdict.UNKNOWN, _unseen(sighting, *_UNSEEN), _LOOK)
    if deletion.state is State.ACCEPTED:
        why = text("The service took the deletion, but the task is still there.")
        return _settled(deletion, State.UNKNOWN, Verdict.UNKNOWN, why, _LOOK)
    why = text("The task is still there: nothing was deleted.")
    return _settled(deletion, State.FAILED, Verdict.FAILED, why, _ASK_AGAIN)


def after_interruption(deletion: Deletion, sighting: Seen, timings: Timings) -> Deletion | None:
    """An interrupted EXECUTING deletion once a look-up has answered; None where the DELETE is to be sent again."""
    if sighting.presence is Presence.GONE:
        return _settled(
            deletion,
            State.DELETED,
            Verdict.DELETED,
            text("The call was interrupted. A look-up shows that the task has gone."),
        )
    if sighting.presence is Presence.UNKNOWN:
        return after_outcome(deletion, Outcome(Verdict.UNKNOWN, why=_unseen(sighting, *_INTERRUPTED)), timings)
    if deletion.seen_at < max(deletion.confirmed_at, deletion.send_at) + timings.resume:
        return None
    return _settled(
        deletion,
        State.FAILED,
        Verdict.FAILED,
        text("The call was interrupted, and the task is still there: nothing was deleted."),
        _ASK_AGAIN,
    )


_LOOK = text("Look in the CodeArts Check console.")
_ASK_AGAIN = text("Ask again.")
_UNSEEN = ("The task could not be looked up.", "The task could not be looked up: {why}")
_INTERRUPTED = (
    "The call was interrupted, and the task could not be looked up.",
    "The call was interrupted, and the task could not be looked up: {why}",
)


def _unseen(sighting: Seen, without: str, quoting: str) -> Text:
    return text(quoting, why=str(sighting.why)) if sighting.why else text(without)


def _settled(deletion: Deletion, state: State, verdict: Verdict, why: Text, hint: Text = NOTHING) -> Deletion:
    """The deletion at its end, quoting what the service had said."""
    said = deletion.outcome or Outcome(verdict)
    outcome = replace(said, verdict=verdict, why=why, hint=hint)
    return replace(deletion, state=state, outcome=outcome, look_at=0, verify_until=0)
