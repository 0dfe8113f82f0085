"""Whether a confirmed deletion may still be sent, given its people and the settings as they are now."""

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.access import Identity
from bot.domain.asking import forgotten
from bot.domain.before_call import no_longer_allowed
from bot.domain.confirmations import kind_of, same_operator
from bot.domain.deletion import Confirmation, Deletion, Lifecycle, Returned
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import Action, State, transition
from bot.domain.refusal import Reason, Refused
from bot.domain.rules import Safeguards, strictest
from bot.domain.step import Step

People = Mapping[SlackUser, Identity | Refused]
"""The requester and the approvers as they are now; `Refused` for those who may not act, or could not be checked."""


def counting(deletion: Deletion, people: People) -> tuple[Confirmation, ...]:
    """The approvers' confirmations that count now: with distinct operators, and none with the requester's.

    An approver who cannot be checked does not count, but that does not fail the request.
    """
    operators = [deletion.operator]
    counted: list[Confirmation] = []
    for each in deletion.lifecycle.confirmations:
        now = people.get(each.user)
        if isinstance(now, Identity) and not any(same_operator(now.operator, other) for other in operators):
            operators.append(now.operator)
            counted.append(each)
    return tuple(counted)


def objection(deletion: Deletion, people: People, safeguards: Safeguards) -> Step | None:
    """What becomes of a deletion that is no longer confirmed; None if it may be sent.

    If the requester may no longer ask for it, it has failed. If too few confirmations count, it goes back to wait for
    more, and keeps those that do count.

    Args:
        deletion: in EXECUTING, before anything was sent.
        people: the requester and everyone who confirmed.
        safeguards: what the settings ask for now; for each safeguard, the stricter of these and the deletion's counts.
    """
    safeguards = strictest(deletion.safeguards, safeguards)
    requester = people.get(deletion.requester)
    if safeguards.protect:
        return no_longer_allowed(deletion, Refused(Reason.PROTECTED))
    if not isinstance(requester, Identity):
        return no_longer_allowed(deletion, requester or Refused(Reason.REQUESTER_BARRED))
    if requester.operator != deletion.operator:
        return no_longer_allowed(deletion, Refused(Reason.OPERATOR_CHANGED))
    if not kind_of(safeguards.second_step).by_others or _glass_holds(deletion, people, safeguards):
        return None
    given = counting(deletion, people)
    return None if len(given) >= safeguards.confirmers else _lapsed(deletion, given, safeguards)


def _glass_holds(deletion: Deletion, people: People, safeguards: Safeguards) -> bool:
    glass = deletion.lifecycle.broken_glass
    admin = people.get(glass.by) if glass is not None else None
    return safeguards.break_glass and isinstance(admin, Identity) and admin.admin


def _lapsed(deletion: Deletion, given: tuple[Confirmation, ...], safeguards: Safeguards) -> Step:
    lifecycle = deletion.lifecycle
    after = Lifecycle(
        state=State.REVIEWED,
        expires_at=max(lifecycle.expires_at, deletion.renewed_until),
        ttl=lifecycle.ttl,
        confirmations=given,
        returned=Returned.LAPSED,
        stricter=safeguards,
    )
    back = replace(deletion.under(after), delivery=forgotten(deletion.delivery, State.REVIEWED))
    return Step(back, transition(deletion.state, Action.LAPSE, State.REVIEWED))
