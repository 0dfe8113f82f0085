"""What a kind of second confirmation is."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.identity import SlackUser
from bot.domain.refusal import Reason
from bot.domain.text import NOTHING, Text


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to give the second confirmation.

    Args:
        by: who tries.
        operator: their operator.
        requester: who asked for the deletion.
        requester_operator: the requester's operator.
        answers: the valid answers: the task's name and its ID.
        typed: what was typed; None for a button.
        seen_by_others: whether anyone but the requester can see the prompt.
    """

    by: SlackUser
    operator: str
    requester: SlackUser
    requester_operator: str
    answers: tuple[str, ...]
    typed: str | None
    seen_by_others: bool


def same_operator(one: str, other: str) -> bool:
    """Whether two operators are the same IAM user; IAM user names ignore case."""
    return one.casefold() == other.casefold()


def _no_objection(_attempt: Attempt) -> Reason | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to give the second confirmation.

    Args:
        name: its name for `second_step` in the settings.
        strictness: if rules ask for different kinds, the one with the highest value counts.
        objection: why an attempt does not count; None if it does.
        typed: True if a modal asks for the task's name.
        by_others: True if people other than the requester confirm.
        hint: the sentence in the prompt's small print; it can name the `requester`.
        here: what `whoami` says if deletions are confirmed this way.
    """

    name: str
    strictness: int
    objection: Callable[[Attempt], Reason | None] = _no_objection
    typed: bool = False
    by_others: bool = False
    hint: Text = NOTHING
    here: Text = NOTHING
