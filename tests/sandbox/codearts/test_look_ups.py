"""What the stand-in tells about tasks, in which shapes, and how one of its APIs fails while the others work."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from codecheck_sandbox.codearts import BOT, CodeArtsStandIn, Delay, Fault, Garbage, InternalError, Refuse, Throttle
from codecheck_sandbox.codearts.accounts import PARTNER, PAYMENTS, REGION, WEBSHOP, Account
from codecheck_sandbox.codearts.shapes import Shape

TASK = "897acf7a1bd64e3b9b7b6c0de36e0c3d"
MONOREPO = "f0e1d2c3b4a5968778695a4b3c2d1e0f"
ANOTHER = "2b6f4c1e0a9d4d5f8c7b3a2e1f0d9c8b"

INFO = f"/v3/task/{TASK}"
SUMMARY = f"/v2/tasks/{TASK}/defects-summary"
PROGRESS = f"/v2/tasks/{TASK}/progress"
BRANCHES = f"/v3/{WEBSHOP}/tasks/{TASK}/branches"


class Client:
    """The bot's account, signed in."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._token = token

    async def ask(self, path: str, method: str = "GET", **query: Any) -> httpx.Response:
        """Send a request."""
        return await self._http.request(method, path, params=query, headers={"X-Auth-Token": self._token})

    async def get(self, path: str, **query: Any) -> Any:
        """The body of the answer to a GET."""
        return (await self.ask(path, **query)).json()


async def sign_in(codearts: CodeArtsStandIn, http: httpx.AsyncClient, account: Account = BOT) -> Client:
    """Get a token for an account."""
    user = {"name": account.user, "password": account.password, "domain": {"name": account.domain}}
    auth = {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": {"name": REGION}},
    }
    answer = await http.post(f"{codearts.url}/v3/auth/tokens", json={"auth": auth})
    return Client(http, answer.headers["X-Subject-Token"])


@pytest.fixture
async def codearts() -> AsyncIterator[CodeArtsStandIn]:
    """The stand-in, with its default tasks."""
    async with CodeArtsStandIn() as running:
        yield running


@pytest.fixture
async def client(codearts: CodeArtsStandIn) -> AsyncIterator[Client]:
    """Someone signed in as the bot."""
    async with httpx.AsyncClient(base_url=codearts.url, trust_env=False) as http:
        yield await sign_in(codearts, http)


async def test_a_change_shows_in_every_answer(codearts: CodeArtsStandIn, client: Client) -> None:
    """Name (in Chinese, too), repository, branch, branches, issues, last check, and that a check is running."""
    codearts.change(
        TASK,
        name="支付服务检查",
        git_url="git@example.com:a/b.git",
        branch="release",
        branches=201,
        issues=(1, 2, 3, 4),
        last_check="",
        running=True,
    )
    info = (await client.get(INFO))["result"]
    assert (info["taskName"], info["gitUrl"]) == ("支付服务检查", "git@example.com:a/b.git")
    summary = await client.get(SUMMARY)
    assert (summary["issue_count"], summary["critical_count"], summary["suggestion_count"]) == (10, "1", "4")
    assert (summary["git_branch"], summary["last_check_time"]) == ("release", None)
    assert (await client.get(PROGRESS))["task_status"] == 0
    assert (await client.get(BRANCHES))["total"] == 201
    codearts.change(TASK, running=False)
    assert (await client.get(PROGRESS))["task_status"] is None  # never checked


async def test_a_check_that_starts_or_a_branch_that_is_added_refuses_the_delete(
    codearts: CodeArtsStandIn, client: Client
) -> None:
    """Although the task could be deleted when it was looked at."""
    codearts.change(TASK, running=True)
    assert (await client.ask(INFO, "DELETE")).json()["error_code"] == "CC.00050015"
    codearts.change(TASK, running=False, branches=200)
    assert (await client.ask(INFO, "DELETE")).json()["httpStatus"] == "BAD_REQUEST"
    codearts.change(TASK, branches=199)
    assert (await client.ask(INFO, "DELETE")).json()["status"] == "success"


async def test_branches_come_in_pages(client: Client) -> None:
    """At most 100 on each, the total with each of them; a page that cannot be is refused."""
    path = f"/v3/{WEBSHOP}/tasks/{MONOREPO}/branches"
    pages = [await client.get(path, page_num=number, page_size=100) for number in (1, 2, 3, 4)]
    assert [len(page["branchTasks"]) for page in pages] == [100, 100, 40, 0]
    assert {page["total"] for page in pages} == {240}
    names = [row["branch"] for page in pages for row in page["branchTasks"]]
    assert len(set(names)) == 240
    assert len((await client.get(path))["branchTasks"]) == 10
    for wrong in ({"page_num": 0}, {"page_num": 101}, {"page_size": 101}, {"page_num": "one"}):
        assert (await client.get(path, **wrong))["error_code"] == "CC.00050000"


async def test_tasks_are_found_by_their_name(client: Client) -> None:
    """In one project or in all of the account's, whatever the case, page by page; the `id` is what DELETE takes."""

    async def found(**query: Any) -> list[str]:
        return [row["name"] for row in (await client.get("/v1/tasks", **query))["result"]["data"]]

    assert await found(project_id=WEBSHOP, search="FRONT") == ["webshop-frontend"]
    assert await found(search="payments") == ["payments-gateway", "payments-nightly"]
    assert await found(project_id=PAYMENTS, search="payments", page=2, page_size=1) == ["payments-nightly"]
    assert await found(search="partner") == []
    row = (await client.get("/v1/tasks", search="frontend"))["result"]["data"][0]
    assert (row["id"], row["projectName"]) == (TASK, "Webshop")
    assert (await client.get("/v1/tasks", project_id=PARTNER))["error_code"] == "CC.00050010"
    assert (await client.get("/v1/tasks", page_size=201))["error_code"] == "CC.00050000"


@pytest.mark.parametrize(
    ("shape", "info", "summary"),
    [
        ("flat", {"taskName": "webshop-frontend", "branchName": "master"}, {"issue_count": 197}),
        ("texts", {"result": {"taskName": "webshop-frontend"}}, {"issue_count": "197", "critical_count": "2"}),
        ("nulls", {"result": {"taskName": "webshop-frontend", "branchName": None}}, {"issue_count": None}),
    ],
)
async def test_an_answer_can_have_another_shape(
    codearts: CodeArtsStandIn, client: Client, shape: Shape, info: dict[str, Any], summary: dict[str, Any]
) -> None:
    """For one task; the others stay as documented."""

    def holds(body: Any, wanted: dict[str, Any]) -> bool:
        return all(
            holds(body[name], value) if isinstance(value, dict) else body[name] == value
            for name, value in wanted.items()
        )

    codearts.change(TASK, shape=shape)
    assert holds(await client.get(INFO), info)
    assert holds(await client.get(SUMMARY), summary)
    assert "result" in await client.get(f"/v3/task/{ANOTHER}")


async def test_fields_can_be_missing_or_lie_deeper(codearts: CodeArtsStandIn, client: Client) -> None:
    """`sparse` leaves nothing but the name; `nested` has everything inside `result.data`."""
    codearts.change(TASK, shape="sparse")
    assert (await client.get(INFO))["result"] == {"taskName": "webshop-frontend"}
    assert await client.get(SUMMARY) == {"task_name": "webshop-frontend"}
    codearts.change(TASK, shape="nested")
    assert (await client.get(SUMMARY))["result"]["data"]["issue_count"] == 197


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Refuse("APIGW.0307"), 401),
        (Refuse("CC.00050010", http=403), 403),
        (Throttle(3), 429),
        (InternalError(500), 500),
        (Garbage(http=502), 502),
        (Garbage(b"\xff\xfe{"), 200),
        (Delay(0.0), 200),
    ],
    ids=str,
)
async def test_one_api_fails_while_the_others_work(
    codearts: CodeArtsStandIn, client: Client, fault: Fault, status: int
) -> None:
    """Always, or only for one task; and as usual again when that is asked for."""
    codearts.always_answer(fault, to="defects-summary", task=TASK)
    assert [(await client.ask(path)).status_code for path in (SUMMARY, SUMMARY, INFO)] == [status, status, 200]
    assert (await client.ask(f"/v2/tasks/{ANOTHER}/defects-summary")).status_code == 200
    codearts.always_answer(fault, to="progress")
    assert (await client.ask(PROGRESS)).status_code == status
    codearts.answer_as_usual()
    assert (await client.ask(SUMMARY)).json()["task_name"] == "webshop-frontend"


async def test_the_next_answer_is_for_one_api_only(codearts: CodeArtsStandIn, client: Client) -> None:
    """A look-up of the details does not use up what was meant for the look-up of the task."""
    codearts.next_answer(Throttle(), to="GET")
    assert [(await client.ask(path)).status_code for path in (SUMMARY, BRANCHES, INFO, INFO)] == [200, 200, 429, 200]
    assert (codearts.count("GET"), codearts.count("defects-summary"), codearts.count("branches")) == (2, 1, 1)


async def test_without_the_right_to_read_a_task_can_still_be_deleted() -> None:
    """The missing right is named."""
    writer = replace(BOT, may_read=False)
    async with CodeArtsStandIn([writer]) as codearts, httpx.AsyncClient(base_url=codearts.url, trust_env=False) as http:
        client = await sign_in(codearts, http, writer)
        for path in (INFO, SUMMARY, PROGRESS, BRANCHES):
            assert "codeartscheck:task:get" in (await client.get(path))["error_msg"]
        assert "codeartscheck:task:list" in (await client.get("/v1/tasks"))["error_msg"]
        assert (await client.ask(INFO, "DELETE")).json()["status"] == "success"
