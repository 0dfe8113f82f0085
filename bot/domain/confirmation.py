"""How sure the bot must be before it deletes: `[confirmation]` of codecheck.toml, and its rules by channel."""

from dataclasses import dataclass
from enum import StrEnum


class SecondStep(StrEnum):
    """How the second confirmation is given."""

    BUTTON = "button"  # the requester presses another button
    TYPED = "typed"  # the requester types the task's ID
    SECOND_PERSON = "second_person"  # somebody else who is allowed presses the button


@dataclass(frozen=True, slots=True)
class Safeguards:
    """What holds in one conversation.

    Args:
        second_step: how the second confirmation is given.
        grace: milliseconds between it and the call, in which it can be stopped.
    """

    second_step: SecondStep = SecondStep.BUTTON
    grace: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """Other safeguards for some channels; None leaves the usual one.

    Args:
        channels: the channels' IDs.
        second_step: in place of the usual one.
        grace: the same.
    """

    channels: frozenset[str]
    second_step: SecondStep | None = None
    grace: int | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The usual safeguards, and the rules; no channel stands in two of them.

    Args:
        usual: what holds where no rule says otherwise.
        rules: what holds elsewhere.
    """

    usual: Safeguards = Safeguards()
    rules: tuple[Rule, ...] = ()

    def of(self, channel: str) -> Safeguards:
        """What holds in `channel`."""
        for rule in self.rules:
            if channel in rule.channels:
                return Safeguards(
                    self.usual.second_step if rule.second_step is None else rule.second_step,
                    self.usual.grace if rule.grace is None else rule.grace,
                )
        return self.usual
