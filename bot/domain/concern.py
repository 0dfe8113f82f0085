"""Which of the pending deletions concern a person: those that they can confirm, and those that they asked for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bot.domain.access import Identity
from bot.domain.decision import decide
from bot.domain.deletion import Deletion
from bot.domain.freeze import Freeze
from bot.domain.lifecycle import Action
from bot.domain.refusal import Reason
from bot.domain.rules import Rules, Safeguards

_COUNTS = frozenset({Reason.ALLOWED, Reason.TOO_SOON, Reason.FROZEN})
"""The answers to a click that counts, or will once the button has been there long enough or the freeze has ended."""


@dataclass(frozen=True, slots=True)
class Mine:
    """The pending deletions that concern one person, in each group those that expire first.

    Args:
        to_confirm: other people's, which they can confirm.
        own: their own.
        complete: False if there may be more that could not be read.
        freeze: the freeze in force.
    """

    to_confirm: tuple[Deletion, ...] = ()
    own: tuple[Deletion, ...] = ()
    complete: bool = True
    freeze: Freeze | None = None


def mine(  # noqa: PLR0913 - all that it depends on
    deletions: Iterable[Deletion],
    by: Identity,
    channels: Collection[str],
    rules: Rules,
    *,
    complete: bool,
    freeze: Freeze | None,
) -> Mine:
    """What concerns a person.

    Args:
        deletions: all that are pending.
        by: the person.
        channels: where they may confirm.
        rules: what a deletion has to pass by the current settings.
        complete: whether all deletions could be read.
        freeze: the freeze in force.
    """
    soonest = sorted(deletions, key=lambda deletion: deletion.lifecycle.expires_at)
    there = (deletion for deletion in soonest if deletion.channel in channels)
    return Mine(
        to_confirm=tuple(each for each in there if can_confirm(each, by, each.safeguards_by(rules))),
        own=tuple(each for each in soonest if each.requester == by.user),
        complete=complete,
        freeze=freeze,
    )


def can_confirm(deletion: Deletion, by: Identity, safeguards: Safeguards) -> bool:
    """Whether a click of `by` would confirm someone else's request, by the same decision as at the click.

    Only the click looks up whether the requester still has the right, since Slack has to be asked about them for that.
    """
    if by.user == deletion.requester:
        return False
    requester = Identity(deletion.requester, deletion.operator)
    return decide(deletion, Action.CONFIRM, by, safeguards, requester=requester).reason in _COUNTS
