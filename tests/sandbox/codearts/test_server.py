"""The stand-in over the wire: what it keeps, who may what, and how it fails when told to."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from codecheck_sandbox.codearts import (
    BOT,
    DEVELOPER,
    Accept,
    Account,
    CodeArtsStandIn,
    Delay,
    Drop,
    Garbage,
    Hang,
    InternalError,
    Refuse,
    Task,
    Throttle,
    default_tasks,
)
from codecheck_sandbox.codearts.accounts import PARTNER, PAYMENTS, REGION, REGION_PROJECT, WEBSHOP
from codecheck_sandbox.codearts.faults import ERRORS

_TASK = "897acf7a1bd64e3b9b7b6c0de36e0c3d"


class _Clock:
    """Seconds since 1970, as they are told."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    """The stand-in's time."""
    return _Clock()


@pytest.fixture
async def codearts(clock: _Clock) -> AsyncIterator[CodeArtsStandIn]:
    """The stand-in, with its default tasks."""
    async with CodeArtsStandIn(clock=clock) as running:
        yield running


@pytest.fixture
async def http(codearts: CodeArtsStandIn) -> AsyncIterator[httpx.AsyncClient]:
    """Someone who sends requests, and is nobody yet."""
    async with httpx.AsyncClient(base_url=codearts.url, trust_env=False) as client:
        yield client


async def _sign_in(http: httpx.AsyncClient, account: Account = BOT, **changed: Any) -> httpx.Response:
    user = {"name": account.user, "password": account.password, "domain": {"name": account.domain}} | changed
    identity = {"methods": ["password"], "password": {"user": user}}
    scope = {"project": {"name": REGION}}
    return await http.post("/v3/auth/tokens?nocatalog=1", json={"auth": {"identity": identity, "scope": scope}})


async def _token(http: httpx.AsyncClient, account: Account = BOT) -> dict[str, str]:
    return {"X-Auth-Token": (await _sign_in(http, account)).headers["X-Subject-Token"]}


class TestTasks:
    """What there is, and what is left of it after a DELETE."""

    def test_the_default_ones_cover_what_a_demonstration_needs(self) -> None:
        """Some to delete, one being checked, one with too many branches, one of someone else's."""
        tasks = default_tasks()
        assert len({task.id for task in tasks}) == len(tasks)
        assert {task.project_id for task in tasks} == {WEBSHOP, PAYMENTS, PARTNER}
        assert [task.name for task in tasks if task.running] == ["payments-nightly"]
        assert [task.name for task in tasks if task.branches >= 200] == ["webshop-monorepo"]

    async def test_a_delete_takes_all_of_a_task(self, codearts: CodeArtsStandIn, http: httpx.AsyncClient) -> None:
        """Configuration, issues and execution records go with it, for good, and the operator is noted."""
        token = await _token(http)
        for part in ("", "/defects-summary", "/progress"):
            version = "v2/tasks" if part else "v3/task"
            assert "error_code" not in (await http.get(f"/{version}/{_TASK}{part}", headers=token)).json()
        answer = await http.delete(f"/v3/task/{_TASK}", headers={**token, "operator": "alice"})
        assert (answer.status_code, answer.json()) == (200, {"httpStatus": "OK", "result": True, "status": "success"})
        for part in ("", "/defects-summary", "/progress"):
            version = "v2/tasks" if part else "v3/task"
            gone = await http.get(f"/{version}/{_TASK}{part}", headers=token)
            assert gone.json()["error_code"] == "CC.00050013"
        (deleted,) = codearts.deletions
        assert (deleted.task_id, deleted.operator, deleted.by) == (_TASK, "alice", BOT.user)
        again = await http.delete(f"/v3/task/{_TASK}", headers=token)
        assert again.json()["error_code"] == "CC.00050013"
        assert len(codearts.deletions) == 1

    async def test_what_a_page_would_show(self, http: httpx.AsyncClient) -> None:
        """The task, its issues by severity, and whether it is being checked."""
        token = await _token(http)
        info = (await http.get(f"/v3/task/{_TASK}", headers=token)).json()["result"]
        assert (info["taskName"], info["projectName"], info["branchName"]) == ("webshop-frontend", "Webshop", "master")
        summary = (await http.get(f"/v2/tasks/{_TASK}/defects-summary", headers=token)).json()
        assert (summary["issue_count"], summary["critical_count"]) == (197, "2")
        progress = [
            (await http.get(f"/v2/tasks/{task.id}/progress", headers=token)).json().get("task_status")
            for task in default_tasks()[2:4]
        ]
        assert progress == [2, 0]

    async def test_more_can_be_added(self, codearts: CodeArtsStandIn, http: httpx.AsyncClient) -> None:
        """While it serves."""
        codearts.add_tasks(Task("t1", "new", WEBSHOP, "Webshop", "https://example.com/new.git"))
        assert (await http.get("/v3/task/t1", headers=await _token(http))).json()["result"]["taskName"] == "new"


class TestWhoMay:
    """The gateway lets in who is known, the service lets do who may."""

    @pytest.mark.parametrize(
        ("account", "task_id", "code"),
        [
            (DEVELOPER, _TASK, "CC.00050010"),
            (BOT, "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "CC.00050010"),
            (BOT, "c3a1f5e79b8d4c6e8f0a2b4d6c8e0f1a", "CC.00050015"),
            (BOT, "x" * 129, "CC.00050000"),
            (BOT, "a%20b", "CC.00050000"),
        ],
    )
    async def test_a_delete_is_refused(
        self, codearts: CodeArtsStandIn, http: httpx.AsyncClient, account: Account, task_id: str, code: str
    ) -> None:
        """No permission, foreign project, running, no ID: an error with HTTP 200, and nothing is deleted."""
        answer = await http.delete(f"/v3/task/{task_id}", headers=await _token(http, account))
        assert (answer.status_code, answer.json()["error_code"]) == (200, code)
        assert codearts.deletions == []

    async def test_a_task_with_too_many_branches_cannot_be_deleted(self, http: httpx.AsyncClient) -> None:
        """In v3's own form."""
        answer = await http.delete("/v3/task/f0e1d2c3b4a5968778695a4b3c2d1e0f", headers=await _token(http))
        assert (answer.json()["httpStatus"], answer.json()["status"]) == ("BAD_REQUEST", "error")

    async def test_an_operator_must_look_like_one(self, http: httpx.AsyncClient) -> None:
        """1 to 128 characters of a user name."""
        answer = await http.delete(f"/v3/task/{_TASK}", headers={**await _token(http), "operator": "a@b"})
        assert answer.json()["error_code"] == "CC.00050000"

    async def test_somebody_in_no_project_is_told_so(self) -> None:
        """CC.00050011."""
        loner = Account("loner", "acme", "pass", "AK", "SK")
        async with (
            CodeArtsStandIn([loner]) as codearts,
            httpx.AsyncClient(base_url=codearts.url, trust_env=False) as http,
        ):
            answer = await http.get(f"/v3/task/{_TASK}", headers=await _token(http, loner))
        assert answer.json()["error_code"] == "CC.00050011"

    @pytest.mark.parametrize(
        ("path", "headers", "http_status", "code"),
        [
            ("/v3/task/1", {}, 401, "APIGW.0301"),
            ("/v3/task/1", {"X-Auth-Token": "nobody's"}, 401, "APIGW.0307"),
            ("/v4/task/1", {}, 404, "APIGW.0101"),
            ("/v3/task/1/2", {}, 404, "APIGW.0101"),
        ],
    )
    async def test_the_gateway_refuses(
        self, http: httpx.AsyncClient, path: str, headers: dict[str, str], http_status: int, code: str
    ) -> None:
        """Strangers, old tokens and paths that are none; each answer has its request ID."""
        answer = await http.delete(path, headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (http_status, code)
        assert len(answer.headers["X-Request-Id"]) == 32


class TestIam:
    """A password for a token."""

    async def test_a_token_has_an_end(self, http: httpx.AsyncClient, clock: _Clock) -> None:
        """It is told in the body, and kept to."""
        signed_in = await _sign_in(http)
        body = signed_in.json()["token"]
        assert signed_in.status_code == 201
        assert (body["issued_at"], body["expires_at"]) == ("2023-11-14T22:13:20.000000Z", "2023-11-15T22:13:20.000000Z")
        assert body["project"] == {"id": REGION_PROJECT, "name": REGION}
        token = {"X-Auth-Token": signed_in.headers["X-Subject-Token"]}
        assert (await http.get(f"/v3/task/{_TASK}", headers=token)).status_code == 200
        clock.now += 24 * 3_600
        assert (await http.get(f"/v3/task/{_TASK}", headers=token)).status_code == 401

    @pytest.mark.parametrize("changed", [{"password": "wrong"}, {"name": "eve"}, {"domain": {"name": "other"}}])
    async def test_whoever_is_not_known_gets_none(self, http: httpx.AsyncClient, changed: dict[str, Any]) -> None:
        """In Keystone's form, and without saying which of them was wrong."""
        answer = await _sign_in(http, **changed)
        assert answer.status_code == 401
        assert answer.json()["error"]["message"] == "The username or password is wrong."
        assert "X-Subject-Token" not in answer.headers

    @pytest.mark.parametrize("changed", [{"password": None}, {"domain": "acme"}, {"name": 1}])
    async def test_a_malformed_request_is_refused(self, http: httpx.AsyncClient, changed: dict[str, Any]) -> None:
        """400, as IAM does."""
        assert (await _sign_in(http, **changed)).status_code == 400

    async def test_what_is_no_json_is_refused(self, http: httpx.AsyncClient) -> None:
        """The same."""
        assert (await http.post("/v3/auth/tokens", content=b"name=bot")).status_code == 400


class TestFaults:
    """It fails as it is told to, in the order in which it is told, and then works again."""

    @pytest.mark.parametrize("code", sorted(ERRORS))
    async def test_each_error_has_its_usual_status(
        self, codearts: CodeArtsStandIn, http: httpx.AsyncClient, code: str
    ) -> None:
        """As the pages have it; another one where it is asked for."""
        token = await _token(http)
        codearts.next_answer(Refuse(code), Refuse(code, http=418))
        first, second = [await http.delete(f"/v3/task/{_TASK}", headers=token) for _ in range(2)]
        assert (first.status_code, first.json()["error_code"]) == (ERRORS[code][0], code)
        assert second.status_code == 418
        assert codearts.deletions == []

    async def test_accepted_and_gone_later(
        self, codearts: CodeArtsStandIn, http: httpx.AsyncClient, clock: _Clock
    ) -> None:
        """The task is there until its time has come, or for ever."""
        token = await _token(http)
        codearts.next_answer(Accept(gone_after=None), Accept(gone_after=10))
        for _ in range(2):
            answer = await http.delete(f"/v3/task/{_TASK}", headers=token)
            assert answer.json() == {"httpStatus": "ACCEPTED", "result": True, "status": "success"}
            clock.now += 9
            assert _TASK in codearts.tasks
        clock.now += 1
        assert [deleted.task_id for deleted in codearts.deletions] == [_TASK]
        assert _TASK not in codearts.tasks

    @pytest.mark.parametrize(
        ("fault", "deleted"),
        [(Drop(), False), (Drop(after_deleting=True), True), (Hang(), False), (Hang(deleted=True), True)],
        ids=str,
    )
    async def test_no_answer(
        self, codearts: CodeArtsStandIn, http: httpx.AsyncClient, fault: Drop | Hang, *, deleted: bool
    ) -> None:
        """The connection is cut, or nothing ever comes; deleted or not."""
        token = await _token(http)
        codearts.next_answer(fault)
        with pytest.raises(httpx.TransportError):
            await http.delete(f"/v3/task/{_TASK}", headers=token, timeout=0.3)
        assert (_TASK not in codearts.tasks) is deleted

    async def test_who_may_not_delete_does_not_by_a_fault(
        self, codearts: CodeArtsStandIn, http: httpx.AsyncClient
    ) -> None:
        """A fault changes the answer, not the permissions."""
        token = await _token(http, DEVELOPER)
        codearts.next_answer(InternalError(deleted=True))
        await http.delete(f"/v3/task/{_TASK}", headers=token)
        assert codearts.deletions == []

    async def test_the_rest(self, codearts: CodeArtsStandIn, http: httpx.AsyncClient) -> None:
        """Throttled with and without Retry-After, garbage, late, an internal error, and then the truth again."""
        token = await _token(http)
        codearts.next_answer(
            Throttle(), Throttle(retry_after=7), Garbage(b"<", 502), InternalError(), Delay(0.01), Refuse("CC.00000000")
        )
        path = f"/v3/task/{_TASK}"
        answers = [await http.delete(path, headers=token) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [429, 429, 502, 200, 200]
        assert [answer.headers.get("Retry-After") for answer in answers[:2]] == [None, "7"]
        assert answers[3].json()["httpStatus"] == "INTERNAL_SERVER_ERROR"
        assert answers[4].json()["status"] == "success"
        codearts.answer_as_usual()
        assert (await http.delete(path, headers=token)).json()["error_code"] == "CC.00050013"


async def test_the_wire_shows_everything_but_secrets(codearts: CodeArtsStandIn, http: httpx.AsyncClient) -> None:
    """Method, path, headers, status, answer and request ID of each request; tokens and signatures masked."""
    token = await _token(http)
    answer = await http.get(f"/v3/task/{_TASK}", headers={**token, "X-Security-Token": "very-secret"})
    await http.delete("/v3/task/1", headers={"Authorization": "SDK-HMAC-SHA256 Access=KEYKEY, Signature=abcdef0123"})
    signed_in, looked_up, deleted = codearts.requests
    assert (signed_in.method, signed_in.http, signed_in.answer) == ("POST", 201, "(nothing)")
    assert (looked_up.method, looked_up.path, looked_up.http) == ("GET", f"/v3/task/{_TASK}", 200)
    assert looked_up.request_id == answer.headers["X-Request-Id"]
    assert "webshop-frontend" in looked_up.answer
    assert deleted.headers["authorization"] == "SDK-HMAC-SHA256 Access=KEYK…, Signature=abcd…"
    for secret in (token["X-Auth-Token"], "very-secret", BOT.password):
        assert secret not in str(codearts.requests)
    assert (codearts.count("POST"), codearts.count("GET"), codearts.count("DELETE")) == (1, 1, 1)


async def test_it_listens_on_this_machine_only(codearts: CodeArtsStandIn) -> None:
    """127.0.0.1, on a free port."""
    url = httpx.URL(codearts.url)
    assert (url.host, url.scheme) == ("127.0.0.1", "http")
    assert url.port
