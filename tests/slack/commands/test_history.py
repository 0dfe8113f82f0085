"""`/codecheck history [task_id or @user]`: what is looked back at."""

import pytest

from bot.deletions.history import About
from bot.domain.errors import UsageError
from bot.slack.commands.history import parse
from bot.slack.slack_markup import read_words

ID = "897acf0e2b4d4f6c8a1b3d5e7f901234"


@pytest.mark.parametrize(
    ("raw", "asked"),
    [
        ("", About()),
        (f"`{ID}`", About(ID)),
        (f"https://console.example/task/{ID}", About(ID)),
        ("<@U01ALICE|alice>", About(user_id="U01ALICE")),
        ("<@U01ALICE>", About(user_id="U01ALICE")),
        ("<@U01ALICE|alice.>", About(user_id="U01ALICE")),
        ("&lt;@U01ALICE|alice&gt;", About(user_id="U01ALICE")),
        ("@U01ALICE", About(user_id="U01ALICE")),
        (f"{ID} before 17-1", About(ID, before="17-1")),
        ("<@U01ALICE> after 17-1", About(user_id="U01ALICE", after="17-1")),
        ("before 17-1", About(before="17-1")),
        ("before", About("before")),
    ],
)
def test_a_task_or_a_person_or_everything(raw: str, asked: About) -> None:
    """A person is mentioned, a task named by its ID or a link; the buttons add where a page begins."""
    assert parse(read_words(raw)) == asked


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("a b", "Give one task ID, one person, or nothing."),
        ("a/b", "A task ID has only letters, digits, - and _, and this one has /."),
        ("@bob", "@bob isn't someone I know. Pick the person from Slack's list."),
    ],
)
def test_anything_else_is_answered_with_its_fault(raw: str, fault: str) -> None:
    """The answer says what to give instead."""
    with pytest.raises(UsageError) as caught:
        parse(read_words(raw))
    assert str(caught.value) == fault
