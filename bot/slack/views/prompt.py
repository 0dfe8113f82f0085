"""The prompt of a deletion: one message, which changes in place."""

from collections.abc import Callable, Mapping

from bot.domain.text import Text
from bot.slack.views.layout import Layout, told
from bot.slack.views.prompt_ended import ended
from bot.slack.views.prompt_first_step import first_step
from bot.slack.views.prompt_second_step import second_step
from bot.slack.views.prompt_under_way import under_way
from bot.slack.views.shown import ENDED, Shown, Stage

_VIEWS: Mapping[Stage, Callable[[Shown], Layout]] = {
    Stage.ASKED: first_step,
    Stage.CHANGED: first_step,
    Stage.UNREADABLE: first_step,
    Stage.REVIEWED: second_step,
    Stage.SCHEDULED: under_way,
    Stage.EXECUTING: under_way,
    Stage.ACCEPTED: under_way,
    Stage.UNKNOWN: under_way,
    **dict.fromkeys(ENDED, ended),
}


def prompt(shown: Shown) -> Layout:
    """The prompt as it should look now."""
    return _VIEWS[shown.stage](shown)


def retired() -> Layout:
    """What replaces a prompt whose deletion is no longer known."""
    return told(Text("This request is no longer known: it ended long ago, or my storage has lost it."))
