"""The prompt when it has ended: what became of the task, in a line or two. The details are in its thread."""

from bot.domain.text import NOTHING, Code, Link, Moment, Text, text
from bot.slack.action_ids import COMMAND
from bot.slack.views.layout import Layout, Line, dots, section, sentences
from bot.slack.views.prompt_lines import confirmed_by_others, glass, quoted_reason, when
from bot.slack.views.shown import Shown, Stage


def ended(shown: Shown) -> Layout:
    """Deleted, not deleted, gone, kept, or never known."""
    why_kept = sentences(*how_it_went(shown)) if shown.stage is Stage.CANCELLED else sentences()
    return Layout((section(_line(shown), glass(shown), why_kept, what_to_do(shown)),), shown.at)


def headline(shown: Shown) -> Text:
    """Which task, and what became of it."""
    match shown.stage:
        case Stage.DELETED:
            return text("✅ *{task}* deleted", task=shown.task)
        case Stage.FAILED:
            return text("❌ *{task}* was not deleted.", task=shown.task)
        case Stage.GONE if shown.said.why:  # a call had been sent, which may have done it
            return text("*{task}* is gone.", task=shown.task)
        case Stage.GONE:
            return text("*{task}* was already gone.", task=shown.task)
        case Stage.UNKNOWN_FINAL:
            return text("⚠️ *{task}*: still not known whether it was deleted.", task=shown.task)
        case _:
            return text("*{task}* kept", task=shown.task)


def by_whom(shown: Shown) -> Text:
    """Who kept it, and how; NOTHING if nobody did, and it could not continue."""
    who = shown.ended_by or shown.requester
    match shown.stage:
        case Stage.DECLINED if shown.ended_why:
            return text("declined by {who}: “{why}”", who=who, why=shown.ended_why)
        case Stage.DECLINED:
            return text("declined by {who}", who=who)
        case Stage.STOPPED:
            return text("stopped by {who}", who=who)
        case Stage.FROZEN:
            return _by_freeze(shown)
        case Stage.EXPIRED:
            return text("nobody confirmed by {expires}", expires=shown.expires)
        case _ if shown.ended_by is None:
            return NOTHING
        case _:
            return text("cancelled by {who}", who=who)


def how_it_went(shown: Shown) -> tuple[Text, ...]:
    """What it means, and what a person can do, for what was not simply deleted or kept."""
    match shown.stage:
        case Stage.GONE if shown.said.why:
            return (shown.said.why,)
        case Stage.GONE:
            return _gone(shown), Text("This request didn't delete it.")
        case Stage.FAILED:
            return shown.said.why, shown.said.hint
        case Stage.UNKNOWN_FINAL:
            return shown.said.why, _look_yourself(shown)
        case Stage.CANCELLED:
            return shown.said.why, shown.said.hint
        case _:
            return ()


def _line(shown: Shown) -> Line:
    match shown.stage:
        case Stage.DELETED:
            who = text("{who}", who=shown.requester)
            return dots(headline(shown), who, confirmed_by_others(shown), when(shown.ended_at), quoted_reason(shown))
        case Stage.FAILED | Stage.GONE | Stage.UNKNOWN_FINAL:
            return sentences(headline(shown), *how_it_went(shown))
        case Stage.EXPIRED:
            return dots(headline(shown), by_whom(shown))
        case _:
            return dots(headline(shown), by_whom(shown), when(shown.ended_at))


def what_to_do(shown: Shown) -> Text:
    """How to ask again, if nobody confirmed in time."""
    if shown.stage is not Stage.EXPIRED:
        return NOTHING
    return text("{command} asks again.", command=Code(f"{COMMAND} delete {shown.task_id}"))


def _by_freeze(shown: Shown) -> Text:
    if shown.ended_by is None:  # from a shell
        return Text("stopped by a freeze")
    if shown.ended_why:
        return text("stopped by {who}'s freeze: “{why}”", who=shown.ended_by, why=shown.ended_why)
    return text("stopped by {who}'s freeze", who=shown.ended_by)


def _gone(shown: Shown) -> Text:
    if not (shown.seen_at and shown.ended_at):
        return NOTHING
    between = {"seen": Moment(shown.seen_at), "missed": Moment(shown.ended_at)}
    return Text("It disappeared between {seen} and {missed}.", between)


def _look_yourself(shown: Shown) -> Text:
    if shown.console_url:
        return text("Please {look}.", look=Link(shown.console_url, "look in CodeArts Check"))
    return Text("Please look in CodeArts Check.")
