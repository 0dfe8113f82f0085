"""`[confirmation]` and `[second_person]`: how sure the bot must be, and how long it waits."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.domain.approval_wait import SecondPerson
from bot.domain.rules import LEAST, Match, ReasonPolicy, Rule, Safeguards
from bot.settings import checks, kinds
from bot.settings.checks import within
from bot.settings.table import Table


class ConfirmationRule(Table):
    """`[[confirmation.rules]]`, which `[[rules]]` replaces."""

    channels: Annotated[frozenset[kinds.ChannelId], AfterValidator(checks.not_empty)] = Field(
        frozenset(), validate_default=True, description="IDs of the channels that it is for"
    )
    second_step: kinds.SecondStep | None = Field(None, description="how the second confirmation is given there")
    grace_seconds: kinds.Grace | None = Field(None, description="time to stop a confirmed deletion there")

    @property
    def rule(self) -> Rule:
        """As a rule."""
        return Rule(
            Match(channels=tuple(sorted(self.channels))),
            Safeguards(second_step=self.second_step or LEAST, grace=(self.grace_seconds or 0) * 1_000),
        )


class Confirmation(Table):
    """`[confirmation]`: what every deletion has to pass."""

    ttl_seconds: Annotated[kinds.Seconds, within(1, 1800, "seconds")] = Field(
        300, description="time from the request to the second confirmation; 1 to 1800 (a response_url lives no longer)"
    )
    second_step: kinds.SecondStep = Field(
        LEAST, description=f"how the second confirmation is given: {kinds.SECOND_STEPS}"
    )
    dwell_seconds: Annotated[kinds.Seconds, within(0, 30, "seconds")] = Field(
        2, description="how long the second step must have been shown before it counts; 0 to 30"
    )
    reason: kinds.ReasonPolicy = Field(
        ReasonPolicy.OPTIONAL, description="whether a request gives a reason: `off`, `optional` or `required`"
    )
    grace_seconds: kinds.Grace = Field(
        0,
        description="time to stop a confirmed deletion before it is sent; 0 (none) to 604800 (7 days). The thread is "
        "reminded a day and an hour before a long one ends",
    )
    resume_seconds: Annotated[kinds.Seconds, within(0, 3600, "seconds")] = Field(
        300, description="how long after its confirmation an interrupted call may be sent again; 0 (never) to 3600"
    )
    verify_seconds: Annotated[kinds.Seconds, within(1, 3600, "seconds")] = Field(
        300, description="how long the bot looks into an outcome that is not known; 1 to 3600"
    )
    rules: tuple[ConfirmationRule, ...] = Field(
        (),
        description="`[[confirmation.rules]]` with `channels`, `second_step` and `grace_seconds`; use `[[rules]]`, "
        "which replaces it",
    )


class SecondPersonTable(Table):
    """`[second_person]`: how a request waits for other people."""

    ttl_seconds: Annotated[kinds.Seconds, within(1, 259_200, "seconds")] = Field(
        28_800, description="time from the request to the last confirmation; 1 to 259200 (72 hours)"
    )
    confirmers: Annotated[kinds.Count, within(1, 10, "people")] = Field(
        1, description="how many other people must confirm; 1 to 10"
    )
    ask: tuple[kinds.Mentioned, ...] = Field((), description="IDs of users or user groups that are mentioned")
    remind_minutes: tuple[Annotated[kinds.Count, within(1, 4320, "minutes")], ...] = Field(
        (15, 60), description="how many minutes after the request they are reminded"
    )
    break_glass: kinds.Flag = Field(
        default=False,
        description="`true`: an admin may confirm alone, with a reason, and everyone concerned is told",
    )

    @property
    def in_domain(self) -> SecondPerson:
        """As the deletions use it: reminders rise, and none comes after the request has expired."""
        reminders = sorted({minutes * 60_000 for minutes in self.remind_minutes if minutes * 60 < self.ttl_seconds})
        return SecondPerson(
            ttl=self.ttl_seconds * 1_000,
            ask=tuple(dict.fromkeys(self.ask)),
            reminders=tuple(reminders),
        )
