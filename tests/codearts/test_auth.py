"""Signing in, with AK/SK and with tokens of IAM, against a gateway that checks for itself."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.codearts.auth import AkSkAuth, IamTokenAuth
from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.codearts.iam import IamCredentials
from bot.domain.facts import Presence
from bot.domain.outcome import Outcome, Verdict
from codecheck_sandbox.codearts import BOT, TEMPORARY, CodeArtsStandIn, Delay, Drop, Fault, Garbage, Hang, Refuse
from codecheck_sandbox.codearts.accounts import REGION_PROJECT
from tests.codearts.conftest import QUICK, TASK, delete, iam_user, soon


class TestAkSk:
    """Requests signed with an access key."""

    async def _delete(self, codearts: CodeArtsStandIn, auth: AkSkAuth) -> Outcome:
        async with http_client(codearts.url, auth) as http:
            return await delete(CodeArtsCheck(http, QUICK))

    @pytest.mark.parametrize("project", [REGION_PROJECT, ""])
    async def test_a_permanent_key_is_let_in(self, codearts: CodeArtsStandIn, project: str) -> None:
        """With the IAM project's ID, or without."""
        outcome = await self._delete(codearts, AkSkAuth(BOT.access_key, SecretStr(BOT.secret_key), project))
        assert outcome.verdict is Verdict.DELETED

    async def test_a_temporary_key_is_let_in_with_its_token(self, codearts: CodeArtsStandIn) -> None:
        """And not without it."""
        key, secret = TEMPORARY.access_key, SecretStr(TEMPORARY.secret_key)
        without = await self._delete(codearts, AkSkAuth(key, secret, REGION_PROJECT))
        assert without.code == "APIGW.0301"
        token = SecretStr(TEMPORARY.security_token)
        assert (await self._delete(codearts, AkSkAuth(key, secret, REGION_PROJECT, token))).code == ""
        assert len(codearts.deletions) == 1

    async def test_a_refused_signature_is_never_tried_again(self, codearts: CodeArtsStandIn) -> None:
        """Five in a row would lock the key."""
        outcome = await self._delete(codearts, AkSkAuth(BOT.access_key, SecretStr("wrong"), REGION_PROJECT))
        assert outcome.code == "APIGW.0301"
        assert codearts.count("DELETE") == 1

    async def test_a_foreign_project_is_refused(self, codearts: CodeArtsStandIn) -> None:
        """`X-Project-Id` must be one of the account's."""
        outcome = await self._delete(codearts, AkSkAuth(BOT.access_key, SecretStr(BOT.secret_key), "f" * 32))
        assert outcome.code == "APIGW.0310"


class _Clock:
    """Seconds that go forward when told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    """What the bot takes for the time; the stand-in keeps its own."""
    return _Clock()


@pytest.fixture
async def iam(codearts: CodeArtsStandIn) -> AsyncIterator[httpx.AsyncClient]:
    """The client for IAM."""
    async with http_client(codearts.url) as client:
        yield client


@pytest.fixture
async def service(codearts: CodeArtsStandIn, iam: httpx.AsyncClient, clock: _Clock) -> AsyncIterator[CodeArtsCheck]:
    """CodeArts Check, signed in to with a token."""
    async with http_client(codearts.url, IamTokenAuth(iam, iam_user(), clock)) as http:
        yield CodeArtsCheck(http, QUICK)


class TestToken:
    """Requests with a token of IAM."""

    async def test_one_sign_in_serves_many_requests(self, service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
        """The token is kept."""
        assert (await service.look_up(TASK)).presence is Presence.EXISTS
        assert (await delete(service)).verdict is Verdict.DELETED
        assert (codearts.tokens.issued, codearts.count("DELETE")) == (1, 1)

    async def test_requests_at_the_same_time_share_one_sign_in(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn
    ) -> None:
        """At first, and when all of them learn that the token no longer counts."""
        codearts.next_answer(Delay(0.05), to="POST")
        await asyncio.gather(*(service.look_up(TASK) for _ in range(20)))
        assert codearts.tokens.issued == 1
        codearts.tokens.revoke_all()
        sightings = await asyncio.gather(*(service.look_up(TASK) for _ in range(20)))
        assert {sighting.presence for sighting in sightings} == {Presence.EXISTS}
        assert codearts.tokens.issued == 2

    async def test_it_is_renewed_on_a_401(self, service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
        """A 401 was not executed, so the DELETE goes out again, with a new token."""
        await service.look_up(TASK)
        codearts.tokens.revoke_all()
        assert (await delete(service)).verdict is Verdict.DELETED
        assert (codearts.tokens.issued, codearts.count("DELETE"), len(codearts.deletions)) == (2, 2, 1)

    async def test_it_is_renewed_once(self, service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
        """A second 401 is the answer."""
        codearts.next_answer(*[Refuse("APIGW.0307")] * 3)
        outcome = await delete(service)
        assert (outcome.verdict, outcome.code) == (Verdict.FAILED, "APIGW.0307")
        assert (codearts.tokens.issued, codearts.count("DELETE")) == (2, 2)

    @pytest.mark.parametrize(("later", "issued"), [(0, 1), (22 * 3_600, 1), (23.5 * 3_600, 2), (99 * 3_600, 2)])
    async def test_it_is_renewed_ahead_of_its_end(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn, clock: _Clock, later: float, issued: int
    ) -> None:
        """In the last of its 24 hours, so that no request meets a 401."""
        await service.look_up(TASK)
        clock.now += later
        await service.look_up(TASK)
        assert codearts.tokens.issued == issued
        assert 401 not in {request.http for request in codearts.requests}

    async def test_a_short_lived_one_is_used_before_it_is_renewed(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn
    ) -> None:
        """Less than an hour is no reason to sign in for every request."""
        codearts.tokens.lifetime = 600
        await service.look_up(TASK)
        await service.look_up(TASK)
        assert codearts.tokens.issued == 1

    async def test_a_good_one_is_used_on_where_iam_fails(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn, clock: _Clock
    ) -> None:
        """Renewing ahead may fail, a request does not; IAM is left alone for a minute, and then asked again."""
        await service.look_up(TASK)
        clock.now += 23.5 * 3_600
        codearts.next_answer(Garbage(http=503), to="POST")
        for _ in range(3):
            assert (await service.look_up(TASK)).presence is Presence.EXISTS
        assert (codearts.tokens.issued, codearts.count("POST")) == (1, 2)
        clock.now += 61
        await service.look_up(TASK)
        assert codearts.tokens.issued == 2

    async def test_one_beyond_its_end_is_not_used(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn, clock: _Clock
    ) -> None:
        """Then there is no token, and the reason is IAM's."""
        await service.look_up(TASK)
        clock.now += 25 * 3_600
        codearts.next_answer(Garbage(http=403), to="POST")
        assert not (await delete(service)).sent
        assert codearts.count("DELETE") == 0

    @pytest.mark.parametrize(
        ("fault", "why"),
        [
            (Refuse("IAM.0011"), "IAM refused the bot's sign-in (HTTP 401, IAM.0011)."),
            (Refuse("IAM.0011", form="keystone"), "IAM refused the bot's sign-in (HTTP 401, 401)."),
            (Garbage(http=404), "IAM refused the bot's sign-in (HTTP 404, no code)."),
            (Garbage(http=201), "IAM answered without a token."),
            (Garbage(http=201, headers=(("X-Subject-Token", "t"),)), "IAM's answer could not be understood."),
        ],
        ids=str,
    )
    async def test_where_iam_refuses_nothing_is_sent(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn, fault: Fault, why: str
    ) -> None:
        """The person reads IAM's code, and what to check; IAM is not asked again at once, or it locks the user."""
        codearts.next_answer(fault, to="POST")
        with capture_logs() as logs:
            outcome = await delete(service)
        assert logs == []  # no second attempt
        assert (outcome.verdict, outcome.sent, str(outcome.why)) == (Verdict.FAILED, False, why)
        assert "Check" in str(outcome.admin_hint)
        assert (codearts.count("POST"), codearts.count("DELETE")) == (1, 0)

    @pytest.mark.parametrize("fault", [Garbage(http=503), Refuse("APIGW.0308"), Drop()], ids=str)
    async def test_where_iam_fails_for_a_moment_it_is_asked_again(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn, fault: Fault
    ) -> None:
        """Nothing of the DELETE has left, so there is no harm."""
        codearts.next_answer(fault, to="POST")
        assert (await delete(service)).verdict is Verdict.DELETED
        assert (codearts.count("POST"), codearts.count("DELETE")) == (2, 1)

    async def test_where_iam_hangs_nothing_is_sent(self, service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
        """Signing in is part of the time that a DELETE has."""
        codearts.next_answer(Hang(), to="POST")
        outcome = await delete(service, not_after=soon(0.2))
        assert (outcome.verdict, outcome.sent) == (Verdict.FAILED, False)
        assert str(outcome.why) == "There was no time left to send it."
        assert codearts.count("DELETE") == 0

    async def test_a_wrong_password_is_not_tried_over_and_over(
        self, codearts: CodeArtsStandIn, iam: httpx.AsyncClient, clock: _Clock
    ) -> None:
        """IAM locks a user after a few: it is asked once in five minutes."""
        async with http_client(codearts.url, IamTokenAuth(iam, iam_user("wrong"), clock)) as http:
            service = CodeArtsCheck(http, QUICK)
            for later, asked in ((0, 1), (299, 1), (2, 2)):
                clock.now += later
                outcome = await delete(service)
                assert not outcome.sent
                assert str(outcome.why).startswith("IAM refused the bot's sign-in (HTTP 401")
                assert codearts.count("POST") == asked

    async def test_where_iam_cannot_be_reached_nothing_is_sent(self, codearts: CodeArtsStandIn) -> None:
        """And it says that it is IAM."""
        async with (
            http_client("http://127.0.0.1:9") as iam,
            http_client(codearts.url, IamTokenAuth(iam, iam_user())) as http,
        ):
            outcome = await delete(CodeArtsCheck(http, QUICK))
        assert (outcome.sent, str(outcome.why)) == (False, "IAM refused the connection.")
        assert codearts.count("DELETE") == 0

    @pytest.mark.parametrize(
        ("user", "known"),
        [
            (replace(iam_user(), project_id=REGION_PROJECT), True),
            (replace(iam_user(), project_name="cn-south-1"), False),
            (replace(iam_user(), domain="other"), False),
            (replace(iam_user(), name="eve"), False),
        ],
    )
    async def test_the_scope_and_the_account_count(
        self, codearts: CodeArtsStandIn, iam: httpx.AsyncClient, user: IamCredentials, *, known: bool
    ) -> None:
        """A project's ID does as well as its name; another project, account or user does not."""
        async with http_client(codearts.url, IamTokenAuth(iam, user)) as http:
            outcome = await delete(CodeArtsCheck(http, QUICK))
        assert outcome.sent is known


def test_an_account_shows_no_secret() -> None:
    """Not even the sandbox's."""
    assert TEMPORARY.password not in repr(TEMPORARY)
    assert TEMPORARY.secret_key not in repr(TEMPORARY)
    assert TEMPORARY.security_token not in repr(TEMPORARY)
