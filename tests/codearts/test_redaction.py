"""Secrets in what a service says: the bot's own by value, others by what they look like; and nothing else."""

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.codearts.body import read_answer
from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.codearts.redaction import WITHHELD, Redactor
from tests.codearts.conftest import QUICK, delete
from tests.codearts.odd_service import OddService, Say

_PASSWORD, _KEY = "Correct-horse", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"
_REDACTOR = Redactor([_PASSWORD, _KEY, "redis://bot:reD1s-Pass@redis.example.com:6379/0"])


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@pytest.mark.parametrize("secret", [_PASSWORD, _KEY, "reD1s-Pass"])
@pytest.mark.parametrize(
    "written",
    [
        str,
        str.upper,
        _full_width,
        quote,
        "\u200b".join,
        lambda secret: f"{secret[:5]}\n{secret[5:]}",
        json.dumps,
        lambda secret: "".join(f"%{ord(c):02x}" for c in secret),
    ],
    ids=["as it is", "upper", "full width", "quoted", "zero-width spaces", "two lines", "JSON", "percent"],
)
def test_a_known_secret_is_withheld_however_it_is_written(secret: str, written: object) -> None:
    """Compared after NFKC, without case, spaces and characters that nobody sees."""
    assert callable(written)
    said = f"wrong value {written(secret)} for alice"
    assert _REDACTOR.message(said, 300) == WITHHELD
    assert _REDACTOR.name(said, 300) == ""


@pytest.mark.parametrize("piece", [_KEY[:20], _KEY[11:30], _KEY[-12:]])
def test_a_piece_of_a_long_secret_is_withheld(piece: str) -> None:
    """Services cut what they quote."""
    assert _REDACTOR.message(f"the value {piece}… is wrong", 300) == WITHHELD


@pytest.mark.parametrize(
    "said",
    [
        "DELETE /v3/task/897acf7a1bd64e3b9b7b6c0de36e0c3d is not possible",
        "/v3/0a1b2c3d4e5f60718293a4b5c6d7e8f9/tasks/897acf7a1bd64e3b9b7b6c0de36e0c3d/rulesets",
        "task 897acf7a-1bd6-4e3b-9b7b-6c0de36e0c3d is running",
        "897acf7a1bd64e3b9b7b6c0de36e0c3d,0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "host redis.example.com:6379",
        "该任务正在检查",
    ],
)
def test_what_is_no_secret_is_quoted(said: str) -> None:
    """IDs, paths, hosts and Chinese text are what people need to read."""
    assert _REDACTOR.message(said, 300) == said


def test_a_name_keeps_its_spelling() -> None:
    """It has to be typed as it is shown; only messages are normalised."""
    assert _REDACTOR.name(_full_width("shop"), 300) == _full_width("shop")
    assert _REDACTOR.message(_full_width("shop"), 300) == "shop"


@pytest.mark.parametrize("secrets", [[], [""], ["a"], ["abc"]])
def test_what_is_too_short_to_be_a_secret_withholds_nothing(secrets: list[str]) -> None:
    """An empty setting must not black out everything."""
    assert Redactor(secrets).message("abc is running", 300) == "abc is running"


@given(before=st.text(max_size=50), after=st.text(max_size=50), cut=st.integers(1, 400))
def test_no_known_secret_comes_through_anywhere(before: str, after: str, cut: int) -> None:
    """Whatever is around it, and wherever the text is cut."""
    said = f"{before}{_PASSWORD}{after}"
    assert _PASSWORD not in _REDACTOR.message(said, cut)
    assert _PASSWORD not in _REDACTOR.name(said, cut)


@pytest.mark.parametrize("where", ["status", "httpStatus", "error_code", "error_msg", "result", "message"])
async def test_no_outcome_holds_a_secret_that_the_service_quoted(where: str) -> None:
    """Not in a code or a status either: outcomes are posted and kept."""
    said = Say({"httpStatus": "BAD_REQUEST", "status": "error", where: f"x {_PASSWORD} y"}, 400)
    async with OddService({"DELETE": said}) as service, http_client(service.url) as http:
        outcome = await delete(CodeArtsCheck(http, QUICK, _REDACTOR))
    assert _PASSWORD not in repr(outcome)
    assert _PASSWORD not in str(outcome.why)


def test_the_answer_itself_shows_nothing_of_its_body() -> None:
    """The whole body is kept for the facts, and stays out of every `repr`."""
    answer = read_answer(200, json.dumps({"extra": _PASSWORD}).encode())
    assert answer.content == {"extra": _PASSWORD}
    assert _PASSWORD not in repr(answer)
