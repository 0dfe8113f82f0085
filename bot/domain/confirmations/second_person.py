"""`second_person`: someone else, with a different operator, presses the button."""

from bot.domain.confirmations.kind import Attempt, Kind, same_operator
from bot.domain.refusal import Reason
from bot.domain.text import Text


def _objection(attempt: Attempt) -> Reason | None:
    if not attempt.seen_by_others:
        return Reason.NOBODY_ELSE_SEES
    if attempt.by == attempt.requester:
        return Reason.NOT_YOURSELF
    if same_operator(attempt.operator, attempt.requester_operator):
        return Reason.SAME_OPERATOR
    return None


KIND = Kind(
    "second_person",
    strictness=2,
    objection=_objection,
    by_others=True,
    hint=Text("Someone other than {requester} must confirm"),
    here=Text("Here you ask for a deletion, and someone else has to confirm it."),
)
