"""`/codecheck pending [page]`: what is waiting or under way."""

import re
from collections.abc import Mapping

from bot.deletions.history import PendingPage
from bot.domain.deletion import Deletion, State
from bot.domain.errors import UsageError
from bot.domain.reasons import Reason
from bot.domain.task_id import short
from bot.domain.text import NOTHING, Code, Link, Moment, Text, Value
from bot.slack.pasted_text import bare
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.answers import refusal
from bot.slack.views.layout import Layout, Line, dots, section, told
from bot.slack.views.message import Message
from bot.slack.views.pages import page_buttons
from bot.slack.views.text import permalink

_PAGE = re.compile(r"[1-9][0-9]{0,3}")
_STANDS: Mapping[State, str] = {
    State.REQUESTED: "needs a review until {expires_at}",
    State.REVIEWED: "needs the second confirmation until {expires_at}",
    State.SCHEDULED: "will be deleted at {send_at}",
    State.EXECUTING: "is being deleted",
    State.ACCEPTED: "accepted by CodeArts Check, not finished yet",
    State.UNKNOWN: "not known yet, being looked into",
}


def parse(text: str) -> int:
    """Read which page.

    Raises:
        UsageError: it isn't a page's number.
    """
    words = list(filter(None, map(bare, text.split())))
    if not words:
        return 1
    if len(words) == 1 and _PAGE.fullmatch(words[0]):
        return int(words[0])
    raise UsageError(Text("A page is a number, from 1 on."))


async def answer(call: Call) -> Layout | Message:
    """A page of the deletions that have not ended."""
    page = await call.services.looking_back.pending(parse(call.words.text), call.by, call.channel)
    if page.reason is not Reason.ALLOWED:
        return refusal(page.reason, call.by)
    if not page.deletions:
        return told(Text("Nothing is waiting."))
    buttons = page_buttons(
        newer=f"{SUBCOMMAND.name} {page.page - 1}" if page.page > 1 else "",
        older=f"{SUBCOMMAND.name} {page.page + 1}" if page.page < page.pages else "",
    )
    lines = (section(_line(deletion, call.services.workspace_url)) for deletion in page.deletions)
    return Layout((section(_title(page)), *lines, buttons))


def _title(page: PendingPage) -> Text:
    if page.pages == 1:
        return Text("*{count} waiting*", {"count": len(page.deletions)})
    return Text("*Waiting, page {page} of {pages}*", {"page": page.page, "pages": page.pages})


def _line(deletion: Deletion, workspace_url: str) -> Line:
    name = deletion.preview.task.name if deletion.preview is not None else ""
    values: Mapping[str, Value] = {
        "task": name or Code(short(deletion.task_id)),
        "requester": deletion.requester,
        "expires_at": Moment(deletion.expires_at),
        "send_at": Moment(deletion.send_at, exact=True),
    }
    return dots(
        Text("*{task}*", values),
        Text("{requester}", values),
        Text(_STANDS.get(deletion.state, ""), values),
        _prompt(deletion, workspace_url),
    )


def _prompt(deletion: Deletion, workspace_url: str) -> Text:
    at = deletion.prompt
    if at is None or at.ephemeral:
        return NOTHING
    return Text("{prompt}", {"prompt": Link(permalink(at.channel, at.ts, workspace_url), "see the request")})


SUBCOMMAND = Subcommand(
    name="pending",
    order=20,
    arguments="[page]",
    does="shows what is waiting or under way",
    who=Who.DELETERS,
    pages=True,
    answer=answer,
)
