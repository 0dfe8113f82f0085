"""`typed`: the requester types the task's name, or its ID, into a modal."""

import unicodedata

from bot.domain.confirmations.kind import Attempt, Kind
from bot.domain.refusal import Reason
from bot.domain.text import Text


def _objection(attempt: Attempt) -> Reason | None:
    if attempt.typed is None:
        return Reason.NAME_NOT_TYPED
    typed = normalised(attempt.typed)
    answers = [normalised(answer) for answer in attempt.answers if answer]
    if typed in answers:
        return None
    if typed.casefold() in [answer.casefold() for answer in answers]:
        return Reason.WRONG_CASE
    return Reason.WRONG_NAME


def normalised(name: str) -> str:
    """A name as it is compared: in NFC, without invisible characters and without surrounding or repeated spaces."""
    seen = "".join(each for each in name if unicodedata.category(each) != "Cf")
    return " ".join(unicodedata.normalize("NFC", seen).split())


KIND = Kind(
    "typed",
    strictness=1,
    objection=_objection,
    typed=True,
    hint=Text("Only {requester} can confirm, by typing its name"),
    here=Text("Here you confirm a deletion with a click, then by typing the task's name."),
)
