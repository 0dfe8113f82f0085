"""The life of a deletion, and what a click does to it.

::

                  review              confirm
      REQUESTED ──────────▶ REVIEWED ──────────▶ EXECUTING ──▶ DELETED
          │                    │                     │    └──▶ FAILED
          ├────── cancel ──────┤                     │    └──▶ UNKNOWN ──▶ DELETED | FAILED
          └───── time out ─────┘                     └──▶ ACCEPTED ──▶ DELETED | UNKNOWN
      CANCELLED · EXPIRED

What a person's click does is decided here (`decide`); what the bot does next by itself, in `next_step`.
All times are milliseconds since 1970 by Redis's clock, so that replicas whose clocks differ agree.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.brakes import Freeze
from bot.domain.operators import SlackUser
from bot.domain.outcome import Outcome, Sighting
from bot.domain.policy import Policy, Reason


class State(StrEnum):
    """Where a deletion stands."""

    REQUESTED = "requested"
    REVIEWED = "reviewed"
    EXECUTING = "executing"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    DELETED = "deleted"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


AWAITING_A_CLICK = frozenset({State.REQUESTED, State.REVIEWED})
LOOKED_INTO = frozenset({State.ACCEPTED, State.UNKNOWN})
ENDS = frozenset({State.DELETED, State.FAILED, State.CANCELLED, State.EXPIRED})


class Act(StrEnum):
    """What a person's click asks for. The values end the action IDs (`deletion.review`)."""

    REVIEW = "review"
    CONFIRM = "confirm"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Prompt:
    """Where the prompt stands.

    Args:
        channel: the conversation's ID.
        ts: the message's timestamp, its ID in the conversation; "" for an ephemeral prompt, which has no address and is
            reached by a response_url alone.
    """

    channel: str
    ts: str = ""

    @property
    def ephemeral(self) -> bool:
        """True where only a response_url reaches the prompt."""
        return not self.ts


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """A response_url of Slack: five uses in 30 minutes.

    Args:
        url: the address; whoever has it can post, so it is kept apart and briefly.
        edits_prompt: True for a click's, which can replace the message clicked; a slash command's cannot.
    """

    url: str = field(repr=False)
    edits_prompt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """One request to delete one task, as Redis holds it.

    Args:
        id: 128 random bits or more; all that a button carries.
        task_id: the task to be deleted.
        requester: who asked.
        operator: as whom, to CodeArts Check.
        channel: the conversation in which it was asked for.
        state: where it stands.
        requested_at: when it was recorded.
        expires_at: until when it can be confirmed.
        confirmed_at: when the second confirmation was recorded; 0 before.
        epoch: raised by every take-over and every write; only who has the latest may write (fencing).
        calls: how many times the call has been taken up: 1 by the confirmation, above 1 after a crash.
        looks: how many look-ups an uncertain outcome has had.
        look_at: when to look next; 0 where there is nothing to look into.
        verify_until: until when to look; 0 once looking has ended.
        tries: consecutive messages that Slack did not take.
        prompt: where the prompt stands; None until it has been posted.
        drawn: the appearance that the prompt shows.
        told: what has been announced, as `appearance:target`.
        preview: what a look-up told of the task when the prompt was posted; None before.
        outcome: what became of the call.
        seen_at: when this was read or written.
        freeze: the freeze to be shown on its prompt, looked up when it is drawn; not kept.
    """

    id: str
    task_id: str
    requester: SlackUser
    operator: str
    channel: str
    state: State
    requested_at: int
    expires_at: int
    confirmed_at: int = 0
    epoch: int = 1
    calls: int = 0
    looks: int = 0
    look_at: int = 0
    verify_until: int = 0
    tries: int = 0
    prompt: Prompt | None = None
    drawn: str = ""
    told: frozenset[str] = frozenset()
    preview: Sighting | None = None
    outcome: Outcome | None = None
    seen_at: int = 0
    freeze: Freeze | None = None

    @property
    def ended(self) -> bool:
        """True where nothing more will happen to the task by this deletion."""
        return self.state in ENDS or (self.state is State.UNKNOWN and not self.verify_until)

    @property
    def appearance(self) -> str:
        """What the prompt should show: the state, and whether an unknown outcome is still being looked into."""
        return f"{self.state}.final" if self.state is State.UNKNOWN and self.ended else self.state


@dataclass(frozen=True, slots=True)
class Decision:
    """What a click does: the state that it leads to, or why it changes nothing."""

    reason: Reason
    to: State | None = None


_EDGES: dict[tuple[State, Act], State] = {
    (State.REQUESTED, Act.REVIEW): State.REVIEWED,
    (State.REQUESTED, Act.CANCEL): State.CANCELLED,
    (State.REVIEWED, Act.CONFIRM): State.EXECUTING,
    (State.REVIEWED, Act.CANCEL): State.CANCELLED,
}


def decide(deletion: Deletion, act: Act, by: SlackUser, now: int, policy: Policy) -> Decision:
    """What the click `act` by `by` does to `deletion` at `now`.

    Who may is asked before where it stands: a stranger learns nothing of the deletion's state. Someone whose operator
    has changed may still cancel, which frees the task to be asked for anew.
    """
    permission = policy.permission(by, deletion.channel)
    if not permission.given:
        return Decision(permission.reason)
    if by != deletion.requester:
        return Decision(Reason.NOT_REQUESTER)
    if permission.operator != deletion.operator and act is not Act.CANCEL:
        return Decision(Reason.OPERATOR_CHANGED)
    to = _EDGES.get((deletion.state, act))
    if to is None:
        return Decision(Reason.OTHER_STATE)
    if now >= deletion.expires_at:
        return Decision(Reason.EXPIRED)
    return Decision(Reason.ALLOWED, to)
