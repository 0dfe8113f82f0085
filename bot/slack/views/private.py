"""Other private answers: no such task, already requested, storage or Slack in trouble, a limit for the admins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.facts import Candidate, Suggestions
from bot.domain.identity import SlackUser
from bot.domain.text import NOTHING, Code, Link, Moment, Text, text
from bot.slack.views.layout import Layout, Line, dots, sentences, told
from bot.slack.views.shown import Shown

_MOST = 5  # tasks that are suggested


@dataclass(frozen=True, slots=True)
class Deleted:
    """Who deleted a task earlier, and when, in ms of Redis's clock."""

    by: SlackUser
    at: int


def no_such_task(typed: str, meant: Suggestions | None = None, deleted: Deleted | None = None) -> Layout:
    """What was typed is not the ID of a task.

    Args:
        typed: the ID, half an ID or a name.
        meant: what may have been meant.
        deleted: the deletion of that task, if the audit log knows one.
    """
    unknown = text("CodeArts Check knows no task {typed}.", typed=Code(typed))
    if meant is None:
        return told(sentences(unknown, _deleted(deleted)))
    more = len(meant.tasks) - _MOST
    return told(
        sentences(unknown, _deleted(deleted)),
        *_suggested(meant.tasks[:_MOST]),
        text("… and {more} more", more=more) if more > 0 else NOTHING,
        NOTHING if meant.complete else Text("I couldn't look through all tasks."),
    )


def _suggested(tasks: Sequence[Candidate]) -> Iterator[Line | Text]:
    if tasks:
        yield Text("Did you mean one of these?" if len(tasks) > 1 else "Did you mean this one?")
    for each in tasks:
        project = text("{project}", project=each.project) if each.project else NOTHING
        yield dots(text("*{name}*", name=each.name), project, text("{id}", id=Code(each.task_id)))


def already_asked(shown: Shown, by: SlackUser) -> Layout:
    """A person requests a deletion that has already been requested."""
    if shown.requester == by:
        asked = text("You asked for *{task}* already, and it hasn't ended yet.", task=shown.task)
    else:
        asked = text("{who} asked for *{task}* already, and it hasn't ended yet.", who=shown.requester, task=shown.task)
    return told(sentences(asked, _where(shown, by)))


def modal_not_opened(*, command: bool = False) -> Layout:
    """Slack did not open a modal, after a click or a command, or has not said that it did: it may be open all the same.

    A command's modal asks for the reason.
    """
    if command:
        again = Text("If you don't see it, type the command again, with a reason after the ID.")
    else:
        again = Text("If you don't see it, press the button again.")
    return told(sentences(Text("Slack may not have opened the dialog."), again))


def broken(reference: str, *, nothing_done: bool) -> Layout:
    """An unexpected error. The log has the details under `reference`."""
    consequence = Text("I didn't do anything.") if nothing_done else Text("I don't know whether that counted.")
    log = text("The log has the details under {reference}.", reference=Code(reference))
    return told(sentences(Text("Something went wrong."), consequence, log))


def limit_reached(limit: int, until: int, requester: SlackUser | None) -> Layout:
    """To the admins, once: a limit refuses confirmations.

    Args:
        limit: how many are allowed per hour.
        until: when the next one is possible, in ms of Redis's clock.
        requester: whose limit it is; None for the common limit.
    """
    if requester is None:
        reached = text("⚠️ This hour's limit for deletions is reached: {limit}.", limit=limit)
    else:
        reached = text("⚠️ {who} has reached this hour's limit for deletions: {limit}.", limit=limit, who=requester)
    until_then = text("More are refused until {until}.", until=Moment(until))
    return told(reached, sentences(until_then, text("{freeze} stops all.", freeze=Code("/codecheck freeze <reason>"))))


def _deleted(deleted: Deleted | None) -> Text:
    if deleted is None:
        return NOTHING
    return text("{who} deleted it at {when}.", who=deleted.by, when=Moment(deleted.at))


def _where(shown: Shown, by: SlackUser) -> Text:
    if shown.prompt_url:
        return text("{request}", request=Link(shown.prompt_url, "See the request"))
    if not shown.ephemeral:
        return Text("Its prompt is being posted.")
    return Text("Only you can see its prompt.") if shown.requester == by else Text("Only they can see its prompt.")
