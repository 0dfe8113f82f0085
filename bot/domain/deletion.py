"""The life of a deletion, and what a click does to it.

::

                  review              confirm
      REQUESTED ──────────▶ REVIEWED ──────────▶ EXECUTING ──▶ DELETED
          │                    │ │                ▲  │    └──▶ FAILED
          ├────── cancel ──────┤ │ confirm  time  │  │    └──▶ UNKNOWN ──▶ DELETED | FAILED
          └───── time out ─────┘ └──▶ SCHEDULED ──┘  └──▶ ACCEPTED ──▶ DELETED | UNKNOWN
      CANCELLED · EXPIRED             (with a grace) ── stop ──▶ CANCELLED

What a person's click does is decided here (`decide`); what the bot does next by itself, in `next_step`.
All times are milliseconds since 1970 by Redis's clock, so that replicas whose clocks differ agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.brakes import Freeze
from bot.domain.confirmation import Safeguards, SecondStep
from bot.domain.facts import LookUp
from bot.domain.identity import SlackUser
from bot.domain.operators import Known
from bot.domain.outcome import Outcome
from bot.domain.policy import Permission, Policy
from bot.domain.reasons import Reason


class State(StrEnum):
    """Where a deletion stands."""

    REQUESTED = "requested"
    REVIEWED = "reviewed"
    SCHEDULED = "scheduled"
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


class Action(StrEnum):
    """What a person's click asks for. The values end the action IDs (`deletion.review`)."""

    REVIEW = "review"
    CONFIRM = "confirm"
    CANCEL = "cancel"
    STOP = "stop"


_BRAKES = frozenset({Action.CANCEL, Action.STOP})  # they can only keep a task
COUNTDOWN = (5, 10, 20, 30, 60, 120, 180, 240, 300, 600)  # seconds left, as a prompt tells them


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
        send_at: when the grace ends and the call may be sent; 0 where there is none.
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
        confirmer: who gave the second confirmation; None before.
        canceller: who cancelled or stopped it; None where nobody did.
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
    send_at: int = 0
    epoch: int = 1
    calls: int = 0
    looks: int = 0
    look_at: int = 0
    verify_until: int = 0
    tries: int = 0
    prompt: Prompt | None = None
    drawn: str = ""
    told: frozenset[str] = frozenset()
    preview: LookUp | None = None
    outcome: Outcome | None = None
    confirmer: SlackUser | None = None
    canceller: SlackUser | None = None
    seen_at: int = 0
    freeze: Freeze | None = None

    @property
    def ended(self) -> bool:
        """True where nothing more will happen to the task by this deletion."""
        return self.state in ENDS or (self.state is State.UNKNOWN and not self.verify_until)

    @property
    def stage(self) -> str:
        """The state, and whether an unknown outcome is still being looked into."""
        return f"{self.state}.final" if self.state is State.UNKNOWN and self.ended else self.state

    @property
    def appearance(self) -> str:
        """What the prompt should show: the stage, and in a grace how much of it is left.

        An ephemeral prompt does not count down: a response_url edits it five times at most.
        """
        if self.state is not State.SCHEDULED or (self.prompt is not None and self.prompt.ephemeral):
            return self.stage
        return f"{self.stage}.{self.seconds_left}"

    @property
    def seconds_left(self) -> int:
        """At most how many seconds of the grace are left, in the steps that a prompt tells."""
        left = max(self.send_at - self.seen_at, 0)
        return next((step for step in COUNTDOWN if left <= step * 1_000), COUNTDOWN[-1])

    @property
    def next_count(self) -> int:
        """When the next step of the countdown begins; at last, when the grace ends."""
        lower = [step for step in COUNTDOWN if step < self.seconds_left]
        counts = lower and not (self.prompt is not None and self.prompt.ephemeral)
        return self.send_at - lower[-1] * 1_000 if counts else self.send_at


@dataclass(frozen=True, slots=True)
class Decision:
    """What a click does: the state that it leads to, or why it changes nothing."""

    reason: Reason
    to: State | None = None


def decide(  # noqa: PLR0913, PLR0917 - all that a decision rests on, and nothing else
    deletion: Deletion,
    act: Action,
    by: SlackUser,
    now: int,
    policy: Policy,
    known: Mapping[SlackUser, Known],
    typed: str | None = None,
) -> Decision:
    """What the act of `by` does to `deletion` at `now`.

    Who may is asked before where it stands: a stranger learns nothing of the deletion's state. Someone whose operator
    has changed may still cancel, which frees the task to be asked for anew.

    Args:
        deletion: as it was loaded.
        act: what is asked for.
        by: who asks for it.
        now: by Redis's clock.
        policy: as it is now; nothing of it is kept in the deletion.
        known: what Slack says of `by`, and of the requester; whoever is missing could not be checked.
        typed: what was typed where the task's ID is asked for; None for a button.
    """
    permission = policy.permission(by, deletion.channel, known.get(by, Known()))
    safeguards = policy.confirmation.of(deletion.channel)
    reason = (
        _not_permitted(permission, act)
        or _not_theirs(deletion, act, by, safeguards)
        or _operator_changed(deletion, act, by, permission)
    )
    if reason is not None:
        return Decision(reason)
    to = _edge(deletion.state, act, safeguards)
    if to is None:
        return Decision(Reason.OTHER_STATE)
    if act is not Action.STOP and now >= deletion.expires_at:
        return Decision(Reason.EXPIRED)
    unfit = _unfit(deletion, act, by, policy, known, typed)
    return Decision(unfit) if unfit is not None else Decision(Reason.ALLOWED, to)


def _not_permitted(permission: Permission, act: Action) -> Reason | None:
    """Why they may do nothing at all. Where Slack cannot be asked, whoever is of the workspace may still brake."""
    unchecked = permission.reason in (Reason.NOT_CHECKED, Reason.GROUPS_NOT_CHECKED)
    return None if permission.given or (unchecked and act in _BRAKES) else permission.reason


def _not_theirs(deletion: Deletion, act: Action, by: SlackUser, safeguards: Safeguards) -> Reason | None:
    """Why this button is not for them: it is the requester's, but for what anyone allowed here may press."""
    if by == deletion.requester or act is Action.STOP:
        return None
    with_others = safeguards.second_step is SecondStep.SECOND_PERSON and deletion.state is not State.REQUESTED
    return None if with_others and act is not Action.REVIEW else Reason.NOT_REQUESTER


def _operator_changed(deletion: Deletion, act: Action, by: SlackUser, permission: Permission) -> Reason | None:
    if by != deletion.requester or act in _BRAKES or permission.operator == deletion.operator:
        return None
    return Reason.OPERATOR_CHANGED


def _edge(state: State, act: Action, safeguards: Safeguards) -> State | None:
    """Where an act leads from a state; None where its button is another state's."""
    match state, act:
        case State.REQUESTED, Action.REVIEW:
            return State.REVIEWED
        case State.REVIEWED, Action.CONFIRM:
            return State.SCHEDULED if safeguards.grace else State.EXECUTING
        case ((State.REQUESTED | State.REVIEWED), Action.CANCEL) | (State.SCHEDULED, Action.STOP):
            return State.CANCELLED
        case _:
            return None


def _unfit(  # noqa: PLR0913, PLR0917 - as `decide`
    deletion: Deletion,
    act: Action,
    by: SlackUser,
    policy: Policy,
    known: Mapping[SlackUser, Known],
    typed: str | None,
) -> Reason | None:
    """Why this is not the step that `[confirmation]` asks for."""
    second_step = policy.confirmation.of(deletion.channel).second_step
    if act in _BRAKES:
        return None
    if second_step is SecondStep.SECOND_PERSON and deletion.prompt is not None and deletion.prompt.ephemeral:
        return Reason.NOBODY_ELSE_SEES
    if act is Action.REVIEW:
        return None
    if typed is not None and typed.strip() != deletion.task_id:
        return Reason.WRONG_TASK_ID
    if second_step is SecondStep.TYPED and typed is None:
        return Reason.TASK_ID_NOT_TYPED
    if second_step is SecondStep.SECOND_PERSON:
        if by == deletion.requester:
            return Reason.NOT_YOURSELF
        asker = policy.permission(deletion.requester, deletion.channel, known.get(deletion.requester, Known()))
        if asker.operator != deletion.operator:
            return Reason.REQUESTER_BARRED
    return None
