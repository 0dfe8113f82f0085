"""The window in which the task's ID is typed: the second step where `second_step` is `typed`."""

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.domain.deletion import Deletion
from bot.slack.action_ids import TASK_ID, TYPED
from bot.slack.views.message import Message, section
from bot.slack.views.text import code

WRONG = "This is not the ID of the task that was asked for. Nothing was deleted."
_LONGEST = 200  # characters: an ID has 128, and people paste spaces around it


def typed_confirmation(deletion: Deletion) -> View:
    """Asks for the task's ID; nothing stands in the input, so that Enter alone deletes nothing."""
    warning = section(
        f":warning: *Delete task {code(deletion.task_id)} for good?*",
        "*This cannot be undone.* Lost for good are the task's *configuration*, all its *issues* and all its "
        f"*execution records*. CodeArts Check will note {code(deletion.operator)} as the one who deleted it.",
    )
    return View(
        type="modal",
        callback_id=TYPED,
        private_metadata=deletion.id,
        title=_plain("Delete for good?"),
        submit=_plain("Delete task"),
        close=_plain("Back"),
        blocks=[
            *([warning] if warning else []),
            InputBlock(
                block_id=TASK_ID,
                label=_plain("Task ID"),
                hint=_plain("Type the ID of the task, exactly, to delete it."),
                element=PlainTextInputElement(action_id=TASK_ID, min_length=1, max_length=_LONGEST),
            ),
        ],
    )


def not_confirmed(answer: Message) -> View:
    """What replaces the window where the submission could not confirm: why."""
    blocks: list[Block] = list(answer.blocks)
    return View(type="modal", callback_id="deletion.told", title=_plain("Not confirmed"), blocks=blocks)


def _plain(text: str) -> PlainTextObject:
    return PlainTextObject(text=text, emoji=False)
