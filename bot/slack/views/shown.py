"""What the messages about a deletion show: the one value from which prompts, results and notices are made."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.facts import Difference, LookUp, TaskFacts
from bot.domain.identity import SlackUser
from bot.domain.task_id import short
from bot.domain.text import NOTHING, Code, Link, Moment, Text, UserGroup, Value
from bot.slack.views.text import clean


class Stage(StrEnum):
    """What a prompt tells apart: a state, and how the deletion came to it."""

    ASKED = "asked"
    CHANGED = "changed"  # back to the first step: the task is no longer what was shown
    UNREADABLE = "unreadable"  # back to the first step: it could be read before, and can't be read now
    REVIEWED = "reviewed"
    SCHEDULED = "scheduled"
    EXECUTING = "executing"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    UNKNOWN_FINAL = "unknown_final"
    DELETED = "deleted"
    FAILED = "failed"
    GONE = "gone"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    STOPPED = "stopped"
    FROZEN = "frozen"  # stopped by a freeze
    EXPIRED = "expired"


KEPT = frozenset({Stage.CANCELLED, Stage.DECLINED, Stage.STOPPED, Stage.FROZEN, Stage.EXPIRED})
"""It ended, and nothing was ever sent to CodeArts Check."""

ENDED = KEPT | {Stage.DELETED, Stage.FAILED, Stage.GONE, Stage.UNKNOWN_FINAL}
"""Nothing more will happen."""


@dataclass(frozen=True, slots=True)
class FrozenBy:
    """The freeze in force.

    Args:
        by: who froze deletions: a Slack user, the bot, or an operator at a shell such as `root@host`.
        at: when, in ms of Redis's clock.
        why: the reason they gave; "" for none.
    """

    by: SlackUser | str
    at: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of the call, and how that is known.

    Args:
        why: what it means; NOTHING for a plain success.
        hint: what a person can do; NOTHING if nothing.
        proof: how it is known: "CodeArts Check confirmed it".
        status: the body's `status`, as the service said it; "" if it said nothing.
        http_status: the body's `httpStatus`, likewise.
        code: the service's error code, for support; "" for none.
        request_id: the gateway's request ID, for support; "" for none.
        admin_hint: what an admin of the bot can do, if that is more than the hint.
    """

    why: Text = NOTHING
    hint: Text = NOTHING
    proof: Text = NOTHING
    status: str = ""
    http_status: str = ""
    code: str = ""
    request_id: str = ""
    admin_hint: Text = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A deletion as people see it. All times are in ms of Redis's clock; 0 and "" if there is no such thing.

    Args:
        id: the deletion's ID, and all that a button carries.
        stage: what is said of it.
        task_id: the task.
        look_up: what the look-up shows of it; None before it has come back.
        requester: who asked.
        operator: as whom, to CodeArts Check.
        reason: why, in the requester's words.
        channel: the conversation's ID.
        at: when it is drawn.
        expires_at: until when it can be confirmed.
        send_at: when the grace ends.
        seen_at: when the task was last seen to be there.
        verify_until: until when an unknown outcome is looked into.
        ended_at: when it ended.
        ended_by: who ended it by hand, or froze deletions so that it ended; None if nobody did.
        ended_why: why, in their words; "" if they gave none.
        hint: who can confirm, and how.
        typed: True if the task's name has to be typed.
        others: how many others have to confirm; 0 if the requester does.
        confirmed_by: who has given the second confirmation so far.
        asked: whom the prompt asks to confirm.
        glass_by: the admin who confirmed alone although others should have; None if nobody did.
        glass_why: why, in their words.
        break_glass: True if an admin may do so.
        lapsed: True if a confirmation no longer counts, so that it waits for another one.
        warnings: what `[[rules]]` warn of.
        differences: what has changed since it was shown.
        freeze: the freeze in force.
        said: what became of the call.
        console_url: the task's page in the console.
        prompt_url: the prompt's address.
        ephemeral: True if only the requester sees the prompt.
    """

    id: str
    stage: Stage
    task_id: str
    look_up: LookUp | None = None
    requester: SlackUser
    operator: str
    reason: str = ""
    channel: str = ""
    at: int = 0
    expires_at: int = 0
    send_at: int = 0
    seen_at: int = 0
    verify_until: int = 0
    ended_at: int = 0
    ended_by: SlackUser | str | None = None
    ended_why: str = ""
    hint: Text = NOTHING
    typed: bool = False
    others: int = 0
    confirmed_by: tuple[SlackUser, ...] = ()
    asked: tuple[SlackUser | UserGroup, ...] = ()
    glass_by: SlackUser | None = None
    glass_why: str = ""
    break_glass: bool = False
    lapsed: bool = False
    warnings: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    freeze: FrozenBy | None = None
    said: Said = field(default_factory=Said)
    console_url: str = ""
    prompt_url: str = ""
    ephemeral: bool = False

    @property
    def facts(self) -> TaskFacts:
        """What is known of the task."""
        return self.look_up.facts if self.look_up is not None else TaskFacts()

    @property
    def name(self) -> str:
        """The task's name; "" if it is not known, or has nothing that can be seen."""
        return clean(self.facts.name)

    @property
    def task(self) -> Value:
        """The task, as a headline names it: by its name, or by the beginning of its ID; a link if there is a page."""
        if self.console_url:
            return Link(self.console_url, self.name or short(self.task_id))
        return self.name or Code(short(self.task_id))

    @property
    def expires(self) -> Moment:
        """Until when it can be confirmed."""
        return Moment(self.expires_at)
