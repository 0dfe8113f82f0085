"""The buttons of an answer that has pages."""

from bot.domain.text import Text
from bot.slack.action_ids import PAGE
from bot.slack.views.layout import Button, Buttons


def page_buttons(*, newer: str, older: str) -> Buttons:
    """Buttons to the pages beside this one.

    Args:
        newer: the subcommand that shows the page before, such as `pending 1`; "" if there is none.
        older: the same for the page after.
    """
    buttons = (
        Button(Text("Newer"), f"{PAGE}.newer", newer),
        Button(Text("Older"), f"{PAGE}.older", older),
    )
    return Buttons(tuple(button for button in buttons if button.value))
