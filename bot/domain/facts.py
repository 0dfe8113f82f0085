"""What a look-up shows about a task, and the fingerprint that binds a confirmation to what was shown."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from bot.domain.text import NOTHING, Text

BRANCH_LIMIT = 200
"""With this many branches or more a task cannot be deleted (DeleteTaskV3)."""


class Presence(StrEnum):
    """Whether a task exists. UNKNOWN (throttled, refused, 5xx, time-out, unreadable) is never GONE."""

    EXISTS = "exists"
    GONE = "gone"
    UNKNOWN = "unknown"


class Wanted(StrEnum):
    """How much of a task is looked up."""

    PRESENCE = "presence"  # whether it exists
    IDENTITY = "identity"  # also what a confirmation is bound to, and whether a check is running
    ALL = "all"  # also everything else that a prompt shows


class CheckState(StrEnum):
    """How the last check of a task went."""

    RUNNING = "running"
    FAILED = "failed"
    PASSED = "passed"
    STOPPED = "stopped"
    NEVER_RUN = "never_run"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A task found by a search.

    Args:
        task_id: the ID to delete it by.
        name: the task's name.
        project: the project's name, or its ID if the service did not return a name.
        branch: the branch that is checked; "" if the service did not say.
    """

    task_id: str
    name: str
    project: str = ""
    branch: str = ""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What somebody may have meant who typed a name or half an ID.

    Args:
        tasks: the most likely first.
        complete: False if there may be more tasks whose IDs begin like that.
    """

    tasks: tuple[Candidate, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """What is known about a task. "" and None mean "not known", never "none".

    Args:
        name: the task's name.
        project_id: the ID of its CodeArts project.
        project: the project's name.
        repository: the repository's URL.
        branch: the branch that is checked.
        branches: how many branches are checked.
        last_check: when the last check ran, as the service wrote it (formats differ between API versions).
        check_state: how that check went.
        issues: open issues by severity (`critical`, `major`, `minor`, `suggestion`); missing ones are not known.
        issue_count: all open issues.
        look_alikes: other tasks that could be mistaken for this one.
        missing_right: the IAM action that the bot needs to read more, such as `codeartscheck:task:get`; "" for none.
    """

    name: str = ""
    project_id: str = ""
    project: str = ""
    repository: str = ""
    branch: str = ""
    branches: int | None = None
    last_check: str = ""
    check_state: CheckState | None = None
    issues: Mapping[str, int] = field(default_factory=dict)
    issue_count: int | None = None
    look_alikes: tuple[Candidate, ...] = ()
    missing_right: str = ""

    @property
    def refused_by_service(self) -> Text:
        """Why the service would refuse to delete the task in its present state; empty if it would not."""
        if self.check_state is CheckState.RUNNING:
            return Text("A check is running. Stop it or wait, then ask again.")
        if self.branches is not None and self.branches >= BRANCH_LIMIT:
            return Text(
                "It has {branches} branches, and CodeArts Check refuses to delete a task with {limit} or more. "
                "Remove some branches first.",
                {"branches": self.branches, "limit": BRANCH_LIMIT},
            )
        return NOTHING


@dataclass(frozen=True, slots=True)
class LookUp:
    """The result of a look-up.

    Args:
        presence: whether the task exists.
        facts: what could be read about it.
        why: why its presence is unknown; empty if it is known.
        cut_short: True if its time was over, so that another look-up may find more.
    """

    presence: Presence
    facts: TaskFacts = field(default_factory=TaskFacts)
    why: Text = NOTHING
    cut_short: bool = False

    @property
    def fingerprint(self) -> str:
        """The fingerprint of what it found; "" if that is not all, or cannot be read."""
        return "" if self.cut_short or self.presence is not Presence.EXISTS else fingerprint(self.facts)


IDENTITY = ("name", "project_id", "project", "repository", "branch", "last_check")
"""The facts that a confirmation is bound to: which task it is, and that no check has run since."""


def fingerprint(facts: TaskFacts, like: TaskFacts | None = None) -> str:
    """A digest of what identifies a task: 32 hex digits.

    Args:
        facts: what was read.
        like: use only the facts that are known here: pass what was shown, if `facts` were read later.
    """
    known = [name for name in IDENTITY if getattr(like or facts, name)]
    identity = json.dumps({name: getattr(facts, name) for name in known})
    return sha256(identity.encode(errors="surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that has changed.

    Args:
        fact: its name in `TaskFacts`.
        before: what was shown.
        now: what was last read.
    """

    fact: str
    before: str
    now: str


def differences(shown: TaskFacts, now: TaskFacts) -> tuple[Difference, ...]:
    """What has changed in the task's identity since it was shown. A fact that was not known then cannot differ."""
    return tuple(
        Difference(name, getattr(shown, name), getattr(now, name))
        for name in IDENTITY
        if getattr(shown, name) and getattr(shown, name) != getattr(now, name)
    )
