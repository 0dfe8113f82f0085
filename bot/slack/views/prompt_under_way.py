"""The prompt when it is confirmed and has not ended: nothing left to confirm, and at most something to stop."""

from bot.domain.text import NOTHING, Moment, Several, Text, text
from bot.slack.views.layout import Buttons, Layout, Line, dots, section, sentences, small
from bot.slack.views.prompt_buttons import stop, withdraw
from bot.slack.views.prompt_lines import confirmed_by, frozen, glass, task_id
from bot.slack.views.shown import Shown, Stage


def under_way(shown: Shown) -> Layout:
    """Scheduled, executing, accepted, or with an outcome that is looked into."""
    scheduled = shown.stage is Stage.SCHEDULED
    return Layout(
        (
            section(headline(shown), glass(shown), frozen(shown.freeze), what_next(shown)),
            Buttons((stop(shown), *((withdraw(shown),) if shown.others else ())) if scheduled else ()),
            small(dots(task_id(shown), Text("anyone who may delete tasks here can stop it") if scheduled else NOTHING)),
        ),
        shown.at,
    )


def headline(shown: Shown) -> Text:
    """Which task, and what is happening to it."""
    match shown.stage:
        case Stage.SCHEDULED:
            return text("*{task}* will be deleted at {at}", task=shown.task, at=Moment(shown.send_at, exact=True))
        case Stage.ACCEPTED:
            return text("*{task}*: CodeArts Check accepted the deletion, and hasn't finished it.", task=shown.task)
        case Stage.UNKNOWN:
            return text("⚠️ *{task}*: not known yet whether it was deleted.", task=shown.task)
        case _:
            return text("*{task}* is being deleted…", task=shown.task)


def what_next(shown: Shown) -> Line:
    """Who confirmed it, or until when its outcome is looked into."""
    match shown.stage:
        case Stage.SCHEDULED:
            return dots(_confirmed_by(shown))
        case Stage.ACCEPTED | Stage.UNKNOWN:
            return sentences(shown.said.why, _looking(shown))
        case _:
            return dots(NOTHING)


def _confirmed_by(shown: Shown) -> Text:
    people = confirmed_by(shown)
    return text("Confirmed by {people}.", people=Several(people)) if people else NOTHING


def _looking(shown: Shown) -> Text:
    if not shown.verify_until:
        return NOTHING
    return text("Looking again until {until}.", until=Moment(shown.verify_until))
