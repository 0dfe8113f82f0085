"""What people type after `/codecheck`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.command import (
    Command,
    Delete,
    Freeze,
    Help,
    History,
    Pending,
    Unfreeze,
    parse_command,
    parse_task_id,
)
from bot.domain.errors import UsageError

ID = "897acf0e2b4d4f6c8a1b3d5e7f901234"
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
task_ids = st.text(ALPHABET, min_size=1, max_size=128)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Help()),
        ("   ", Help()),
        ("help", Help()),
        ("HELP", Help()),
        ("help delete", Help()),
        (f"delete {ID}", Delete(ID)),
        (f"DeLeTe {ID}", Delete(ID)),
        (f"  delete    {ID}  ", Delete(ID)),
        (f"delete\t{ID}\n", Delete(ID)),
        (f"delete\u00a0{ID}", Delete(ID)),
        (f"delete `{ID}`", Delete(ID)),
        (f"`delete {ID}`", Delete(ID)),
        (f"`delete` `{ID}`", Delete(ID)),
        (f"delete \u201c{ID}\u201d", Delete(ID)),
        (f"delete ``` {ID} ```", Delete(ID)),
        ("delete AbC", Delete("AbC")),
        (f"delete {'a' * 128}", Delete("a" * 128)),
        ("delete delete", Delete("delete")),
        ("freeze", Freeze()),
        ("FREEZE the audit is on", Freeze("the audit is on")),
        ("freeze " + "x" * 300, Freeze("x" * 200)),
        ("unfreeze", Unfreeze()),
        ("pending", Pending()),
        ("pending 3", Pending(3)),
        ("history", History()),
        (f"history `{ID}`", History(ID)),
        ("history &lt;@U01ALICE|alice&gt;", History(user_id="U01ALICE")),
        ("history <@U01ALICE>", History(user_id="U01ALICE")),
        (f"history {ID} before 17-1", History(ID, before="17-1")),
        ("history <@U01ALICE> after 17-1", History(user_id="U01ALICE", after="17-1")),
    ],
)
def test_what_people_type_and_paste_is_understood(text: str, command: Command) -> None:
    """Subcommands are read without regard to case, task IDs with; pasted quotes and spaces are forgiven."""
    assert parse_command(text) == command


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("delete", "The task ID is missing."),
        ("delete ``", "The task ID is missing."),
        ("delete one two three", "One task at a time, please: these are 3 words."),
        (f"delete {'a' * 129}", "A task ID has at most 128 characters, and this one has 129."),
        ("delete a/b", "A task ID has only letters, digits, `-` and `_`, and this one has `/`."),
        ("delete ../../v3/task", "A task ID has only letters, digits, `-` and `_`, and this one has `.`."),
        (
            "delete a\x00b",
            "A task ID has only letters, digits, `-` and `_`, and this one has U+0000 (control character).",
        ),
        (
            "delete abc\u200b",
            "A task ID has only letters, digits, `-` and `_`, and this one has U+200B (zero width space).",
        ),
        (
            "delete a`b",
            "A task ID has only letters, digits, `-` and `_`, and this one has U+0060 (grave accent).",
        ),
        (
            "delete &lt;b",
            "A task ID has only letters, digits, `-` and `_`, and this one has U+003C (less-than sign).",
        ),
        ("delete \u0430bc", "A task ID has only letters, digits, `-` and `_`, and this one has `\u0430`."),
    ],
)
def test_a_text_without_one_good_task_id_is_answered_with_its_fault_and_the_usage(text: str, answer: str) -> None:
    """The answer names what is wrong and ends with what to type."""
    with pytest.raises(UsageError) as caught:
        parse_command(text)
    assert str(caught.value) == f"{answer} Usage: `/codecheck delete <task_id>`"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("delte 1", "There is no `delte`. Did you mean `delete`?"),
        ("Remove 1", "There is no `Remove`."),
        ("xyzzy", "There is no `xyzzy`."),
        ("&lt;!channel&gt;", "There is no `!channel`."),
        ("<@U1|`x`>", "There is no `@U1|x`."),
        ("&amp;&amp;", "There is no such subcommand."),
        ("w" * 500, f"There is no `{'w' * 32}`."),
    ],
)
def test_an_unknown_subcommand_is_answered_with_the_nearest_one(text: str, answer: str) -> None:
    """What was typed comes back short and without markup, and where something is near, it is offered."""
    with pytest.raises(UsageError) as caught:
        parse_command(text)
    assert str(caught.value) == f"{answer} Type `/codecheck help` to see what there is."


@given(task_ids, st.sampled_from(["{}", " {} ", "`{}`", "'{}'", '"{}"', "\u2018{}\u2019", "\u00ab{}\u00bb", "` {}\n`"]))
def test_every_task_id_survives_what_is_pasted_around_it(task_id: str, pasted: str) -> None:
    """Quotes, backticks and spaces around an ID change nothing, and the ID itself is never changed."""
    assert parse_task_id(pasted.format(task_id)) == task_id


def answer_to(text: str) -> Command | str:
    """The command, or what the person gets to read."""
    try:
        return parse_command(text)
    except UsageError as error:
        return str(error)


@given(st.text())
def test_whatever_is_typed_gives_an_id_that_can_stand_in_a_path_or_a_short_answer(text: str) -> None:
    """No text crashes the parser, none gets another character into the service's path, none floods the answer."""
    match answer_to(f"delete {text}"):
        case str(answer):
            assert len(answer) < 300
            assert "\n" not in answer
        case Delete(task_id):
            assert set(task_id) <= set(ALPHABET)
            assert 1 <= len(task_id) <= 128
        case Help():
            pytest.fail("this asks for a deletion")


@given(st.text())
def test_no_answer_lets_markup_through(text: str) -> None:
    """Neither a mention nor a link that somebody typed acts in the bot's answer."""
    answer = answer_to(text)
    if isinstance(answer, str):
        assert not set("<>&") & set(answer.replace("<task_id>", ""))


@pytest.mark.parametrize(
    "text", ["pending 0", "pending x", "pending 1 2", "history a b", "history a/b", "history @bob"]
)
def test_what_cannot_be_looked_back_at_is_answered_with_the_usage(text: str) -> None:
    """The answer says what to type."""
    with pytest.raises(UsageError, match="Usage: `/codecheck"):
        parse_command(text)
