"""`[[rules]]`: which deletions have to pass more than `[confirmation]` asks for."""

from pydantic import Field

from bot.domain.rules import LEAST, Match, ReasonPolicy, Rule, Safeguards
from bot.settings import kinds
from bot.settings.checks import refusal
from bot.settings.table import Table


class MatchTable(Table):
    """`match`: globs; all kinds that are given must match, each by one of its globs."""

    channels: tuple[kinds.ChannelGlob, ...] = Field(
        (), description="globs of channel IDs; `D*` is every direct message"
    )
    projects: tuple[kinds.Glob, ...] = Field((), description="globs of CodeArts project names or IDs")
    repositories: tuple[kinds.Glob, ...] = Field((), description="globs of repository URLs")
    names: tuple[kinds.Glob, ...] = Field((), description="globs of task names")
    tasks: tuple[kinds.Glob, ...] = Field((), description="globs of task IDs")


class RuleTable(Table):
    """`[[rules]]`: every rule that matches counts, and the strictest wins."""

    match: MatchTable = Field(MatchTable(), description="which deletions the rule is for; without it, all")
    second_step: kinds.SecondStep | None = Field(None, description="how the second confirmation is given at least")
    grace_seconds: kinds.Grace | None = Field(
        None, description="time to stop a confirmed deletion before it is sent; 0 to 604800 (7 days)"
    )
    reason: kinds.ReasonPolicy | None = Field(None, description="`required`: a request must give a reason")
    protect: kinds.Flag = Field(default=False, description="`true`: this bot never deletes the task")
    warn: kinds.Warn = Field("", description="a line to show above the task's facts, of at most 200 characters")

    @property
    def rule(self) -> Rule:
        """As the deletions use it."""
        match = Match(
            channels=self.match.channels,
            projects=self.match.projects,
            repositories=self.match.repositories,
            names=self.match.names,
            tasks=self.match.tasks,
        )
        safeguards = Safeguards(
            second_step=self.second_step or LEAST,
            grace=(self.grace_seconds or 0) * 1_000,
            reason=self.reason or ReasonPolicy.OFF,
            protect=self.protect,
            warnings=(self.warn,) if self.warn else (),
        )
        return Rule(match, safeguards)


def ask_for_something(rules: tuple[RuleTable, ...]) -> tuple[RuleTable, ...]:
    """A rule that asks for nothing is one that was not finished."""
    for number, rule in enumerate(rules, 1):
        if rule.rule.safeguards == Safeguards():
            raise refusal(
                f"entry {number} asks for nothing", "Give it second_step, grace_seconds, reason, protect or warn."
            )
    return rules
