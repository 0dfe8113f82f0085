"""The prompt after its review: what is lost for good, and the one button that deletes.

Above its red button it has more lines than the first step, so the red button is never under the pointer of someone who
has just pressed a button of the first step.
"""

from bot.domain.text import NOTHING, Text, text
from bot.slack.views.layout import Button, Buttons, Layout, dots, section, small
from bot.slack.views.prompt_buttons import break_glass, cancel, confirm, decline, withdraw
from bot.slack.views.prompt_lines import asks_in_short, frozen, small_print, warnings
from bot.slack.views.shown import Shown
from bot.slack.views.task_lines import details, differences, not_to_be_confused, obstacle, place, repository


def second_step(shown: Shown) -> Layout:
    """Reviewed: waits for the second confirmation. While deletions are frozen there is no red button."""
    return Layout(
        (
            section(
                text("*Delete {task} for good?*", task=shown.task),
                *warnings(shown),
                _lapsed(shown),
                frozen(shown.freeze),
                *differences(shown),
                asks_in_short(shown),
                dots(*place(shown), repository(shown)),
                details(shown),
                not_to_be_confused(shown),
                obstacle(shown),
                Text("Its settings, issues and check history go with it. This can't be undone."),
            ),
            Buttons(_keeping(shown)),
            small(*small_print(shown)),
            Buttons(() if shown.freeze else (confirm(shown), *((break_glass(shown),) if shown.break_glass else ()))),
        ),
        shown.at,
    )


def _keeping(shown: Shown) -> tuple[Button, ...]:
    """The buttons that delete nothing."""
    keep = cancel(shown, Text("Keep it"))
    if not shown.others:
        return (keep,)
    return keep, decline(shown), *((withdraw(shown),) if shown.confirmed_by else ())


def _lapsed(shown: Shown) -> Text:
    """Why it waits again although it had been confirmed."""
    return Text("A confirmation no longer counts.") if shown.lapsed else NOTHING
