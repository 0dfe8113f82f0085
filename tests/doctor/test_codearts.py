"""What the doctor says of CodeArts Check, asked over the wire."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.doctor.check import Check, Grade
from bot.doctor.codearts import look_at_codearts
from bot.settings import load_settings
from codecheck_sandbox.codearts import BOT, CodeArtsStandIn, Drop, Fault, Garbage, InternalError, Refuse, Throttle
from codecheck_sandbox.codearts.accounts import REGION_PROJECT
from tests.settings.examples import HTTP

KEY = {
    "HUAWEICLOUD_SDK_AK": BOT.access_key,
    "HUAWEICLOUD_SDK_SK": BOT.secret_key,
    "HUAWEICLOUD_SDK_PROJECT_ID": REGION_PROJECT,
}
TOKEN = {
    "CODEARTS_IAM_USER": BOT.user,
    "CODEARTS_IAM_PASSWORD": BOT.password,
    "CODEARTS_IAM_DOMAIN": BOT.domain,
}


@pytest.fixture
async def codearts() -> AsyncIterator[CodeArtsStandIn]:
    """A CodeArts Check, with IAM."""
    async with CodeArtsStandIn() as running:
        yield running


async def look(folder: Path, url: str, sign_in: Mapping[str, str]) -> Check:
    """The one check."""
    places = {"CODEARTS_ENDPOINT": url, "HUAWEICLOUD_SDK_IAM_ENDPOINT": url}
    (check,) = await look_at_codearts(load_settings({**HTTP, **sign_in, **places}, folder))
    return check


@pytest.mark.parametrize("sign_in", [KEY, TOKEN], ids=["AK/SK", "IAM token"])
async def test_all_is_well(codearts: CodeArtsStandIn, tmp_path: Path, sign_in: Mapping[str, str]) -> None:
    """One look-up, of a task that cannot exist; nothing is deleted."""
    check = await look(tmp_path, codearts.url, sign_in)
    assert check == Check("CodeArts Check", Grade.OK, "it answers, and accepts the bot's credentials")
    assert [request.method for request in codearts.requests if request.method != "POST"] == ["GET"]


@pytest.mark.parametrize(
    ("fault", "grade", "text", "cure"),
    [
        (Refuse("APIGW.0101"), Grade.FAULT, "no such API at this host", "Check CODEARTS_ENDPOINT and CODEARTS_REGION."),
        (Refuse("APIGW.0301"), Grade.FAULT, "signature was refused", "the secret key and this machine's clock"),
        (Refuse("APIGW.0310"), Grade.FAULT, "project is unavailable", "Check the project"),
        (Refuse("CC.00050010"), Grade.FAULT, "no permission", "codeartscheck:task:delete"),
        (Refuse("CC.00050011"), Grade.FAULT, "not in any project", "Add the bot's user to the task's project."),
        (Refuse("CC.00050000"), Grade.OK, "accepts the bot's credentials", ""),
        (Throttle(), Grade.WARNING, "too many requests", "Try again"),
        (InternalError(500), Grade.WARNING, "internal error", "Try again"),
        (Garbage(), Grade.WARNING, "could not be understood", "CODEARTS_ENDPOINT and the proxy"),
        (Garbage(http=403), Grade.FAULT, "refused (HTTP 403)", "codeartscheck:task:delete"),
        (Drop(), Grade.FAULT, "connection to CodeArts Check was lost", "the network and the proxy"),
    ],
)
async def test_what_can_be_wrong(  # noqa: PLR0913, PLR0917 - a row has what happens and what is said of it
    codearts: CodeArtsStandIn, tmp_path: Path, fault: Fault, grade: Grade, text: str, cure: str
) -> None:
    """Each answer is told with what to do about it."""
    codearts.next_answer(fault, to="GET")
    check = await look(tmp_path, codearts.url, KEY)
    assert check.grade is grade
    assert text in check.text
    assert cure in check.cure


async def test_a_key_that_is_not_right(codearts: CodeArtsStandIn, tmp_path: Path) -> None:
    """Asked once: five refusals lock the key. The secret is not repeated."""
    check = await look(tmp_path, codearts.url, KEY | {"HUAWEICLOUD_SDK_SK": "not-the-secret"})
    assert check.grade is Grade.FAULT
    assert "APIGW.0301" in check.text
    assert "not-the-secret" not in check.text + check.cure
    assert codearts.count("GET") == 1


async def test_a_password_that_iam_does_not_take(codearts: CodeArtsStandIn, tmp_path: Path) -> None:
    """Then CodeArts Check is not asked at all."""
    check = await look(tmp_path, codearts.url, TOKEN | {"CODEARTS_IAM_PASSWORD": "not-the-password"})
    assert check.grade is Grade.FAULT
    assert check.text.startswith("IAM gave no token")
    assert "CODEARTS_IAM_PASSWORD" in check.cure
    assert "not-the-password" not in check.text + check.cure
    assert not codearts.count("GET")


async def test_an_endpoint_where_nobody_listens(tmp_path: Path) -> None:
    """Says where it looked."""
    check = await look(tmp_path, "http://127.0.0.1:1", KEY)
    assert (check.grade, check.text) == (Grade.FAULT, "CodeArts Check refused the connection.")
    assert "http://127.0.0.1:1" in check.cure
