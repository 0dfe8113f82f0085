"""DELETE /v3/task/{task_id} against the stand-in, over real HTTP: what each answer and each fault leads to."""

import asyncio
import itertools
import socket
import time
from collections.abc import AsyncIterator, Generator

import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.codearts.auth import AkSkAuth
from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.codearts.in_flight import always
from bot.codearts.retries import RetryPolicy
from bot.domain.outcome import Outcome, Verdict
from codecheck_sandbox.codearts import (
    DEVELOPER,
    Accept,
    CodeArtsStandIn,
    Delay,
    Drop,
    Fault,
    Garbage,
    Hang,
    InternalError,
    Refuse,
    Throttle,
)
from codecheck_sandbox.codearts.accounts import REGION_PROJECT
from codecheck_sandbox.codearts.faults import ERRORS
from tests.codearts.conftest import QUICK, TASK, delete, signer, soon

_FOREIGN, _RUNNING = "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "c3a1f5e79b8d4c6e8f0a2b4d6c8e0f1a"
_MANY_BRANCHES = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
_UNCERTAIN = {"CC.00050006"}
_RETRIED = {"APIGW.0308"}
_NO_TIME = (Verdict.FAILED, False, "There was no time left to send it.")
_REFUSED = (Verdict.FAILED, False, "CodeArts Check refused the connection.")


def told(outcome: Outcome) -> tuple[Verdict, bool, str]:
    """What an outcome says in the end."""
    return outcome.verdict, outcome.sent, str(outcome.why)


async def test_a_deleted_task_is_deleted_once_and_as_the_operator(
    service: CodeArtsCheck, codearts: CodeArtsStandIn
) -> None:
    """The documented answer comes back, the task has gone, and the service has noted who did it."""
    outcome = await delete(service)
    assert (outcome.verdict, outcome.status, outcome.http_status, outcome.sent) == (
        Verdict.DELETED,
        "success",
        "OK",
        True,
    )
    assert outcome.request_id == codearts.requests[-1].request_id
    assert not outcome.why
    assert [(deleted.task_id, deleted.operator) for deleted in codearts.deletions] == [(TASK, "alice")]
    assert TASK not in codearts.tasks


async def test_a_result_in_words_is_a_result(service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
    """The API page's table says the string "true"."""
    codearts.service.result_as_text = True
    assert (await delete(service)).verdict is Verdict.DELETED


@pytest.mark.parametrize(
    ("task_id", "code", "verdict"),
    [
        ("no-such-task", "CC.00050013", Verdict.FAILED),
        (_FOREIGN, "CC.00050010", Verdict.FAILED),
        (_RUNNING, "CC.00050015", Verdict.FAILED),
        (_MANY_BRANCHES, "", Verdict.FAILED),
    ],
)
async def test_the_service_refuses_what_it_must_with_http_200(
    service: CodeArtsCheck, codearts: CodeArtsStandIn, task_id: str, code: str, verdict: Verdict
) -> None:
    """Missing, foreign, running, too many branches: an error in the body, told as it is, and nothing deleted."""
    outcome = await delete(service, task_id)
    assert (codearts.requests[-1].http, outcome.code, outcome.verdict) == (200, code, verdict)
    assert codearts.deletions == []


async def test_a_developer_may_not_delete(codearts: CodeArtsStandIn) -> None:
    """Whoever signs needs `codeartscheck:task:delete`, whatever operator is named."""
    auth = AkSkAuth(DEVELOPER.access_key, SecretStr(DEVELOPER.secret_key), REGION_PROJECT)
    async with http_client(codearts.url, auth) as http:
        outcome = await delete(CodeArtsCheck(http, QUICK))
    assert (outcome.verdict, outcome.code) == (Verdict.FAILED, "CC.00050010")
    assert "A project admin" in str(outcome.hint)
    assert "codeartscheck:task:delete" in str(outcome.admin_hint)


@pytest.mark.parametrize("code", sorted(ERRORS))
async def test_each_documented_error_is_told_and_sent_once(
    service: CodeArtsCheck, codearts: CodeArtsStandIn, code: str
) -> None:
    """Every code of the service, the gateway and IAM; only throttling is tried again."""
    codearts.next_answer(Refuse(code))
    outcome = await delete(service)
    if code in _RETRIED:
        assert (outcome.verdict, codearts.count("DELETE")) == (Verdict.DELETED, 2)
    else:
        assert outcome.verdict is (Verdict.UNKNOWN if code in _UNCERTAIN else Verdict.FAILED)
        assert (outcome.code, codearts.count("DELETE"), codearts.deletions) == (code, 1, [])


@pytest.mark.parametrize(
    ("fault", "verdict", "deleted"),
    [
        (Accept(gone_after=0), Verdict.ACCEPTED, True),
        (Accept(gone_after=None), Verdict.ACCEPTED, False),
        (InternalError(), Verdict.UNKNOWN, False),
        (InternalError(deleted=True), Verdict.UNKNOWN, True),
        (InternalError(http=500, deleted=True), Verdict.UNKNOWN, True),
        (Garbage(), Verdict.UNKNOWN, False),
        (Garbage(http=502), Verdict.UNKNOWN, False),
        (Garbage(b'{"status": "success", "httpStatus": "OK"', content_type="application/json"), Verdict.UNKNOWN, False),
        (Garbage(b" " * (2 << 20) + b'{"status": "success"}'), Verdict.UNKNOWN, False),
        (Drop(), Verdict.UNKNOWN, False),
        (Drop(after_deleting=True), Verdict.UNKNOWN, True),
        (Delay(0.01), Verdict.DELETED, True),
        (Refuse("CC.00050012", form="camel"), Verdict.FAILED, False),
        (Refuse("CC.00050012", form="plain"), Verdict.FAILED, False),
        (Refuse("CC.00050012", form="nested"), Verdict.FAILED, False),
        (Refuse("CC.00050012", form="v3"), Verdict.FAILED, False),
        (Refuse("IAM.0011", form="keystone"), Verdict.FAILED, False),
    ],
    ids=str,
)
async def test_whatever_goes_wrong_it_is_sent_once_and_told_as_it_is(
    service: CodeArtsCheck, codearts: CodeArtsStandIn, fault: Fault, verdict: Verdict, *, deleted: bool
) -> None:
    """Never "deleted" or "failed" where nobody can tell, and never a second DELETE."""
    codearts.next_answer(fault)
    assert (await delete(service)).verdict is verdict
    assert codearts.count("DELETE") == 1
    assert (TASK not in codearts.tasks) is deleted


@pytest.mark.parametrize("fault", [Hang(), Hang(deleted=True)], ids=str)
async def test_a_request_that_hangs_is_cut_off_as_unknown(
    service: CodeArtsCheck, codearts: CodeArtsStandIn, fault: Hang
) -> None:
    """At `not_after` the wait ends; what was sent may have been done."""
    codearts.next_answer(fault)
    outcome = await delete(service, not_after=soon(0.3))
    assert told(outcome) == (Verdict.UNKNOWN, True, "CodeArts Check did not answer in time.")
    assert codearts.count("DELETE") == 1


async def test_a_redirect_is_not_followed(service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
    """A signed DELETE goes where it was meant to, or nowhere."""
    codearts.next_answer(Garbage(http=307, headers=(("Location", f"/v3/task/{TASK}"),)))
    assert (await delete(service)).verdict is Verdict.UNKNOWN
    assert codearts.count("DELETE") == 1


class TestThrottling:
    """429 was certainly not executed, so it is tried again, as often as there is sense in it."""

    async def test_it_is_tried_again(self, service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
        """Twice throttled, then done: one deletion."""
        codearts.next_answer(Throttle(), Throttle(retry_after=0))
        assert (await delete(service)).verdict is Verdict.DELETED
        assert (codearts.count("DELETE"), len(codearts.deletions)) == (3, 1)

    async def test_it_ends(self, service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
        """After four attempts the person is told."""
        codearts.next_answer(*[Throttle()] * 9)
        outcome = await delete(service)
        assert (outcome.verdict, outcome.code, codearts.count("DELETE")) == (Verdict.FAILED, "APIGW.0308", 4)

    async def test_a_pause_beyond_the_end_is_not_waited_for(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn
    ) -> None:
        """Retry-After is honoured, so where it is too long there is no sense in another attempt."""
        codearts.next_answer(Throttle(retry_after=99_999))
        outcome = await delete(service, not_after=soon(3_600))
        assert (outcome.code, codearts.count("DELETE")) == ("APIGW.0308", 1)

    async def test_a_drop_after_throttling_is_unknown(self, service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
        """What is known of the last attempt counts, not of the first."""
        codearts.next_answer(Throttle(), Drop(after_deleting=True))
        assert (await delete(service)).verdict is Verdict.UNKNOWN
        assert codearts.count("DELETE") == 2


class _Blocking(httpx.Auth):
    """Signs, but blocks the whole process until `until`, as one that is stopped (SIGSTOP) and wakes up."""

    def __init__(self, until: float) -> None:
        self._until = until

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign, and be stopped."""
        for signed in signer().auth_flow(request):
            time.sleep(max(0.0, self._until - time.monotonic()))
            yield signed


class TestNothingIsSentAfterItsTime:
    """`not_after` is when the lease of the deletion ends, more or less: then it is someone else's."""

    async def test_when_there_was_no_time_at_all(self, service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
        """The outcome says that nothing was sent."""
        assert told(await delete(service, not_after=soon(-1))) == _NO_TIME
        assert codearts.count("DELETE") == 0

    async def test_when_the_process_was_stopped_just_before(
        self, http: httpx.AsyncClient, codearts: CodeArtsStandIn
    ) -> None:
        """Also where a connection is at hand and nothing else would be waited for."""
        service = CodeArtsCheck(http, QUICK)
        await http.get("/")  # leaves a connection open
        not_after = soon(0.2)
        http.auth = _Blocking(not_after)
        assert told(await delete(service, not_after=not_after)) == _NO_TIME
        assert codearts.count("DELETE") == 0

    async def test_when_another_request_has_the_only_slot(self, codearts: CodeArtsStandIn) -> None:
        """Waiting for a slot counts; not having got one means that nothing left."""
        codearts.next_answer(Hang())
        async with http_client(codearts.url, signer()) as http:
            service = CodeArtsCheck(http, RetryPolicy(deletes=1))
            first = asyncio.create_task(delete(service, not_after=soon(1.0)))
            await codearts.arrival("DELETE")
            second = await delete(service, _RUNNING, not_after=soon(0.1))
            assert codearts.count("DELETE") == 1
            assert (await first).verdict is Verdict.UNKNOWN
        assert told(second) == _NO_TIME

    async def test_when_it_waits_for_another_attempt(self) -> None:
        """Cut off in between, what is known of the last attempt is told."""
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            port = reserved.getsockname()[1]
        async with http_client(f"http://127.0.0.1:{port}", signer()) as http:
            service = CodeArtsCheck(http, RetryPolicy(first_pause=99, longest_pause=99))
            outcome = await delete(service, not_after=soon(0.2))
        assert told(outcome) == _REFUSED


class TestNoConnection:
    """A request that certainly never left is tried again, and is never unknown."""

    async def test_refused_until_somebody_listens(self) -> None:
        """The service comes up meanwhile: deleted, by one DELETE."""
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            port = reserved.getsockname()[1]
        async with http_client(f"http://127.0.0.1:{port}", signer()) as http:
            service = CodeArtsCheck(http, RetryPolicy(delete=999, first_pause=0.01, longest_pause=0.02))
            attempts, second = itertools.count(1), asyncio.Event()

            async def attempt(_request: httpx.Request) -> None:
                if next(attempts) == 2:
                    second.set()  # so the first one was refused

            http.event_hooks = {"request": [attempt]}
            deleting = asyncio.create_task(delete(service, not_after=soon()))
            await second.wait()
            async with CodeArtsStandIn(port=port) as codearts:
                assert (await deleting).verdict is Verdict.DELETED
                assert codearts.count("DELETE") == 1

    async def test_refused_for_good(self) -> None:
        """Four attempts, and the reason in words."""
        with socket.create_server(("127.0.0.1", 0)) as reserved:
            port = reserved.getsockname()[1]
        async with http_client(f"http://127.0.0.1:{port}", signer()) as http:
            with capture_logs() as logs:
                outcome = await delete(CodeArtsCheck(http, QUICK))
        assert told(outcome) == _REFUSED
        assert [entry["event"] for entry in logs] == ["stamina.retry_scheduled"] * 3

    async def test_no_such_host(self) -> None:
        """A region with a slip in it; `.invalid` never resolves (RFC 2606)."""
        async with http_client("https://codearts-check.invalid", signer()) as http:
            outcome = await delete(CodeArtsCheck(http, QUICK))
        assert (outcome.verdict, outcome.sent) == (Verdict.FAILED, False)
        assert str(outcome.why) == "The host name of CodeArts Check was not found."


class _OldConnections:
    """Answers the first request on each connection, and cuts it when the second one has come."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", None):
            head = await reader.readuntil(b"\r\n\r\n")
            self.seen.append(head.decode().partition(" ")[0])
            if answer is None:
                break
            writer.write(answer)
            await writer.drain()
        writer.transport.abort()


@pytest.fixture
async def old_connections() -> AsyncIterator[tuple[_OldConnections, str]]:
    """Such a server, and its URL."""
    handler = _OldConnections()
    server = await asyncio.start_server(handler.serve, "127.0.0.1", 0)
    async with server:
        yield handler, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_delete_on_a_connection_that_dies_is_not_sent_again(
    old_connections: tuple[_OldConnections, str],
) -> None:
    """A keep-alive connection cut as the DELETE arrives: it may have been executed, so it is unknown, and stays one."""
    handler, url = old_connections
    async with http_client(url, signer()) as http:
        service = CodeArtsCheck(http, QUICK)
        await http.get("/")
        outcome = await delete(service)
    why = "The connection to CodeArts Check was lost before the answer came."
    assert told(outcome) == (Verdict.UNKNOWN, True, why)
    assert handler.seen == ["GET", "DELETE"]


@pytest.mark.parametrize(
    ("task_id", "operator"),
    [("../v2/tasks", "alice"), ("a b", "alice"), ("x" * 129, "alice"), (TASK, "Алиса"), (TASK, "a\r\nX-Evil: 1")],
)
async def test_what_is_no_task_or_no_operator_is_not_sent(
    service: CodeArtsCheck, codearts: CodeArtsStandIn, task_id: str, operator: str
) -> None:
    """Nothing can slip into the path or the headers."""
    outcome = await service.delete(task_id, operator, not_after=soon(), may_send=always)
    assert (outcome.verdict, outcome.sent) == (Verdict.FAILED, False)
    assert codearts.count("DELETE") == 0
