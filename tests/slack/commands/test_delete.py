"""`/codecheck delete <task_id> [reason]`: what people type and paste after it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UsageError
from bot.slack.commands.delete import Delete, parse

ID = "897acf0e2b4d4f6c8a1b3d5e7f901234"
OTHER = "41a2c5b0e9d84c7f9f0a1b2c3d4e5f60"
LINK = f"https://devcloud.cn-north-4.huaweicloud.com/codecheck/project/{OTHER}/codecheck/task/{ID}/detail"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (ID, Delete(ID)),
        (f"  {ID}  ", Delete(ID)),
        (f"\t{ID}\n", Delete(ID)),
        (f"\u00a0{ID}\u3000", Delete(ID)),
        (f"`{ID}`", Delete(ID)),
        (f"\u201c{ID}\u201d", Delete(ID)),
        (f"``` {ID} ```", Delete(ID)),
        (f"< {ID} >", Delete(ID)),
        (f"{ID}\u200b", Delete(ID)),
        (f"\u202e\ufeff{ID}\u2069", Delete(ID)),
        ("AbC", Delete("AbC")),
        ("delete", Delete("delete")),
        (f"{ID} replaced by shop2", Delete(ID, "replaced by shop2")),
        (f"{ID}   replaced\n by\tshop2 ", Delete(ID, "replaced by shop2")),
        (f"{ID}, replaced by shop2", Delete(ID, "replaced by shop2")),
        (f"`{ID}` “replaced by shop2”", Delete(ID, "replaced by shop2")),
        (f'{ID} "replaced by shop2"', Delete(ID, "replaced by shop2")),
        (f'{ID} the "old" one', Delete(ID, 'the "old" one')),
        (f'{ID} "a" or "b"', Delete(ID, '"a" or "b"')),
        (f"``` {ID} ``` unused", Delete(ID, "unused")),
        (f"{ID} unused", Delete(ID, "unused")),
        (f"{ID} 2026", Delete(ID, "2026")),
        (f"{ID} decade", Delete(ID, "decade")),
        (f"{ID} same as {OTHER}", Delete(ID, f"same as {OTHER}")),
        (f"{ID} R&D <3", Delete(ID, "R&D <3")),
        (f"{ID} {'x' * 200}", Delete(ID, "x" * 200)),
        (f"{LINK} not used any more", Delete(ID, "not used any more")),
        (f"<{LINK}>", Delete(ID)),
        (f"({LINK}).", Delete(ID)),
        ("one two three", Delete("one", "two three")),
    ],
)
def test_the_id_comes_first_and_the_rest_is_the_reason(text: str, asked: Delete) -> None:
    """IDs keep their case; marks around them, line breaks and doubled spaces are forgiven."""
    assert parse(text) == asked


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "The task ID is missing."),
        (" \u200b ", "The task ID is missing."),
        ("``", "`` isn't a task ID."),
        ("...", "... isn't a task ID."),
        ("<>", "<> isn't a task ID."),
        ("「」 because", None),
        (f"{ID} {OTHER}", "One task at a time, please; a reason needs words."),
        ("897acf 2b6f4c", "One task at a time, please; a reason needs words."),
        (f"{ID}, {OTHER},", "One task at a time, please; a reason needs words."),
        (f"{ID} {'x' * 201}", "A reason has at most 200 characters, and this one has 201."),
        ("a/b", "A task ID has only letters, digits, - and _, and this one has /."),
    ],
)
def test_what_cannot_be_read_is_answered_with_its_fault(text: str, fault: str | None) -> None:
    """The answer names what is wrong, and never calls missing what the person can see."""
    if fault is None:
        assert parse(text) == Delete("because")
        return
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert str(caught.value) == fault


@given(st.text(max_size=400))
def test_no_text_is_too_odd(text: str) -> None:
    """Each gives an ID of the service's own alphabet and a short reason on one line, or a short answer."""
    try:
        asked = parse(text)
    except UsageError:
        return
    assert asked.task_id.isascii()
    assert len(asked.reason) <= 200
    assert asked.reason == " ".join(asked.reason.split())
