"""The prompt before its review: what the requester wants to delete, and why. None of its buttons deletes."""

from bot.domain.text import Moment, Text, text
from bot.slack.views.layout import Buttons, Layout, Line, dots, section, sentences, small
from bot.slack.views.prompt_buttons import cancel, review
from bot.slack.views.prompt_lines import asks, frozen, small_print, warnings
from bot.slack.views.shown import Shown, Stage
from bot.slack.views.task_lines import details, differences, not_to_be_confused, obstacle, place


def first_step(shown: Shown) -> Layout:
    """Requested, changed since it was shown, or no longer readable."""
    again = shown.stage is not Stage.ASKED
    return Layout(
        (
            section(
                headline(shown),
                *warnings(shown),
                frozen(shown.freeze),
                *_news(shown),
                asks(shown),
                details(shown),
                not_to_be_confused(shown),
                obstacle(shown),
            ),
            Buttons(
                (
                    review(shown, Text("Review again…") if again else Text("Review deletion…")),
                    cancel(shown, Text("Cancel")),
                )
            ),
            small(*small_print(shown)),
        ),
        shown.at,
    )


def headline(shown: Shown) -> Line:
    """Which task, and what happened to it."""
    match shown.stage:
        case Stage.CHANGED:
            return dots(text("*{task} has changed since you looked*", task=shown.task))
        case Stage.UNREADABLE:
            return dots(text("*{task} wasn't deleted*", task=shown.task))
        case _:
            return dots(text("*{task}*", task=shown.task), *place(shown))


def _news(shown: Shown) -> tuple[Line, ...]:
    match shown.stage:
        case Stage.CHANGED:
            return *differences(shown), sentences(text("Checked again at {at}.", at=Moment(shown.at)))
        case Stage.UNREADABLE:
            return (sentences(Text("I couldn't check whether it has changed since, so nothing was sent.")),)
        case _:
            return ()
