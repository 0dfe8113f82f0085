"""`/codecheck delete <task_id> [reason]`: asks for a task to be deleted."""

import re
from dataclasses import dataclass

from bot.domain.errors import UsageError
from bot.domain.text import Code, Text
from bot.slack.pasted_text import bare, read_task_id, visible
from bot.slack.reason_text import check_reason, read_reason
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views import answers
from bot.slack.views.message import Message

_ID_LIKE = re.compile(r"(?=.*[0-9])[0-9a-fA-F]{6,}")  # a task's ID, or the beginning of one
_ECHOED = 32  # characters of what was typed that are repeated


@dataclass(frozen=True, slots=True)
class Delete:
    """Which task, and why it should go; the reason may be ""."""

    task_id: str
    reason: str = ""


def parse(text: str) -> Delete:
    """Read the task's ID, forgiving what people paste around it, and take the rest as the reason.

    Raises:
        UsageError: there is no task ID, it is malformed, there are several, or the reason is too long.
    """
    rest = visible(text).strip()
    word = ""
    while rest and not word:
        first, *remaining = rest.split(maxsplit=1)
        word, rest = bare(first), remaining[0] if remaining else ""
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


async def answer(call: Call) -> Message | None:
    """Ask for it. The prompt answers; the person alone reads why there is none."""
    asked = parse(call.words.text)
    requested = await call.services.deletions.request(asked.task_id, call.by, call.channel, call.response_url)
    if requested.deletion is None:
        return answers.refusal(requested.permission.reason, call.by, brake=requested.brake)
    if requested.created:
        return None
    return answers.pending(requested.deletion, call.by, call.services.workspace_url)


SUBCOMMAND = Subcommand(
    name="delete",
    order=10,
    arguments="<task_id> [reason]",
    example="897acf13d2a04fb6a7d3f8a3f3f0a001 replaced by shop2",
    does="deletes a task for good, after two confirmations",
    who=Who.DELETERS,
    answer=answer,
)
