"""`/codecheck history [task_id or @user]`: what has happened, as the audit log tells it."""

import re
from collections.abc import Mapping

from bot.deletions.history import About
from bot.domain.audit import BOT, Recorded
from bot.domain.errors import UsageError
from bot.domain.identity import SlackUser
from bot.domain.task_id import short
from bot.domain.text import NOTHING, Channel, Code, Moment, Text, Value
from bot.slack.pasted_text import bare, read_task_id
from bot.slack.slack_markup import Words
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.layout import Layout, Line, section, sentences, told
from bot.slack.views.pages import page_buttons

_POSITION = re.compile(r"[0-9]{1,20}-[0-9]{1,20}")  # the ID of an event in the log, written only by the buttons
_SLACK_USER = re.compile(r"[UW][0-9A-Z]+")
_USER_ID = re.compile(r"@([UW][0-9A-Z]+)(?:\|.*)?")  # a mention that was pasted as text
_STORY: Mapping[str, str] = {
    "requested": "{who} asked to delete *{task}*: “{why}”",
    "refused": "{who} was refused: {action}, {why}",
    "reviewed": "{who} reviewed it: *{task}*",
    "confirmed": "{who} confirmed: *{task}*",
    "withdrawn": "{who} took their confirmation back: *{task}*",
    "glass_broken": "🚨 {who} confirmed alone, by break-glass: *{task}*: “{why}”",
    "lapsed": "a confirmation of *{task}* no longer counted: someone else has to confirm",
    "cancelled": "*{task}* kept: {who} cancelled",
    "declined": "*{task}* kept: {who} declined: “{why}”",
    "stopped": "*{task}* kept: {who} stopped it",
    "expired": "*{task}* kept: nobody confirmed in time",
    "launched": "the time to stop *{task}* was over",
    "called": "CodeArts Check was asked to delete *{task}*",
    "called_again": "CodeArts Check was asked again to delete *{task}*",
    "taken_over": "another replica took over an interrupted call",
    "returned": "*{task}* had changed since it was shown: it has to be confirmed again",
    "accepted": "CodeArts Check accepted the deletion of *{task}*, and had not finished it",
    "unknown": "it wasn't known whether *{task}* was deleted",
    "looked_up": "*{task}* was looked up, and it still wasn't known",
    "deleted": "✅ *{task}* was deleted, asked for by {requester}",
    "failed": "❌ *{task}* was not deleted",
    "gone": "*{task}* was already gone; this request didn't delete it",
    "unknown_final": "it is still not known whether *{task}* was deleted",
    "late_answer": "CodeArts Check's answer about *{task}* came late",
    "frozen": "🧊 {who} froze deletions: “{why}”",
    "unfrozen": "{who} ended the freeze",
    "restarted": "*{task}* has its whole time again, since the storage's clock had jumped",
    "data_lost": "the storage had lost data: “{why}”",
    "trimmed": "older events were removed, as the settings say",
}


def parse(words: Words) -> About:
    """Read what to show, and where its page begins.

    Raises:
        UsageError: it is neither one task ID nor one person.
    """
    typed = list(filter(None, map(bare, words.text.split())))
    before = after = ""
    if typed[-2:-1] in (["before"], ["after"]) and _POSITION.fullmatch(typed[-1]):
        before, after = (typed[-1], "") if typed[-2] == "before" else ("", typed[-1])
        typed = typed[:-2]
    if not typed:
        return About(before=before, after=after)
    if len(typed) > 1:
        raise UsageError(Text("Give one task ID, one person, or nothing."))
    if typed[0].startswith("@"):
        return About(user_id=_person(typed[0], words.people), before=before, after=after)
    return About(task_id=read_task_id(typed[0]), before=before, after=after)


def _person(name: str, people: Mapping[str, str]) -> str:
    mentioned = {bare(mention): user_id for mention, user_id in people.items()}
    if name in mentioned:
        return mentioned[name]
    if typed_out := _USER_ID.fullmatch(name):
        return typed_out[1]
    raise UsageError(Text("{name} isn't someone I know. Pick the person from Slack's list.", {"name": name}))


async def answer(call: Call) -> Layout:
    """A page of the audit log."""
    asked = parse(call.words)
    page = await call.services.history.history(asked, call.by, call.channel)
    target = f" <@{asked.user_id}>" if asked.user_id else f" {asked.task_id}".rstrip()
    buttons = page_buttons(
        newer=f"{SUBCOMMAND.name}{target} after {page.newer}" if page.newer else "",
        older=f"{SUBCOMMAND.name}{target} before {page.older}" if page.older else "",
    )
    if not page.events:
        return Layout(
            (*told(Text("There is nothing more.") if page.older else Text("There is nothing.")).parts, buttons)
        )
    lines = (section(_line(event, call.by.team)) for event in page.events)
    return Layout((section(_title(asked, call.by.team)), *lines, buttons))


def _title(asked: About, team: str) -> Text:
    if asked.user_id:
        return Text("*What {person} did and asked for*, newest first", {"person": SlackUser(team, asked.user_id)})
    if asked.task_id:
        return Text("*What happened to {task}*, newest first", {"task": Code(asked.task_id)})
    return Text("*What happened*, newest first")


def _line(event: Recorded, team: str) -> Line:
    """One event: when, what, who, why, and what the service said."""
    at, who = event.values.get("at"), event.get("who")
    values: Mapping[str, Value] = {
        "at": Moment(at) if isinstance(at, int) else "?",
        "who": _who(who, team),
        "requester": SlackUser(team, event.get("requester") or who),
        "task": event.get("name") or (Code(short(event.get("task"))) if event.get("task") else "the task"),
        "action": event.get("action"),
        "why": event.get("reason").replace("_", " "),
        "channel": Channel(event.get("channel")),
        "what": event.get("kind"),
    }
    said = " ".join(event.get(name) for name in ("status", "http_status", "code") if event.get(name))
    return sentences(
        Text("{at} ", values),
        Text(_told(event), values),
        Text("{said}", {"said": Code(said)}) if said else NOTHING,
    )


def _who(who: str, team: str) -> Value:
    """A Slack user, the bot, or an operator at a shell."""
    if who == BOT:
        return "The bot"
    return SlackUser(team, who) if _SLACK_USER.fullmatch(who) else who


def _told(event: Recorded) -> str:
    """What happened, as a sentence; without the reason if there was none."""
    told = _STORY.get(event.get("kind"), "{what}: {task}")
    return told if event.get("reason") else told.removesuffix(": “{why}”")


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
