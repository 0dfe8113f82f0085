"""A step of a deletion's lifecycle: the deletion to be written, and the transition that leads there."""

from dataclasses import dataclass, replace

from bot.domain.deletion import Deletion, Lifecycle
from bot.domain.facts import LookUp
from bot.domain.lifecycle import Action, State, Transition, transition
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import NOTHING, Text

NEVER_SEEN = Text("It wasn't seen just before the call, so it isn't known whether this bot deleted it.")


@dataclass(frozen=True, slots=True)
class Step:
    """A deletion to be written.

    Args:
        deletion: as it should be.
        transition: the row of the table of transitions.
    """

    deletion: Deletion
    transition: Transition


def step(deletion: Deletion, action: Action, after: Lifecycle, **parts: object) -> Step:
    """The step that `action` is for `deletion`.

    Args:
        deletion: as it was read.
        action: what is done.
        after: its lifecycle afterwards.
        parts: other fields of `Deletion` that change.

    Raises:
        KeyError: the table of transitions has no such row.
    """
    if after.ended and not after.ended_at:
        after = replace(after, ended_at=deletion.read_at)
    row = transition(deletion.state, action, after.state)
    return Step(replace(deletion, lifecycle=after, **parts), row)  # type: ignore[arg-type]  # the fields' own names


def settled(deletion: Deletion, state: State, why: Text = NOTHING, hint: Text = NOTHING) -> Step:
    """The deletion at its end, with what the service had said."""
    said = deletion.lifecycle.outcome or Outcome(Verdict.UNKNOWN)
    verdict = Verdict.UNKNOWN if state is State.UNKNOWN_FINAL else Verdict(state.value)
    outcome = replace(said, verdict=verdict, why=why, hint=hint, admin_hint=NOTHING)
    after = replace(deletion.lifecycle, state=state, outcome=outcome, look_at=0, verify_until=0)
    return step(deletion, Action.SETTLE, after)


def unseen(found: LookUp) -> Text:
    """Why a look-up could not tell whether the task exists."""
    if not found.why:
        return Text("The task could not be looked up.")
    return Text("The task could not be looked up: {reason}", {"reason": str(found.why)})
