"""Modals: where the task's name is typed, where a reason is asked for, and where a submission is answered."""

from collections.abc import Sequence

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.domain.decision import SHORTEST_WHY
from bot.domain.text import Code, Text, text
from bot.slack.action_ids import DECLINED, GLASS_BROKEN, REASON, REASON_GIVEN, TASK_ID, TYPED
from bot.slack.views.layout import Layout, dots, drawn, section
from bot.slack.views.prompt_lines import asks, warnings
from bot.slack.views.render import Words, plain
from bot.slack.views.shown import Shown
from bot.slack.views.task_lines import details, place, repository

_TITLE = 24  # characters of a title and of a button
_LABEL = 150
_LONGEST_TYPED = 200  # characters: an ID has 128, and people paste spaces around it
_LONGEST_REASON = 200

_Input = tuple[Text, str, int]  # its label, its name, and its minimum length; 0 if it is optional


def typed_confirmation(shown: Shown, words: Words = str) -> View:
    """Asks for the task's name, or its ID if it has none. The input is empty, so pressing Enter deletes nothing."""
    facts = Layout(
        (
            section(
                text("*Delete {task} for good?*", task=shown.task),
                *warnings(shown),
                asks(shown),
                dots(*place(shown), repository(shown)),
                details(shown),
            ),
        ),
        shown.at,
    )
    wanted = shown.name or shown.task_id
    label = text("Type {wanted} to confirm", wanted=wanted)
    return _modal(TYPED, _about(shown), Text("Delete task?"), Text("Delete"), facts, ((label, TASK_ID, 1),), words)


def decline_with_reason(shown: Shown, words: Words = str) -> View:
    """Asks why the task should stay; the answer may be left out."""
    facts = Layout((section(text("*Keep {task}?*", task=shown.task), asks(shown)),), shown.at)
    label = Text("Why? The requester reads it.")
    return _modal(DECLINED, shown.id, Text("Decline deletion?"), Text("Keep it"), facts, ((label, REASON, 0),), words)


def break_glass(shown: Shown, words: Words = str) -> View:
    """Asks an admin why they confirm alone, and for the task's name."""
    loud = Text("Everybody who should have confirmed will be told, and so will the channels that hear of deletions.")
    facts = Layout(
        (
            section(
                text("🚨 *Delete {task} without a second person?*", task=shown.task),
                *warnings(shown),
                asks(shown),
                dots(*place(shown), repository(shown)),
                loud,
            ),
        ),
        shown.at,
    )
    wanted = shown.name or shown.task_id
    inputs = (
        (text("Why? At least {least} characters.", least=SHORTEST_WHY), REASON, SHORTEST_WHY),
        (text("Type {wanted} to confirm", wanted=wanted), TASK_ID, 1),
    )
    return _modal(GLASS_BROKEN, _about(shown), Text("Confirm alone?"), Text("Delete"), facts, inputs, words)


def reason_wanted(task_id: str, metadata: str, words: Words = str) -> View:
    """Asks why a task should be deleted, if a rule requires a reason and none was typed.

    Args:
        task_id: the task.
        metadata: what the submission needs, at most 3000 characters; Slack returns it unchanged.
        words: the language.
    """
    facts = Layout((section(text("Why should {task} be deleted?", task=Code(task_id))),))
    label = Text("Reason. Everybody in the channel reads it.")
    return _modal(
        REASON_GIVEN, metadata, Text("Reason needed"), Text("Ask to delete"), facts, ((label, REASON, 1),), words
    )


def told_in_place(answer: Layout, words: Words = str) -> View:
    """Replaces a modal whose submission changed nothing, and says why."""
    return View(
        type="modal",
        callback_id="deletion.told",
        title=_plain(Text("Not confirmed"), _TITLE, words),
        blocks=list(drawn(answer, words).blocks),
    )


WRONG_NAME = Text("That isn't the task's name. Nothing was deleted.")
NO_REASON = Text("Say why, in a few words.")
WHY_TOO_SHORT = text("Say why in at least {least} characters.", least=SHORTEST_WHY)
WRONG_CASE = Text("Almost: check upper and lower case.")


def _about(shown: Shown) -> str:
    """The deletion, and what the modal shows of the task: the submission confirms nothing else."""
    return f"{shown.id} {shown.look_up.fingerprint if shown.look_up else ''}".rstrip()


def _modal(  # noqa: PLR0913, PLR0917 - the parts of a modal
    callback_id: str,
    metadata: str,
    title: Text,
    submit: Text,
    facts: Layout,
    inputs: Sequence[_Input],
    words: Words,
) -> View:
    return View(
        type="modal",
        callback_id=callback_id,
        private_metadata=metadata,
        title=_plain(title, _TITLE, words),
        submit=_plain(submit, _TITLE, words),
        close=_plain(Text("Back"), _TITLE, words),
        blocks=[*drawn(facts, words).blocks, *(_input(*each, words) for each in inputs)],
    )


def _input(label: Text, asked: str, least: int, words: Words) -> Block:
    typed = PlainTextInputElement(
        action_id=asked,
        min_length=least or None,
        max_length=_LONGEST_REASON if asked == REASON else _LONGEST_TYPED,
    )
    return InputBlock(block_id=asked, label=_plain(label, _LABEL, words), element=typed, optional=not least)


def _plain(said: Text, limit: int, words: Words) -> PlainTextObject:
    return PlainTextObject(text=plain(said, limit, words=words), emoji=False)
