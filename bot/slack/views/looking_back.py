"""What `/codecheck history` and `/codecheck pending` show."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.deletions.history import HistoryPage, PendingPage
from bot.domain.command import History
from bot.domain.deletion import Deletion
from bot.domain.record import Entry, What
from bot.slack.views.message import Message, buttons, message, section
from bot.slack.views.text import code, escape, moment, outside

TURN = "history"  # action IDs are `history.older` and `history.newer`; a value is the command that shows that page


def history(page: HistoryPage, asked: History) -> Message:
    """A page of the record."""
    of = asked.task_id or (f"<@{asked.user_id}>" if asked.user_id else "")
    target = f" {of}" if of else ""
    shown = f" of {code(of) if asked.task_id else of}" if of else ""
    if not page.entries:
        text = f"The record has nothing more{shown}." if page.older else f"The record has nothing{shown}."
        return message(
            text, section(text), _turns(_turn("Older", page.older and f"history{target} before {page.older}"))
        )
    lines = [_line(entry) for entry in page.entries]
    return message(
        f"The record{shown}: " + " ".join(lines),
        section(f"*The record{shown}*, the newest first"),
        *(section(line) for line in lines),
        _turns(
            _turn("Newer", page.newer and f"history{target} after {page.newer}"),
            _turn("Older", page.older and f"history{target} before {page.older}"),
        ),
    )


def pending(page: PendingPage) -> Message:
    """A page of what has not ended."""
    if not page.deletions:
        return message("Nothing is pending.", section("Nothing is pending."))
    lines = [_pending_line(deletion) for deletion in page.deletions]
    title = f"Pending, page {page.page} of {page.pages}"
    return message(
        f"{title}: " + " ".join(lines),
        section(f"*{title}*, the newest first"),
        *(section(line) for line in lines),
        _turns(
            _turn("Newer", f"pending {page.page - 1}" if page.page > 1 else ""),
            _turn("Older", f"pending {page.page + 1}" if page.page < page.pages else ""),
        ),
    )


def _line(entry: Entry) -> str:
    """One entry: when, what, which task, by whom, and what the service said."""
    at = entry.facts.get("at")
    when = moment(at) if isinstance(at, int) else "?"
    who = entry.says("who")
    by = "the bot" if who == "bot" else f"<@{escape(who)}>"
    tried = f" ({escape(entry.says('act'))}: {outside(entry.says('why'))})" if entry.says("act") else ""
    why = f": {outside(entry.says('why'))}" if entry.says("why") and not tried else ""
    task = f" {code(entry.says('task'))}" if entry.says("task") else ""
    asked = f", asked for by <@{escape(entry.says('requester'))}>" if entry.says("requester") else ""
    said = " ".join(code(entry.says(name)) for name in ("status", "http_status", "code") if entry.says(name))
    what = _WORDS.get(entry.says("what"), entry.says("what"))
    return f"{when}  *{escape(what)}*{task} by {by}{asked}{tried}{why} {said}".rstrip()


def _pending_line(deletion: Deletion) -> str:
    return (
        f"{moment(deletion.requested_at)}  {code(deletion.task_id)} is *{deletion.state}*, "
        f"asked for by <@{escape(deletion.requester.id)}> as {code(deletion.operator)} in <#{deletion.channel}>"
    )


def _turn(label: str, command: str) -> ButtonElement | None:
    if not command:
        return None
    return ButtonElement(text=label, action_id=f"{TURN}.{label.lower()}", value=command)


def _turns(*turns: ButtonElement | None) -> Block | None:
    there = [turn for turn in turns if turn is not None]
    return buttons(*there) if there else None


_WORDS: dict[str, str] = {
    What.TAKEN_UP: "interrupted call taken up",
    What.SENT_AGAIN: "sent again",
    What.LOOKED: "looked up, not settled",
    What.UNKNOWN: "outcome unknown",
}
