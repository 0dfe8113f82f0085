"""Modals: where the task's name is typed, where a reason is asked for, and where a submission is answered."""

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.domain.text import Code, Text, text
from bot.slack.action_ids import DECLINED, REASON, REASON_GIVEN, TASK_ID, TYPED
from bot.slack.views.layout import Layout, dots, drawn, section
from bot.slack.views.prompt_lines import asks, warnings
from bot.slack.views.render import Words, plain
from bot.slack.views.shown import Shown
from bot.slack.views.task_lines import details, place, repository

_TITLE = 24  # characters of a title and of a button
_LABEL = 150
_LONGEST_TYPED = 200  # characters: an ID has 128, and people paste spaces around it
_LONGEST_REASON = 200


def typed_confirmation(shown: Shown, words: Words = str) -> View:
    """Asks for the task's name, or its ID if it has none; the input is empty, so Enter alone deletes nothing."""
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
    return _modal(TYPED, shown.id, Text("Delete task?"), Text("Delete"), facts, label, TASK_ID, words)


def decline_with_reason(shown: Shown, words: Words = str) -> View:
    """Asks why the task should stay; the answer may be left out."""
    facts = Layout((section(text("*Keep {task}?*", task=shown.task), asks(shown)),), shown.at)
    label = Text("Why? The requester reads it.")
    return _modal(DECLINED, shown.id, Text("Decline deletion?"), Text("Keep it"), facts, label, REASON, words)


def reason_wanted(task_id: str, metadata: str, words: Words = str) -> View:
    """Asks why a task should be deleted, if a rule requires a reason and none was typed.

    Args:
        task_id: the task.
        metadata: what the submission needs to go on, at most 3000 characters; Slack hands it back as it is.
        words: the language.
    """
    facts = Layout((section(text("Why should {task} be deleted?", task=Code(task_id))),))
    label = Text("Reason. Everybody in the channel reads it.")
    return _modal(REASON_GIVEN, metadata, Text("Reason needed"), Text("Ask to delete"), facts, label, REASON, words)


def told_in_place(answer: Layout, words: Words = str) -> View:
    """What replaces a modal whose submission changed nothing: why."""
    return View(
        type="modal",
        callback_id="deletion.told",
        title=_plain(Text("Not confirmed"), _TITLE, words),
        blocks=list(drawn(answer, words).blocks),
    )


WRONG_NAME = Text("That isn't the task's name. Nothing was deleted.")
NO_REASON = Text("Say why, in a few words.")
WRONG_CASE = Text("Almost: check upper and lower case.")


def _modal(  # noqa: PLR0913, PLR0917 - the parts of a modal
    callback_id: str,
    metadata: str,
    title: Text,
    submit: Text,
    facts: Layout,
    label: Text,
    asked: str,
    words: Words,
) -> View:
    optional = callback_id == DECLINED
    blocks: list[Block] = list(drawn(facts, words).blocks)
    typed = PlainTextInputElement(
        action_id=asked,
        min_length=None if optional else 1,
        max_length=_LONGEST_REASON if asked == REASON else _LONGEST_TYPED,
    )
    blocks.append(InputBlock(block_id=asked, label=_plain(label, _LABEL, words), element=typed, optional=optional))
    return View(
        type="modal",
        callback_id=callback_id,
        private_metadata=metadata,
        title=_plain(title, _TITLE, words),
        submit=_plain(submit, _TITLE, words),
        close=_plain(Text("Back"), _TITLE, words),
        blocks=blocks,
    )


def _plain(said: Text, limit: int, words: Words) -> PlainTextObject:
    return PlainTextObject(text=plain(said, limit, words=words), emoji=False)
