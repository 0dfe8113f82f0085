"""The Home tab: what concerns one person, as it was when they opened it."""

from bot.domain.concern import Mine
from bot.domain.text import NOTHING, Code, Moment, Text, text
from bot.slack.action_ids import COMMAND
from bot.slack.views.from_deletion import Links, frozen_by
from bot.slack.views.layout import Layout, SmallPrint, section, small
from bot.slack.views.prompt_lines import frozen
from bot.slack.views.waiting import incomplete, own, to_confirm

MOST = 40  # requests in each group: a view has at most 100 blocks and 250 KB


def home(mine: Mine, links: Links, at: int) -> Layout:
    """Requests to confirm, then the person's own.

    Args:
        mine: what concerns them.
        links: addresses.
        at: when it is drawn, in ms since 1970 by this machine.
    """
    nothing = text(
        "Type {delete} in a channel to ask for a deletion, or {help} to see what else there is.",
        delete=Code(f"{COMMAND} delete <task_id>"),
        help=Code(f"{COMMAND} help"),
    )
    return Layout(
        (
            section(frozen(frozen_by(mine.freeze) if mine.freeze else None)),
            section(incomplete(complete=mine.complete)),
            *to_confirm(mine, mine.to_confirm[:MOST], links, left_out=max(len(mine.to_confirm) - MOST, 0)),
            *own(mine, mine.own[:MOST], links, left_out=max(len(mine.own) - MOST, 0)),
            section(NOTHING if mine.to_confirm or mine.own or not mine.complete else nothing),
            _as_of(at),
        )
    )


def without(answer: Layout, at: int, *, known: bool) -> Layout:
    """In its place, for someone who may not see it, or if it could not be read.

    Args:
        answer: why.
        at: when it is drawn, in ms since 1970 by this machine.
        known: False if something may be waiting for them all the same.
    """
    unknown = Text("I don't know whether anything is waiting for you.")
    return Layout((*answer.parts, section(NOTHING if known else unknown), _as_of(at)))


def _as_of(at: int) -> SmallPrint:
    moment = Moment(at, exact=True, elsewhere=True)
    return small(text("As of {at}. Open this tab again to bring it up to date.", at=moment))
