"""Where a confirmed or ended deletion stands, in words: the same in its prompt, its result and the channels told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.domain.deletion import Deletion, State
from bot.domain.outcome import Outcome, Verdict
from bot.domain.text import Code, Value
from bot.slack.views.text import code, escape, mention, moment, outside

COMMAND = "/codecheck"
_NOTHING = Outcome(Verdict.UNKNOWN)  # nothing has come back


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is to say.

    Args:
        emoji: repeats the headline for those who skim; never the only sign.
        headline: one sentence.
        detail: what it means and what to do; may be empty.
    """

    emoji: str
    headline: str
    detail: str = ""


def standing(deletion: Deletion) -> Standing:
    """What to say of a deletion that no longer waits for a click."""
    return _STANDINGS[deletion.stage](deletion)


def again(deletion: Deletion) -> str:
    """What to type to ask anew."""
    return code(f"{COMMAND} delete {deletion.task_id}")


def _scheduled(deletion: Deletion) -> Standing:
    counted = deletion.prompt is None or not deletion.prompt.ephemeral
    left = f"in {deletion.seconds_left} s or less, " if counted else ""
    return Standing(
        ":hourglass_flowing_sand:",
        f"About to delete task {code(deletion.task_id)}.",
        f"Both confirmations are recorded. CodeArts Check will be asked {left}{moment(deletion.send_at)}; "
        "until then it can be stopped.",
    )


def _executing(deletion: Deletion) -> Standing:
    return Standing(
        ":hourglass_flowing_sand:",
        f"Deleting task {code(deletion.task_id)}.",
        "Both confirmations are recorded, and CodeArts Check is being asked. The result will be posted.",
    )


def _accepted(deletion: Deletion) -> Standing:
    return Standing(
        ":hourglass_flowing_sand:",
        f"Task {code(deletion.task_id)}: deletion accepted, but not finished.",
        f"CodeArts Check took the request and has not said that the task is gone. {_looking(deletion)}",
    )


def _unknown(deletion: Deletion) -> Standing:
    return Standing(
        ":grey_question:",
        f"Not known yet whether task {code(deletion.task_id)} was deleted.",
        f"{_why(deletion)} {_looking(deletion)}".strip(),
    )


def _unknown_final(deletion: Deletion) -> Standing:
    return Standing(
        ":grey_question:",
        f"Unknown whether task {code(deletion.task_id)} was deleted.",
        f"The bot has stopped looking. {_why(deletion)} {_cure(deletion)}".strip(),
    )


def _deleted(deletion: Deletion) -> Standing:
    lost = "Its configuration, issues and execution records are gone for good."
    return Standing(
        ":white_check_mark:",
        f"Task {code(deletion.task_id)} was deleted.",
        f"{_why(deletion)} {lost}".strip(),
    )


def _failed(deletion: Deletion) -> Standing:
    outcome = _outcome(deletion)
    why = f"{code(outcome.code)}: {_why(deletion)}" if outcome.code else _why(deletion)
    return Standing(":x:", f"Task {code(deletion.task_id)} was not deleted.", f"{why} {_cure(deletion)}".strip())


def _cancelled(deletion: Deletion) -> Standing:
    return Standing(
        ":no_entry_sign:",
        f"{_ended_by(deletion)}: task {code(deletion.task_id)} was not deleted.",
        f"{_why(deletion)} Nothing was sent to CodeArts Check. {_cure(deletion)}".strip(),
    )


def _ended_by(deletion: Deletion) -> str:
    """How it was cancelled, and by whom where that was not the requester; a freeze alone leaves a reason."""
    if deletion.outcome is not None:
        return "Stopped by a freeze" + (f" of {mention(deletion.canceller)}" if deletion.canceller else "")
    how = "Stopped" if deletion.confirmed_at else "Cancelled"
    if deletion.canceller is None or deletion.canceller == deletion.requester:
        return how
    return f"{how} by {mention(deletion.canceller)}"


def _expired(deletion: Deletion) -> Standing:
    return Standing(
        ":alarm_clock:",
        f"Expired: task {code(deletion.task_id)} was not deleted.",
        f"It was not confirmed by {moment(deletion.expires_at)}, so nothing was sent to CodeArts Check. "
        f"To ask again: {again(deletion)}",
    )


_STANDINGS: Mapping[str, Callable[[Deletion], Standing]] = {
    State.SCHEDULED: _scheduled,
    State.EXECUTING: _executing,
    State.ACCEPTED: _accepted,
    State.UNKNOWN: _unknown,
    f"{State.UNKNOWN}.final": _unknown_final,
    State.DELETED: _deleted,
    State.FAILED: _failed,
    State.CANCELLED: _cancelled,
    State.EXPIRED: _expired,
}


def _outcome(deletion: Deletion) -> Outcome:
    return deletion.outcome or _NOTHING


def _why(deletion: Deletion) -> str:
    """What it means; holds the service's own words, so it comes from outside."""
    return outside(str(_outcome(deletion).why), 600)


def _cure(deletion: Deletion) -> str:
    """What to do."""
    hint = _outcome(deletion).admin_hint or _outcome(deletion).hint
    return f"*What to do:* {hint.render(_shown, escape)}" if hint else ""


def _shown(value: Value) -> str:
    return code(value.text) if isinstance(value, Code) else outside(str(value))


def _looking(deletion: Deletion) -> str:
    until = f" until {moment(deletion.verify_until)}" if deletion.verify_until else ""
    return f"The bot is looking{until}, and will say what it finds."
