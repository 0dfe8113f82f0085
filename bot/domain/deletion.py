"""A deletion: one request to delete one task, in the three parts that Redis keeps.

`Lifecycle` says how far it has come, `Delivery` which messages people have seen, `LookUp` what they saw of the task.
All times are milliseconds since 1970 by Redis's clock, so that replicas whose clocks differ agree.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.facts import LookUp, Presence
from bot.domain.freeze import Freeze
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import AWAITING_CONFIRMATION, ENDED, Action, State
from bot.domain.outcome import Outcome
from bot.domain.rules import Rules, Safeguards, strictest


@dataclass(frozen=True, slots=True)
class Prompt:
    """The message with the buttons.

    Args:
        channel: the conversation's ID.
        ts: the message's timestamp, its ID in the conversation; "" for an ephemeral prompt, which has no address and
            can be reached only by a response_url.
    """

    channel: str
    ts: str = ""

    @property
    def ephemeral(self) -> bool:
        """True if the prompt can be reached only by a response_url."""
        return not self.ts


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """A response_url of Slack, which works five times within 30 minutes.

    Args:
        url: the address. Anyone who has it can post, so it is stored separately and only briefly.
        edits_prompt: True for a click's, which can replace the clicked message; a slash command's cannot.
    """

    url: str = field(repr=False)
    edits_prompt: bool


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One person's second confirmation."""

    user: SlackUser
    operator: str


@dataclass(frozen=True, slots=True)
class BrokenGlass:
    """A confirmation by an admin alone, although others should have confirmed.

    Args:
        by: the admin.
        why: the reason, in their words.
    """

    by: SlackUser
    why: str


class Returned(StrEnum):
    """Why a confirmed deletion went back to be reviewed or confirmed again: nothing was sent."""

    CHANGED = "changed"  # the task is not as it was shown
    UNREADABLE = "unreadable"  # the task could be read when it was shown, but not just before the call
    LAPSED = "lapsed"  # someone who confirmed may no longer do so


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """How far a deletion has come.

    Args:
        state: the state.
        expires_at: until when it can be confirmed.
        ttl: how long it can be confirmed, counted from the request, and again each time it is sent back.
        confirmable_at: from when a second confirmation counts; 0 until its button has been shown.
        confirmations: who has given the second confirmation so far.
        broken_glass: the admin who confirmed alone, and why; None if nobody did.
        confirmed_at: when the last required one was given; 0 before.
        send_at: when the grace ends and the call may be sent; 0 if there is none.
        called_at: when the latest DELETE was about to be sent; 0 before.
        calls: how many processes have begun the call; more than 1 after a crash.
        sends: how many of them have sent the DELETE, or were about to.
        seen: True if the task was seen just before the call.
        looks: how many look-ups an uncertain outcome has had.
        look_at: when to look next; 0 if there is nothing to look into.
        verify_until: until when to keep looking; 0 once that has ended.
        outcome: what became of the call.
        ended_by: who cancelled, declined or stopped it.
        ended_how: which of these they did; None for any other end.
        ended_why: their reason, in their words; may be "".
        ended_at: when it ended; 0 before.
        restarts: how often its time was counted from the start again, since Redis's clock had jumped.
        returned: why it was sent back to be reviewed or confirmed again.
        stricter: what it has to pass besides what it had to at the request, since settings or facts changed; else None.
    """

    state: State
    expires_at: int
    ttl: int = 0
    confirmable_at: int = 0
    confirmations: tuple[Confirmation, ...] = ()
    broken_glass: BrokenGlass | None = None
    confirmed_at: int = 0
    send_at: int = 0
    called_at: int = 0
    calls: int = 0
    sends: int = 0
    seen: bool = False
    looks: int = 0
    look_at: int = 0
    verify_until: int = 0
    outcome: Outcome | None = None
    ended_by: SlackUser | None = None
    ended_how: Action | None = None
    ended_why: str = ""
    ended_at: int = 0
    returned: Returned | None = None
    stricter: Safeguards | None = None
    restarts: int = 0

    @property
    def ended(self) -> bool:
        """True if nothing more will happen to the task through this deletion."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What people have been shown.

    Args:
        prompt: where the prompt is; None until it has been posted.
        rendered: the appearance that the prompt shows.
        notified: what has been announced, as `appearance:target`.
        attempts: how many messages in a row Slack did not accept.
        asked: IDs of the people and user groups who are asked to confirm; None until that is known.
        asked_at: when they were last asked or reminded; 0 before.
    """

    prompt: Prompt | None = None
    rendered: str = ""
    notified: frozenset[str] = frozenset()
    attempts: int = 0
    asked: tuple[str, ...] | None = None
    asked_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """One request to delete one task.

    Args:
        id: 128 random bits or more; the only value that a button carries.
        task_id: the task to be deleted.
        requester: who asked.
        operator: the requester's name in CodeArts Check.
        channel: the conversation in which it was requested.
        reason: why, in the requester's words; may be "".
        requested_at: when it was recorded.
        safeguards: what it had to pass when it was requested; settings that have become stricter since also count.
        lifecycle: how far it has come.
        delivery: what people have been shown.
        shown: what the look-up found when the prompt was last reviewed; None before the first look-up.
        before: what had been shown before it was sent back, to show the differences; None if it was not sent back.
        version: the fencing token: incremented by every write, and a process with an older one may not write.
        traceparent: the trace of the command, in W3C's form; "" if it was not traced.
        read_at: when this was read or written.
        freeze: the freeze in force at that moment; during the grace also one that began in it and has been lifted.
    """

    id: str
    task_id: str
    requester: SlackUser
    operator: str
    channel: str
    reason: str = ""
    requested_at: int = 0
    safeguards: Safeguards = field(default_factory=Safeguards)
    lifecycle: Lifecycle
    delivery: Delivery = field(default_factory=Delivery)
    shown: LookUp | None = None
    before: LookUp | None = None
    version: int = 0
    traceparent: str = ""
    read_at: int = 0
    freeze: Freeze | None = None

    def under(self, lifecycle: Lifecycle) -> "Deletion":
        """The deletion with another lifecycle, and with the stricter safeguards if there are any."""
        if lifecycle.stricter is None:
            return replace(self, lifecycle=lifecycle)
        return replace(self, lifecycle=lifecycle, safeguards=strictest(self.safeguards, lifecycle.stricter))

    def held_to(self, safeguards: Safeguards) -> "Deletion":
        """The deletion, which has to pass these as well."""
        both = strictest(self.safeguards, safeguards)
        return self if both == self.safeguards else self.under(replace(self.lifecycle, stricter=both))

    def safeguards_by(self, rules: Rules) -> Safeguards:
        """What the current settings ask of it. What it was requested with counts too (`strictest`)."""
        return rules.of(self.channel, self.shown.facts if self.shown is not None else None, self.task_id)

    @property
    def state(self) -> State:
        """The state."""
        return self.lifecycle.state

    @property
    def ended(self) -> bool:
        """True if nothing more will happen to the task through this deletion."""
        return self.lifecycle.ended

    @property
    def name(self) -> str:
        """The task's name; "" if it is not known."""
        return self.shown.facts.name if self.shown is not None else ""

    @property
    def readable(self) -> bool:
        """Whether the prompt showed a task that could be read, so that a confirmation is bound to it."""
        return self.shown is not None and self.shown.presence is Presence.EXISTS

    @property
    def looked_up(self) -> bool:
        """Whether the prompt has all facts that it will have."""
        return self.shown is not None and not self.shown.cut_short

    @property
    def renewed_until(self) -> int:
        """Until when it can be confirmed if it is sent back now."""
        return self.read_at + (self.lifecycle.ttl or self.lifecycle.expires_at - self.requested_at)

    @property
    def appearance(self) -> str:
        """What the prompt should show, as a short key. The prompt is redrawn when this differs from what it shows."""
        parts: list[str] = [self.state]
        if self.state in AWAITING_CONFIRMATION:
            parts += ["looked up"] if self.looked_up else []
            parts += [self.lifecycle.returned] if self.lifecycle.returned else []
            parts += [f"{len(self.lifecycle.confirmations)} confirmed"] if self.lifecycle.confirmations else []
            parts += [f"asked {' '.join(self.delivery.asked)}"] if self.delivery.asked else []
        if self.freeze is not None and (self.state in AWAITING_CONFIRMATION or self.state is State.SCHEDULED):
            parts.append(f"frozen {self.freeze.at}")
        if self.lifecycle.restarts and not self.ended:
            parts.append(f"restarted {self.lifecycle.restarts}")
        return " ".join(parts)
