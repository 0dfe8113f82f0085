"""`/codecheck pending [mine] [page]`: what is waiting or under way; with `mine`, what concerns the caller."""

import re
from dataclasses import dataclass

from bot.deletions.history import PAGE, PendingPage, page_count
from bot.domain.concern import Mine
from bot.domain.errors import UsageError
from bot.domain.text import Text
from bot.slack.pasted_text import bare
from bot.slack.subcommand import Call, Subcommand, Who
from bot.slack.views.from_deletion import Links, frozen_by
from bot.slack.views.layout import Buttons, Layout, section, told
from bot.slack.views.pages import page_buttons
from bot.slack.views.prompt_lines import frozen
from bot.slack.views.waiting import incomplete, own, to_confirm, waiting

MINE = "mine"
_PAGE = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Pending:
    """Which page, and whether to list only what concerns the caller."""

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
    if asked.mine:
        return _mine(await call.services.history.pending_mine(call.by, call.channel), asked.page, call.services.links)
    page = await call.services.history.pending(asked.page, call.by, call.channel)
    freeze = frozen(frozen_by(page.freeze) if page.freeze else None)
    more = incomplete(complete=page.complete)
    if not page.deletions:
        return told(freeze, Text("Nothing is waiting.") if page.complete else more)
    lines = (waiting(deletion, call.services.links) for deletion in page.deletions)
    return Layout((section(freeze, _title(page), more), *lines, _buttons(SUBCOMMAND.name, page.page, page.pages)))


def _mine(found: Mine, page: int, links: Links) -> Layout:
    """A page of what concerns the caller: first other people's requests, then their own."""
    pages = page_count(len(found.to_confirm) + len(found.own))
    page = min(page, pages)
    first, end, others = (page - 1) * PAGE, page * PAGE, len(found.to_confirm)
    return Layout(
        (
            section(frozen(frozen_by(found.freeze) if found.freeze else None), incomplete(complete=found.complete)),
            *to_confirm(found, found.to_confirm[first:end], links),
            *own(found, found.own[max(first - others, 0) : max(end - others, 0)], links),
            _buttons(f"{SUBCOMMAND.name} {MINE}", page, pages),
        )
    )


def _title(page: PendingPage) -> Text:
    if page.pages == 1:
        return Text("*{count} waiting*", {"count": page.total})
    return Text("*Waiting, page {page} of {pages}*", {"page": page.page, "pages": page.pages})


def _buttons(name: str, page: int, pages: int) -> Buttons:
    return page_buttons(
        newer=f"{name} {page - 1}" if page > 1 else "", older=f"{name} {page + 1}" if page < pages else ""
    )


SUBCOMMAND = Subcommand(
    name="pending",
    order=20,
    arguments="[mine] [page]",
    does="shows what is waiting or under way; “mine” is what you can confirm or have asked for",
    who=Who.DELETERS,
    pages=True,
    answer=answer,
)
