"""Messages that notify people: to confirm, to be reminded, or to learn that something ended.

An edit of the prompt notifies nobody, so people who wait for something get a separate message.
"""

from bot.domain.identity import SlackUser
from bot.domain.text import NOTHING, Code, Link, Moment, Several, Text, text
from bot.slack.views import prompt_ended, prompt_first_step, prompt_lines, prompt_under_way
from bot.slack.views.layout import Layout, Line, dots, section, sentences, small, told
from bot.slack.views.prompt_lines import asks, confirmed_by_others, glass, task_id
from bot.slack.views.shown import ENDED, KEPT, FrozenBy, Shown, Stage
from bot.slack.views.task_lines import place
from bot.slack.views.waiting import MINE


def to_confirm(shown: Shown) -> Layout:
    """To those who can confirm, in the prompt's thread: it mentions them, once."""
    called = text("{people} please have a look:", people=Several(shown.asked)) if shown.asked else NOTHING
    return Layout(
        (
            section(dots(text("*{task}*", task=shown.task), *place(shown)), sentences(called, asks(shown))),
            small(
                dots(
                    text("as operator {operator}", operator=Code(shown.operator)),
                    text("until {expires}", expires=shown.expires),
                    text("my Home tab and {mine} list what you can confirm", mine=MINE),
                )
            ),
        ),
        shown.at,
    )


def glass_broken(shown: Shown) -> Layout:
    """To those who should have confirmed, in the prompt's thread: an admin has confirmed alone."""
    called = text("For your information: {people}", people=Several(shown.asked)) if shown.asked else NOTHING
    return Layout(
        (section(dots(text("*{task}*", task=shown.task), *place(shown)), glass(shown), dots(called)),), shown.at
    )


def reminder(shown: Shown) -> Layout:
    """In the thread, later: that it still waits, or can still be stopped. It mentions nobody again."""
    if shown.stage is Stage.SCHEDULED:
        can_stop = Text("Anyone who may delete tasks here can still stop it.")
        return Layout((section(dots(prompt_under_way.headline(shown)), can_stop),), shown.at)
    return Layout(
        (
            section(
                text(
                    "*{task}*: still waiting for someone to confirm, until {expires}.",
                    task=shown.task,
                    expires=shown.expires,
                )
            ),
        ),
        shown.at,
    )


def to_requester(shown: Shown) -> Layout:
    """To the requester, by direct message: it ended late, was ended by someone else, or has to be reviewed again."""
    link = text("{request}", request=Link(shown.prompt_url, "see the request")) if shown.prompt_url else NOTHING
    return Layout((section(*_ending(shown)), small(dots(task_id(shown), link))), shown.at)


def _ending(shown: Shown) -> tuple[Line, ...]:
    if shown.stage in {Stage.CHANGED, Stage.UNREADABLE}:
        again = Text("It has to be reviewed and confirmed again.")
        return prompt_first_step.headline(shown), dots(again)
    if shown.stage not in ENDED:
        return dots(prompt_under_way.headline(shown)), prompt_under_way.what_next(shown)
    if shown.stage is Stage.DELETED:
        at = Moment(shown.ended_at)
        deleted = text("✅ *{task}* was deleted at {at}", task=shown.task, at=at)
        return dots(deleted, confirmed_by_others(shown)), dots(glass(shown))
    if shown.stage in KEPT:
        how = sentences(*prompt_ended.how_it_went(shown), prompt_ended.what_to_do(shown))
        return dots(prompt_ended.headline(shown), prompt_ended.by_whom(shown)), how
    return (sentences(prompt_ended.headline(shown), *prompt_ended.how_it_went(shown)),)


def frozen(freeze: FrozenBy) -> Layout:
    """To the channels with waiting requests, and those of `[notify]`."""
    return told(prompt_lines.frozen(freeze))


def unfrozen(by: SlackUser | str) -> Layout:
    """To the same channels, when someone has lifted the freeze."""
    return told(text("Deletions go on: {by} ended the freeze.", by=by))
