"""`/codecheck pending [mine] [page]`: what is waiting or under way; with `mine`, what waits for the caller."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.deletions.history import PendingPage
from bot.domain.deletion import Deletion
from bot.domain.errors import UsageError
from bot.domain.lifecycle import State
from bot.domain.text import NOTHING, Link, Moment, Text, Value
from bot.slack.pasted_text import bare
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.from_deletion import Links, frozen_by, shown
from bot.slack.views.layout import Layout, Line, dots, section, told
from bot.slack.views.pages import page_buttons
from bot.slack.views.prompt_lines import frozen

MINE = "mine"
_PAGE = re.compile(r"[1-9][0-9]{0,3}")
_STATES: Mapping[State, str] = {
    State.REQUESTED: "needs a review until {expires_at}",
    State.REVIEWED: "needs the second confirmation until {expires_at}",
    State.SCHEDULED: "will be deleted at {send_at}",
    State.EXECUTING: "is being deleted",
    State.ACCEPTED: "accepted by CodeArts Check, not finished yet",
    State.UNKNOWN: "not known yet, being looked into",
}


@dataclass(frozen=True, slots=True)
class Pending:
    """Which page, and whether to list only what waits for the caller."""

    page: int = 1
    mine: bool = False


def parse(text: str) -> Pending:
    """Read what to list.

    Raises:
        UsageError: it isn't a page number, optionally after `mine`.
    """
    words = list(filter(None, map(bare, text.split())))
    mine = words[:1] != [] and words[0].lower() == MINE
    words = words[1:] if mine else words
    if not words:
        return Pending(mine=mine)
    if len(words) == 1 and _PAGE.fullmatch(words[0]):
        return Pending(int(words[0]), mine)
    raise UsageError(Text("A page is a number, from 1 on."))


async def answer(call: Call) -> Layout:
    """A page of the deletions that have not ended."""
    asked = parse(call.words.text)
    page = await call.services.history.pending(asked.page, call.by, call.channel, mine=asked.mine)
    freeze = frozen(frozen_by(page.freeze) if page.freeze else None)
    if not page.deletions:
        return told(freeze, Text("Nothing is waiting for you.") if asked.mine else Text("Nothing is waiting."))
    name = f"{SUBCOMMAND.name} {MINE}" if asked.mine else SUBCOMMAND.name
    buttons = page_buttons(
        newer=f"{name} {page.page - 1}" if page.page > 1 else "",
        older=f"{name} {page.page + 1}" if page.page < page.pages else "",
    )
    lines = (section(_line(deletion, call.services.links)) for deletion in page.deletions)
    return Layout((section(freeze, _title(page, asked)), *lines, buttons))


def _title(page: PendingPage, asked: Pending) -> Text:
    if page.pages == 1 and asked.mine:
        return Text("*{count} waiting for you*", {"count": page.total})
    if page.pages == 1:
        return Text("*{count} waiting*", {"count": page.total})
    return Text("*Waiting, page {page} of {pages}*", {"page": page.page, "pages": page.pages})


def _line(deletion: Deletion, links: Links) -> Line:
    seen = shown(deletion, links)
    values: Mapping[str, Value] = {
        "task": seen.task,
        "requester": deletion.requester,
        "expires_at": seen.expires,
        "send_at": Moment(seen.send_at, exact=True),
    }
    others = seen.others and deletion.state is State.REVIEWED
    return dots(
        Text("*{task}*", values),
        Text("{requester}", values),
        Text("needs a second person until {expires_at}" if others else _STATES.get(deletion.state, ""), values),
        Text("{prompt}", {"prompt": Link(seen.prompt_url, "see the request")}) if seen.prompt_url else NOTHING,
    )


SUBCOMMAND = Subcommand(
    name="pending",
    order=20,
    arguments="[mine] [page]",
    does="shows what is waiting or under way; with `mine`, what waits for you",
    who=Who.DELETERS,
    pages=True,
    answer=answer,
)
