"""What is waiting, for `/codecheck pending` and the Home tab: a few words about each deletion, and the headings."""

from collections.abc import Mapping, Sequence

from bot.domain.concern import Mine
from bot.domain.deletion import Deletion
from bot.domain.lifecycle import State
from bot.domain.text import NOTHING, Code, Link, Moment, Text, Value, text
from bot.slack.action_ids import COMMAND
from bot.slack.views.from_deletion import Links, shown
from bot.slack.views.layout import Part, Section, dots, section, small

MINE = Code(f"{COMMAND} pending mine")
_STATES: Mapping[State, str] = {
    State.REQUESTED: "needs a review until {expires_at}",
    State.REVIEWED: "needs the second confirmation until {expires_at}",
    State.SCHEDULED: "will be deleted at {send_at}",
    State.EXECUTING: "is being deleted",
    State.ACCEPTED: "accepted by CodeArts Check, not finished yet",
    State.UNKNOWN: "not known yet, being looked into",
}


def waiting(deletion: Deletion, links: Links) -> Section:
    """Which task, what it waits for and until when, and where; then who asked, as which operator, and why."""
    seen = shown(deletion, links)
    values: Mapping[str, Value] = {
        "task": seen.task,
        "who": deletion.requester,
        "operator": Code(deletion.operator),
        "reason": deletion.reason,
        "expires_at": seen.expires,
        "send_at": Moment(seen.send_at, exact=True),
        "prompt": Link(seen.prompt_url, "see the request"),
    }
    others = seen.others and deletion.state is State.REVIEWED
    asked = "{who} as operator {operator}: “{reason}”" if deletion.reason else "{who} as operator {operator}"
    return section(
        dots(
            Text("*{task}*", values),
            Text("needs a second person until {expires_at}" if others else _STATES.get(deletion.state, ""), values),
            Text("{prompt}", values) if seen.prompt_url else NOTHING,
        ),
        Text(asked, values),
    )


def to_confirm(mine: Mine, deletions: Sequence[Deletion], links: Links, *, left_out: int = 0) -> tuple[Part, ...]:
    """Other people's requests that the reader can confirm.

    Args:
        mine: all that concerns the reader.
        deletions: those to show.
        links: addresses.
        left_out: how many to say that are not shown.
    """
    if not mine.to_confirm:
        return (section(Text("Nothing is waiting for your confirmation.") if mine.complete else NOTHING),)
    heading = text("*Waiting for your confirmation: {count}*", count=len(mine.to_confirm))
    what_to_do = Text("Go to a request to confirm or decline it.") if deletions else NOTHING
    return (section(heading, what_to_do), *_listed(deletions, links, left_out))


def own(mine: Mine, deletions: Sequence[Deletion], links: Links, *, left_out: int = 0) -> tuple[Part, ...]:
    """The reader's own requests. Takes the same arguments."""
    if not mine.own:
        return (section(Text("No request of yours is waiting.") if mine.complete else NOTHING),)
    heading = text("*Your own requests: {count}*", count=len(mine.own))
    return (section(heading), *_listed(deletions, links, left_out))


def incomplete(*, complete: bool) -> Text:
    """That a list may lack something."""
    if complete:
        return NOTHING
    return Text("⚠️ I couldn't read everything that is pending, so something may be missing here.")


def _listed(deletions: Sequence[Deletion], links: Links, left_out: int) -> tuple[Part, ...]:
    more = text("and {count} more; {mine} lists them all", count=left_out, mine=MINE) if left_out else NOTHING
    return (*(waiting(each, links) for each in deletions), small(more))
