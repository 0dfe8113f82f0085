"""The prompt after its review: what is lost for good, and the one button that deletes.

It has every line of the first step and more above its red button, so that button is never under the pointer of
somebody who has just pressed one of the first step's.
"""

from bot.domain.text import Text, text
from bot.slack.views.layout import Buttons, Layout, dots, section, small
from bot.slack.views.prompt_buttons import cancel, confirm, decline
from bot.slack.views.prompt_lines import asks_in_short, frozen, small_print, warnings
from bot.slack.views.shown import Shown
from bot.slack.views.task_lines import details, obstacle, place, repository


def second_step(shown: Shown) -> Layout:
    """Reviewed: waits for the second confirmation. While deletions are frozen there is no red button."""
    keep = cancel(shown, Text("Keep it"))
    return Layout(
        (
            section(
                text("*Delete {task} for good?*", task=shown.task),
                *warnings(shown),
                frozen(shown.freeze),
                asks_in_short(shown),
                dots(*place(shown), repository(shown)),
                details(shown),
                obstacle(shown),
                Text("Its settings, issues and check history go with it. This can't be undone."),
            ),
            Buttons((keep, decline(shown)) if shown.others else (keep,)),
            small(*small_print(shown)),
            Buttons(() if shown.freeze else (confirm(shown),)),
        ),
        shown.at,
    )
