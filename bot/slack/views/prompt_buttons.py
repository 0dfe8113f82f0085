"""The buttons of a prompt. Each says what it does, and its value is the deletion's ID and nothing more."""

from bot.domain.text import Text, text
from bot.slack.action_ids import DELETION
from bot.slack.views.layout import Button
from bot.slack.views.shown import Shown


def review(shown: Shown, label: Text) -> Button:
    """Goes on to the second step."""
    return _button(shown, "review", label)


def cancel(shown: Shown, label: Text) -> Button:
    """Keeps the task."""
    return _button(shown, "cancel", label)


def decline(shown: Shown) -> Button:
    """Keeps the task, and asks why; for those who are asked to confirm."""
    return _button(shown, "decline", Text("Decline…"))


def withdraw(shown: Shown) -> Button:
    """Takes one's own confirmation back."""
    return _button(shown, "withdraw", Text("Take mine back"))


def break_glass(shown: Shown) -> Button:
    """Lets an admin confirm alone; asks why first."""
    return _button(shown, "break_glass", Text("Break glass…"))


def confirm(shown: Shown) -> Button:
    """Deletes the task; with `…` if its name has to be typed first."""
    label = text("Delete {task}…", task=shown.task) if shown.typed else text("Delete {task}", task=shown.task)
    return _button(shown, "confirm", label, danger=True)


def stop(shown: Shown) -> Button:
    """Keeps the task although both confirmations are there."""
    return _button(shown, "stop", Text("Stop"))


def _button(shown: Shown, action: str, label: Text, *, danger: bool = False) -> Button:
    return Button(label, f"{DELETION}.{action}", shown.id, danger=danger)
