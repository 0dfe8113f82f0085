"""What people paste is read as they meant it, and never as something that they didn't."""

# ruff: noqa: RUF001 - the marks that people paste are meant

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UsageError
from bot.slack.pasted_text import bare, read_task_id, visible

ID = "897acf0e2b4d4f6c8a1b3d5e7f901234"
OTHER = "41a2c5b0e9d84c7f9f0a1b2c3d4e5f60"
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"
TASK_IDS = st.text(ALPHABET, min_size=1, max_size=128)
FORMAT_CHARACTERS = st.characters(categories=["Cf"])
AROUND = st.text(st.sampled_from("`'\"*~<>()[]{}.,;:!?…„“”‘’‚«»‹›「」『』（）【】《》＜＞。，、；：！？"), max_size=4)


@given(TASK_IDS, FORMAT_CHARACTERS, st.data())
def test_no_format_character_is_left(task_id: str, invisible: str, data: st.DataObject) -> None:
    """Every character of the category Cf is dropped, wherever it was pasted."""
    at = data.draw(st.integers(0, len(task_id)))
    assert visible(f"{task_id[:at]}{invisible}{task_id[at:]}") == task_id


@pytest.mark.parametrize("blank", ["\u034f", "\u115f", "\u1160", "\u2800", "\u3164", "\ufe0f", "\uffa0"])
def test_what_is_invisible_without_being_a_format_character_is_dropped_too(blank: str) -> None:
    """Fillers, joiners and variation selectors come along when people copy from pages and chats."""
    assert visible(f"{ID}{blank}") == ID


@given(TASK_IDS, AROUND, AROUND)
def test_marks_around_an_id_change_nothing(task_id: str, before: str, after: str) -> None:
    """Quotes, brackets and punctuation are taken away on both sides, and the ID is never changed."""
    assert bare(f"{before}{task_id}{after}") == task_id


@pytest.mark.parametrize(
    "pasted",
    [
        "*{}*",
        "<{}>",
        "[{}]",
        "„{}“",
        "「{}」",
        "{}.",
        "{},",
        "({}).",
        "‹{}›",
        "『{}』。",
        "~{}~",
        "＂{}＂",
        "<*`{}`*>,",
    ],
)
def test_marks_that_people_really_paste(pasted: str) -> None:
    """Bold, code, quotes of several languages, and the end of a sentence."""
    assert bare(pasted.format(ID)) == ID


@given(st.text(max_size=60))
def test_a_mark_is_never_taken_from_inside(text: str) -> None:
    """What is left is one piece of what was there, and everything taken away is a mark."""
    left = bare(text)
    assert left in text
    taken = text.replace(left, "", 1)
    assert all(not character.isalnum() and character not in "-_" for character in taken)


CONSOLE = "https://devcloud.cn-north-4.huaweicloud.com/codecheck"


@pytest.mark.parametrize(
    "link",
    [
        f"{CONSOLE}/project/{OTHER}/codecheck/task/{ID}/detail",
        f"{CONSOLE}/project/{OTHER}/codecheck/task/{ID}/detail?tab=issues#severity=1",
        f"{CONSOLE}/task/{ID}",
        f"{CONSOLE}/detail?projectId={OTHER}&taskId={ID}",
        f"{CONSOLE}/detail?task_id={ID}&project_id={OTHER}",
        f"{CONSOLE}/#/project/{OTHER}/tasks/{ID}/overview",
        f"{CONSOLE}/overview/{ID}",
        f"{CONSOLE}/project/{OTHER}/{ID}",
        f"HTTPS://DEVCLOUD.huaweicloud.com/task/{ID}",
        f"devcloud.cn-north-4.huaweicloud.com/codecheck/task/{ID}",
        f"http://127.0.0.1:8484/task/{ID}",
        f"{CONSOLE}/task/nightly-scan",
    ],
)
def test_a_link_to_the_task_stands_for_its_id(link: str) -> None:
    """What follows `task` counts, else the only ID that isn't a project's; the console's form differs by region."""
    assert read_task_id(link) == (ID if ID in link else "nightly-scan")


@pytest.mark.parametrize(
    "link",
    [
        f"{CONSOLE}/project/{OTHER}",
        CONSOLE,
        f"{CONSOLE}/task/{ID}/task/{OTHER}",
        f"{CONSOLE}/{ID}/{OTHER}",
        f"{CONSOLE}/?taskId={ID}&next=task/{OTHER}",
        f"{CONSOLE}/{ID}0",
    ],
)
def test_a_link_that_could_mean_several_tasks_or_none_is_refused(link: str) -> None:
    """Nothing is guessed: the person is asked for the ID itself."""
    with pytest.raises(UsageError, match=r"which part of this link"):
        read_task_id(link)


@given(st.text(min_size=1, max_size=200))
def test_whatever_is_typed_gives_an_id_that_can_stand_in_a_path(text: str) -> None:
    """No text gets another character into the service's path, and none crashes the parser."""
    try:
        task_id = read_task_id(text)
    except UsageError:
        return
    assert set(task_id) <= set(ALPHABET)
    assert 1 <= len(task_id) <= 128


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a/b", "this one has /."),
        ("a\x00b", "this one has U+0000 control character."),
        ("a`b", "this one has U+0060 grave accent."),
        ("a<b", "this one has U+003C less-than sign."),
        ("\u0430bc", "this one has \u0430."),
        ("abc\ufffd", "this one has \ufffd."),
        ("a" * 129, "at most 128 characters, and this one has 129."),
    ],
)
def test_a_fault_is_named(text: str, says: str) -> None:
    """The answer names the first character that no task ID has, or the length."""
    with pytest.raises(UsageError) as caught:
        read_task_id(text)
    assert says in str(caught.value)


def test_the_marks_are_no_part_of_an_id() -> None:
    """Hyphen and underscore are, so they are not taken away."""
    assert bare("-a_") == "-a_"
    assert not [c for c in ALPHABET if bare(c) != c or unicodedata.category(c) == "Cf"]
