"""`/codecheck delete <task_id> [reason]`: asks for a task to be deleted."""

import json
import re
from dataclasses import dataclass

from slack_sdk.models.views import View

from bot.deletions.requests import Asked, NoSuchTask, ReasonWanted
from bot.domain.audit import Recorded
from bot.domain.errors import UsageError
from bot.domain.identity import SlackUser
from bot.domain.text import Code, Text
from bot.slack.pasted_text import bare, read_task_id, visible
from bot.slack.reason_text import check_reason, read_reason
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.dialogs import reason_wanted
from bot.slack.views.from_deletion import shown
from bot.slack.views.layout import Layout
from bot.slack.views.private import Deleted, already_asked, no_such_task

_ID_LIKE = re.compile(r"(?=.*[0-9])[0-9a-fA-F]{6,}")  # a task's ID, or the beginning of one
_ECHOED = 32  # characters that are quoted of what was typed


@dataclass(frozen=True, slots=True)
class Delete:
    """Which task to delete, and why; the reason may be ""."""

    task_id: str
    reason: str = ""


def parse(text: str) -> Delete:
    """Read the task's ID, ignoring what people paste around it, and take the rest as the reason.

    Raises:
        UsageError: there is no task ID, it is malformed, there are several, or the reason is too long.
    """
    word, rest = _first_word(text)
    if not word:
        typed = visible(text).strip()
        raise UsageError(
            Text("{typed} isn't a task ID.", {"typed": Code(typed[:_ECHOED])})
            if typed
            else Text("The task ID is missing.")
        )
    task_id = read_task_id(word)
    words = rest.split()
    while words and not bare(words[0]):  # such as the closing ``` of a pasted ID
        words.pop(0)
    if words and all(_ID_LIKE.fullmatch(bare(each)) for each in words):
        raise UsageError(Text("One task at a time, please; a reason needs words."))
    return Delete(task_id, check_reason(read_reason(" ".join(words))))


def _first_word(text: str) -> tuple[str, str]:
    """The first word, and the rest. Words of nothing but quotes and the like are skipped."""
    rest = visible(text).strip()
    word = ""
    while rest and not word:
        first, *remaining = rest.split(maxsplit=1)
        word, rest = bare(first), remaining[0] if remaining else ""
    return word, rest


async def answer(call: Call) -> Layout | View | None:
    """Request the deletion. The prompt is the answer; if there is none, only the requester reads why, or is asked."""
    services = call.services
    taken: Asked | NoSuchTask | ReasonWanted | None
    try:
        asked = parse(call.words.text)
    except UsageError:  # unless it is a name that cannot be an ID: 支付服务, pay.service
        taken = await services.requests.named(_first_word(call.words.text)[0], call.by, call.channel)
        if taken is None:
            raise
    else:
        taken = await services.requests.request(asked.task_id, asked.reason, call.by, call.channel, call.response_url)
    match taken:
        case Asked(deletion, created):
            return None if created else already_asked(shown(deletion, services.links), call.by)
        case NoSuchTask(task_id, meant, deleted):
            return no_such_task(task_id, meant, _deleted(deleted, call.by.team))
        case ReasonWanted(task_id):
            metadata = json.dumps({"task": task_id, "channel": call.channel})
            return reason_wanted(task_id, metadata)


def _deleted(event: Recorded | None, team: str) -> Deleted | None:
    """Who deleted a task earlier, and when, according to the audit log."""
    if event is None:
        return None
    return Deleted(SlackUser(team, event.get("requester") or event.get("who")), event.at)


SUBCOMMAND = Subcommand(
    name="delete",
    order=10,
    arguments="<task_id> [reason]",
    example="897acf13d2a04fb6a7d3f8a3f3f0a001 replaced by shop2",
    does="deletes a task for good, after two confirmations",
    who=Who.DELETERS,
    answer=answer,
)
