"""The prompt of a deletion, as it appears in each state."""

from slack_sdk.models.blocks import Block, ButtonElement

from bot.domain.confirmation import SecondStep
from bot.domain.deletion import Action, Deletion, State
from bot.domain.outcome import Presence, Task
from bot.slack.action_ids import DELETION
from bot.slack.views.brakes import frozen
from bot.slack.views.message import Message, buttons, context, facts, message, section
from bot.slack.views.text import code, cut, mention, moment, outside
from bot.slack.views.wording import standing

_HOW = {
    SecondStep.BUTTON: "",
    SecondStep.TYPED: "The button below opens a window in which the task's ID has to be typed.",
    SecondStep.SECOND_PERSON: "*Somebody else has to confirm it:* whoever asked cannot.",
}
_SHORT_ID = 6
_LABEL = 75  # characters of a button's accessibility label


def prompt(deletion: Deletion, second_step: SecondStep = SecondStep.BUTTON) -> Message:
    """The prompt as it should now appear, where the second confirmation is given by `second_step`."""
    match deletion.state:
        case State.REQUESTED:
            return _first_step(deletion, second_step)
        case State.REVIEWED:
            return _second_step(deletion, second_step)
        case State.SCHEDULED:
            return _grace(deletion)
        case _:
            now = standing(deletion)
            return message(
                f"{now.headline} {now.detail}",
                section(f"{now.emoji} *{now.headline}*", now.detail),
                _described(deletion),
            )


def retired() -> Message:
    """What replaces a prompt whose deletion is no longer known."""
    text = "This request is no longer known: it ended long ago. These buttons do nothing any more."
    return message(text, section(text))


def _first_step(deletion: Deletion, second_step: SecondStep) -> Message:
    task = code(deletion.task_id)
    return message(
        f"Step 1 of 2: a request to delete task {task} as operator {code(deletion.operator)}. "
        f"Nothing has been deleted. Review it by {moment(deletion.expires_at)}, or cancel.",
        section(f"*Delete CodeArts Check task {task}?*", "Step 1 of 2. Nothing has been deleted."),
        section(frozen(deletion.freeze)) if deletion.freeze else None,
        _warning(deletion),
        _described(deletion),
        buttons(
            _button(deletion, Action.REVIEW, "Review deletion…", f"Review the deletion of task {deletion.task_id}"),
            _cancel(deletion),
        ),
        _small_print(deletion, second_step),
    )


def _grace(deletion: Deletion) -> Message:
    now = standing(deletion)
    return message(
        f"{now.headline} {now.detail}",
        section(f"{now.emoji} *{now.headline}*", now.detail),
        section(frozen(deletion.freeze), "If it lasts, nothing will be sent.") if deletion.freeze else None,
        _described(deletion),
        buttons(_button(deletion, Action.STOP, "Stop", f"Stop the deletion of task {deletion.task_id}")),
        context("Anyone who may delete tasks here can press Stop."),
    )


def _second_step(deletion: Deletion, second_step: SecondStep) -> Message:
    task, operator = code(deletion.task_id), code(deletion.operator)
    return message(
        f"Step 2 of 2: delete task {task} for good, as operator {operator}? Its configuration, issues and execution "
        f"records would be lost. Confirm by {moment(deletion.expires_at)}, or cancel.",
        section(
            f":warning: *Delete task {task} for good?*",
            "Step 2 of 2. *This cannot be undone.* Lost for good are the task's *configuration*, all its *issues* and "
            f"all its *execution records*. CodeArts Check will note {operator} as the one who deleted it.",
            _HOW[second_step],
        ),
        section(frozen(deletion.freeze)) if deletion.freeze else None,
        _warning(deletion),
        _described(deletion),
        buttons(
            _cancel(deletion),
            _button(
                deletion,
                Action.CONFIRM,
                f"Delete task {_short(deletion.task_id)}",
                f"Delete task {deletion.task_id} for good",
                style="danger",
            ),
        ),
        _small_print(deletion, second_step),
    )


def _warning(deletion: Deletion) -> Block | None:
    """What the look-up leaves open; None where it found the task."""
    seen = deletion.preview
    if seen is None:
        return section("The task has not been looked up. Check the ID with care.")
    match seen.presence:
        case Presence.EXISTS:
            return None
        case Presence.GONE:
            return section(":warning: *CodeArts Check does not know this task.* Check the ID before you go on.")
        case Presence.UNKNOWN:
            why = f" ({outside(seen.why)})" if seen.why else ""
            return section(f":warning: *The task could not be looked up*{why}. Check the ID with care.")


def _described(deletion: Deletion) -> Block | None:
    """The task, and who is behind the request."""
    return facts(
        [
            *task_facts(deletion),
            ("Requested by", mention(deletion.requester)),
            ("Operator", code(deletion.operator)),
            ("Confirmed by", second_person(deletion)),
        ]
    )


def second_person(deletion: Deletion) -> str:
    """Who confirmed it, where that is not the requester; "" elsewhere."""
    if deletion.confirmer is None or deletion.confirmer == deletion.requester:
        return ""
    return mention(deletion.confirmer)


def task_facts(deletion: Deletion) -> list[tuple[str, str]]:
    """What the look-up told of the task; its ID stands in the headline."""
    task = deletion.preview.task if deletion.preview is not None else Task()
    return [("Name", outside(task.name)), ("Project", outside(task.project)), ("Branch", outside(task.branch))]


def _small_print(deletion: Deletion, second_step: SecondStep) -> Block:
    until = f"{_whose(deletion, second_step)} They expire {moment(deletion.expires_at)}."
    if deletion.prompt is not None and deletion.prompt.ephemeral:
        return context(f"{until} Only you can see this, since the bot cannot post here; the result will be public.")
    return context(until)


def _whose(deletion: Deletion, second_step: SecondStep) -> str:
    """Who can press the buttons."""
    if second_step is not SecondStep.SECOND_PERSON:
        return "Only the requester can press these buttons."
    if deletion.state is State.REQUESTED:
        return "Only the requester can press these buttons; then somebody else has to confirm."
    return "Anyone else who may delete tasks here can confirm; they and the requester can cancel."


def _cancel(deletion: Deletion) -> ButtonElement:
    return _button(deletion, Action.CANCEL, "Cancel", f"Cancel the deletion of task {deletion.task_id}")


def _button(deletion: Deletion, act: Action, text: str, label: str, style: str | None = None) -> ButtonElement:
    """A button, and what a screen reader says of it; its value is the deletion's ID and nothing more."""
    return ButtonElement(
        text=text,
        accessibility_label=cut(label, _LABEL),
        action_id=f"{DELETION}.{act}",
        value=deletion.id,
        style=style,
    )


def _short(task_id: str) -> str:
    return task_id if len(task_id) <= _SHORT_ID else f"{task_id[:_SHORT_ID]}…"
