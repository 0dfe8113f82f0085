"""No secret in a reply, a log or an error, however the service quotes it."""

import json
import logging

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.codearts.auth import AkSkAuth, IamTokenAuth
from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from codecheck_sandbox.codearts import BOT, CodeArtsStandIn, Garbage
from codecheck_sandbox.codearts.accounts import REGION_PROJECT
from tests.codearts.conftest import QUICK, delete, iam_user


async def test_what_the_gateway_says_of_a_signature_is_not_passed_on(
    codearts: CodeArtsStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """APIGW.0301 quotes the canonical request and the access key; neither reaches a person or a log."""
    caplog.set_level(logging.DEBUG)
    async with http_client(codearts.url, AkSkAuth(BOT.access_key, SecretStr("wrong"), REGION_PROJECT)) as http:
        with capture_logs() as logs:
            outcome = await delete(CodeArtsCheck(http, QUICK))
    assert BOT.access_key in codearts.requests[-1].answer  # the gateway did say it
    told = f"{outcome} {logs} {caplog.text}"
    assert BOT.access_key not in told
    assert "canonical" not in told.lower()
    assert "Signature" not in told


async def test_no_token_and_no_password_is_logged(codearts: CodeArtsStandIn, caplog: pytest.LogCaptureFixture) -> None:
    """Also where everything is logged that there is, and where signing in fails."""
    caplog.set_level(logging.DEBUG)
    codearts.next_answer(Garbage(http=503), to="POST")
    async with http_client(codearts.url) as iam, http_client(codearts.url, IamTokenAuth(iam, iam_user())) as http:
        with capture_logs() as logs:
            await delete(CodeArtsCheck(http, QUICK))
    assert len(codearts.deletions) == 1
    told = f"{logs} {caplog.text}"
    assert "IAM cannot answer" in told
    assert "MIIS" not in told  # how each token of the stand-in begins
    assert BOT.password not in told


@pytest.mark.parametrize("where", ["code", "title", "message", "error_code", "error_msg"])
@pytest.mark.parametrize("nested", [True, False])
async def test_nothing_that_iam_says_is_quoted(codearts: CodeArtsStandIn, where: str, *, nested: bool) -> None:
    """IAM's message can repeat the password; of what it says only a code that looks like one is told."""
    said: dict[str, object] = {where: f"the password {BOT.password} of alice"}
    codearts.next_answer(Garbage(json.dumps({"error": said} if nested else said).encode(), http=401), to="POST")
    async with http_client(codearts.url) as iam, http_client(codearts.url, IamTokenAuth(iam, iam_user())) as http:
        outcome = await delete(CodeArtsCheck(http, QUICK))
    assert str(outcome.why) == "IAM refused the bot's sign-in (HTTP 401, no code)."
    assert BOT.password not in repr(outcome)


@pytest.mark.parametrize("password", ["hunter2", "ABCDEF"])
async def test_a_password_that_iam_puts_into_its_code_is_not_quoted(codearts: CodeArtsStandIn, password: str) -> None:
    """Nor one that no pattern takes for a secret."""
    codearts.next_answer(Garbage(json.dumps({"error_code": password}).encode(), http=401), to="POST")
    async with (
        http_client(codearts.url) as iam,
        http_client(codearts.url, IamTokenAuth(iam, iam_user(password))) as http,
    ):
        outcome = await delete(CodeArtsCheck(http, QUICK))
    assert password not in repr(outcome)


async def test_what_signs_in_shows_no_secret(codearts: CodeArtsStandIn) -> None:
    """A `repr` in an error's trace gives nothing away."""
    signer = AkSkAuth(BOT.access_key, SecretStr(BOT.secret_key), REGION_PROJECT, SecretStr("security-token"))
    async with http_client(codearts.url) as iam:
        shown = f"{signer!r} {vars(signer)} {iam_user()!r} {IamTokenAuth(iam, iam_user())!r}"
    for secret in (BOT.secret_key, BOT.password, "security-token"):
        assert secret not in shown
