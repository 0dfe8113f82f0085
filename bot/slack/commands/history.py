"""`/codecheck history [task_id or @user]`: what has happened, as the audit log tells it."""

import re
from collections.abc import Mapping

from bot.domain.command import History
from bot.domain.errors import UsageError
from bot.domain.identity import SlackUser
from bot.domain.reasons import Reason
from bot.domain.record import Entry
from bot.domain.task_id import short
from bot.domain.text import NOTHING, Channel, Code, Moment, Text, Value
from bot.slack.pasted_text import bare, read_task_id
from bot.slack.slack_markup import Words
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.answers import refusal
from bot.slack.views.layout import Layout, Line, section, sentences, told
from bot.slack.views.message import Message
from bot.slack.views.pages import page_buttons

_POSITION = re.compile(r"[0-9]{1,20}-[0-9]{1,20}")  # of an event in the log; only the buttons write it
_USER_ID = re.compile(r"@([UW][0-9A-Z]+)(?:\|.*)?")  # a mention that was pasted as text
_STORY: Mapping[str, str] = {
    "requested": "{who} asked to delete {task}",
    "refused": "{who} was refused: {act} ({why})",
    "reviewed": "{who} reviewed the deletion of {task}",
    "confirmed": "{who} confirmed the deletion of {task}",
    "cancelled": "{task} kept: {who} cancelled",
    "expired": "{task} kept: nobody confirmed in time",
    "called": "CodeArts Check was asked to delete {task}",
    "taken_up": "an interrupted call was taken up",
    "sent_again": "CodeArts Check was asked again to delete {task}",
    "accepted": "CodeArts Check accepted the deletion of {task}, and had not finished it",
    "unknown": "it is not known whether {task} was deleted",
    "looked": "{task} was looked up, and it is still not known",
    "deleted": "{task} was deleted, asked for by {requester}",
    "failed": "{task} was not deleted",
    "frozen": "{who} froze deletions: {why}",
    "unfrozen": "{who} let deletions go on",
    "trimmed": "older events were removed, as the settings say",
}


def parse(words: Words) -> History:
    """Read what to look back at, and where its page begins.

    Raises:
        UsageError: it is neither one task ID nor one person.
    """
    typed = list(filter(None, map(bare, words.text.split())))
    before = after = ""
    if typed[-2:-1] in (["before"], ["after"]) and _POSITION.fullmatch(typed[-1]):
        before, after = (typed[-1], "") if typed[-2] == "before" else ("", typed[-1])
        typed = typed[:-2]
    if not typed:
        return History(before=before, after=after)
    if len(typed) > 1:
        raise UsageError(Text("Give one task ID, one person, or nothing."))
    if typed[0].startswith("@"):
        return History(user_id=_person(typed[0], words.people), before=before, after=after)
    return History(task_id=read_task_id(typed[0]), before=before, after=after)


def _person(name: str, people: Mapping[str, str]) -> str:
    mentioned = {bare(mention): user_id for mention, user_id in people.items()}
    if name in mentioned:
        return mentioned[name]
    if typed_out := _USER_ID.fullmatch(name):
        return typed_out[1]
    raise UsageError(Text("{name} isn't somebody I know. Pick the person from Slack's list.", {"name": name}))


async def answer(call: Call) -> Layout | Message:
    """A page of the audit log."""
    asked = parse(call.words)
    page = await call.services.looking_back.history(asked, call.by, call.channel)
    if page.reason is not Reason.ALLOWED:
        return refusal(page.reason, call.by)
    target = f" <@{asked.user_id}>" if asked.user_id else f" {asked.task_id}".rstrip()
    buttons = page_buttons(
        newer=f"{SUBCOMMAND.name}{target} after {page.newer}" if page.newer else "",
        older=f"{SUBCOMMAND.name}{target} before {page.older}" if page.older else "",
    )
    if not page.entries:
        return Layout(
            (*told(Text("There is nothing more.") if page.older else Text("There is nothing.")).parts, buttons)
        )
    lines = (section(_line(entry, call.by.team)) for entry in page.entries)
    return Layout((section(_title(asked, call.by.team)), *lines, buttons))


def _title(asked: History, team: str) -> Text:
    if asked.user_id:
        return Text("*What {person} did and asked for*, newest first", {"person": SlackUser(team, asked.user_id)})
    if asked.task_id:
        return Text("*What happened to {task}*, newest first", {"task": Code(asked.task_id)})
    return Text("*What happened*, newest first")


def _line(entry: Entry, team: str) -> Line:
    """One event: when, what, who, why, and what the service said."""
    at, who = entry.facts.get("at"), entry.says("who")
    values: Mapping[str, Value] = {
        "at": Moment(at) if isinstance(at, int) else "?",
        "who": "The bot" if who == "bot" else SlackUser(team, who),
        "requester": SlackUser(team, entry.says("requester") or who),
        "task": Code(short(entry.says("task"))) if entry.says("task") else "the task",
        "act": entry.says("act"),
        "why": entry.says("why").replace("_", " ") or "no reason given",
        "channel": Channel(entry.says("channel")),
        "what": entry.says("what"),
    }
    said = " ".join(entry.says(name) for name in ("status", "http_status", "code") if entry.says(name))
    return sentences(
        Text("{at} ", values),
        Text(_STORY.get(entry.says("what"), "{what}: {task}"), values),
        Text("{said}", {"said": Code(said)}) if said else NOTHING,
    )


SUBCOMMAND = Subcommand(
    name="history",
    order=30,
    arguments="[task_id or @user]",
    example="897acf13d2a04fb6a7d3f8a3f3f0a001",
    does="shows what has happened",
    who=Who.DELETERS,
    pages=True,
    answer=answer,
)
