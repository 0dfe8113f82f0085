"""How sure the bot must be before it deletes a task: `[confirmation]`, and the `[[rules]]` that ask for more.

Every matching rule counts, and for each safeguard the strictest wins. A fact that is not known counts as matching, so
nobody can evade a rule by asking while look-ups fail.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from bot.domain.confirmations import KINDS, kind_of
from bot.domain.facts import TaskFacts

UNREAD = TaskFacts()
LEAST = next(iter(KINDS))


class ReasonPolicy(StrEnum):
    """Whether a request needs a reason, the strictest last."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguards:
    """What one deletion has to pass.

    Args:
        second_step: the kind of second confirmation, by its name in `bot.domain.confirmations`.
        grace: milliseconds between it and the call, during which anyone allowed in the channel can stop it.
        reason: whether a reason is asked for.
        dwell: milliseconds for which the second step must have been shown before it counts.
        confirmers: how many other people must confirm, if others have to.
        protect: True if the bot must refuse.
        break_glass: True if an admin may confirm alone although others should. `[[rules]]` cannot change it.
        warnings: lines to show above the facts, from the settings.
    """

    second_step: str = LEAST
    grace: int = 0
    reason: ReasonPolicy = ReasonPolicy.OFF
    dwell: int = 0
    confirmers: int = 1
    protect: bool = False
    break_glass: bool = False
    warnings: tuple[str, ...] = ()


def strictest(first: Safeguards, second: Safeguards) -> Safeguards:
    """The stricter of the two for each safeguard, with the warnings of both."""
    return Safeguards(
        second_step=max(first.second_step, second.second_step, key=lambda name: kind_of(name).strictness),
        grace=max(first.grace, second.grace),
        reason=max(first.reason, second.reason, key=list(ReasonPolicy).index),
        dwell=max(first.dwell, second.dwell),
        confirmers=max(first.confirmers, second.confirmers),
        protect=first.protect or second.protect,
        break_glass=first.break_glass and second.break_glass,
        warnings=tuple(dict.fromkeys(first.warnings + second.warnings)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which deletions a rule applies to: globs (`*`, `?`, `[a-z]`) that ignore case.

    Every non-empty field must match, by at least one of its globs; an empty field matches everything.

    Args:
        channels: globs for the channel's ID.
        projects: globs for the CodeArts project's name or ID.
        repositories: globs for the repository's URL, with or without `.git` at its end.
        names: globs for the task's name.
        tasks: globs for the task's ID.
    """

    channels: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()

    @property
    def any_task(self) -> bool:
        """Whether it depends on the channel only."""
        return not (self.projects or self.repositories or self.names or self.tasks)

    def has_channel(self, channel: str) -> bool:
        """Whether the rule could apply in `channel`."""
        return _matches(self.channels, channel)

    def fits(self, channel: str, facts: TaskFacts, task_id: str) -> bool:
        """Whether the rule applies. A fact that is not known ("") could be anything, so it matches."""
        repository = facts.repository
        return (
            self.has_channel(channel)
            and _matches(self.projects, facts.project, facts.project_id)
            and _matches(self.repositories, repository, repository.removesuffix(".git"))
            and _matches(self.names, facts.name)
            and _matches(self.tasks, task_id)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """What some deletions have to pass.

    Args:
        match: which deletions.
        safeguards: what they have to pass; the defaults ask for nothing.
    """

    match: Match
    safeguards: Safeguards


@dataclass(frozen=True, slots=True)
class Rules:
    """What each deletion has to pass.

    Args:
        usual: what all deletions have to pass.
        rules: what some deletions have to pass in addition.
    """

    usual: Safeguards = Safeguards()
    rules: tuple[Rule, ...] = ()

    def of(self, channel: str, facts: TaskFacts | None, task_id: str) -> Safeguards:
        """What the deletion of one task has to pass.

        Args:
            channel: the ID of the conversation in which it is requested.
            facts: what is known about the task; None if nothing could be read.
            task_id: the task's ID.
        """
        safeguards = self.usual
        for rule in self.rules:
            if rule.match.fits(channel, facts or UNREAD, task_id):
                safeguards = strictest(safeguards, replace(rule.safeguards, break_glass=safeguards.break_glass))
        return safeguards

    def at_least(self, channel: str) -> Safeguards:
        """What each deletion requested in `channel` has to pass, whichever task it is."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.match.any_task)).of(channel, None, "")


def _matches(globs: Iterable[str], *values: str) -> bool:
    """Whether one of `globs` matches one of `values`. True if there are no globs, or if a value is not known."""
    folded = [_folded(glob) for glob in globs]
    return (
        not folded or not all(values) or any(fnmatchcase(_folded(value), glob) for glob in folded for value in values)
    )


def _folded(text: str) -> str:
    """One spelling for texts that look the same: é as one or two characters, invisible characters, upper case."""
    text = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
