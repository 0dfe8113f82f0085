"""`button`: the requester presses a second button."""

from bot.domain.confirmations.kind import Kind
from bot.domain.text import Text

KIND = Kind(
    "button",
    strictness=0,
    hint=Text("Only {requester} can confirm"),
    here=Text("Here you confirm a deletion with two clicks."),
)
