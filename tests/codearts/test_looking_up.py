"""A look-up: the task exists, has gone, or nobody can tell; and what is known of it, however the service answers."""

import time
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.codearts.client import CodeArtsCheck
from bot.codearts.connection import http_client
from bot.codearts.redaction import Redactor
from bot.domain.facts import CheckState, LookUp, Presence, TaskFacts, Wanted
from codecheck_sandbox.codearts import CodeArtsStandIn, Drop, Fault, Garbage, Hang, InternalError, Refuse, Throttle
from codecheck_sandbox.codearts.faults import ERRORS
from tests.codearts.conftest import QUICK, TASK, delete
from tests.codearts.odd_service import NOT_THERE, OddService, Say

_SHOP = {
    "taskId": TASK,
    "taskName": "shop",
    "projectId": "f3a0",
    "projectName": "Payments",
    "gitUrl": "git@git.example.com:shop.git",
    "branchName": "main",
}
_TASK = {"httpStatus": "OK", "status": "success", "result": _SHOP}
_SUMMARY = {
    "task_name": "shop",
    "git_url": "git@git.example.com:shop.git",
    "git_branch": "main",
    "last_check_time": "2026-11-20T02:00:00Z",
    "issue_count": 42,
    "critical_count": "1",
    "major_count": "11",
    "minor_count": "20",
    "suggestion_count": "10",
}
_PROGRESS = {"task_status": 2, "progress": {"ratio": "100%", "info": "检查成功"}}
_BRANCHES = {"branchTasks": [{"branch": "main"}], "total": 7}
_KNOWN = TaskFacts(
    name="shop",
    project_id="f3a0",
    project="Payments",
    repository="git@git.example.com:shop.git",
    branch="main",
    branches=7,
    last_check="2026-11-20T02:00:00Z",
    check_state=CheckState.PASSED,
    issues={"critical": 1, "major": 11, "minor": 20, "suggestion": 10},
    issue_count=42,
)
_ONLY_TASK = replace(_KNOWN, branches=None, last_check="", check_state=None, issues={}, issue_count=None)
_WITHOUT_TASK = replace(_KNOWN, project_id="", project="", branches=None)

_TASK_URL, _SUMMARY_URL, _PROGRESS_URL, _BRANCHES_URL = f"v3/task/{TASK}$", "summary", "progress", "branches"


def answers(
    task: object = _TASK, summary: object = _SUMMARY, progress: object = _PROGRESS, branches: object = _BRANCHES
) -> dict[str, Say | list[Say]]:
    """The four answers; a body by itself comes with HTTP 200."""
    said = {_TASK_URL: task, _SUMMARY_URL: summary, _PROGRESS_URL: progress, _BRANCHES_URL: branches}
    return {url: body if isinstance(body, Say) else Say(body) for url, body in said.items()}


async def look(
    said: Mapping[str, Say | list[Say]], within: float = 10.0, wanted: Wanted = Wanted.ALL
) -> tuple[LookUp, list[str]]:
    """What a look-up makes of such answers, and what it asked for."""
    async with OddService(said) as service, http_client(service.url) as http:
        client = CodeArtsCheck(http, QUICK, Redactor(["correct-horse-battery"]))
        return await client.look_up(TASK, within=within, wanted=wanted), service.requests


@pytest.mark.parametrize(
    ("wanted", "requests", "known"),
    [
        (Wanted.PRESENCE, 1, TaskFacts()),
        (Wanted.IDENTITY, 3, replace(_KNOWN, branches=None)),
        (Wanted.ALL, 4, _KNOWN),
    ],
)
async def test_no_more_is_asked_than_is_wanted(wanted: Wanted, requests: int, known: TaskFacts) -> None:
    """All that a confirmation is bound to takes three requests; whether the task exists takes one."""
    found, asked = await look(answers(), wanted=wanted)
    assert (found, len(asked)) == (LookUp(Presence.EXISTS, known), requests)


class TestPresence:
    """Whether the task is there, as the stand-in answers."""

    async def test_a_task_that_is_there_is_described(self, service: CodeArtsCheck) -> None:
        """With what the stand-in tells of it."""
        found = await service.look_up(TASK)
        assert (found.presence, found.why) == (Presence.EXISTS, LookUp(Presence.GONE).why)
        assert (found.facts.name, found.facts.project, found.facts.branch) == ("webshop-frontend", "Webshop", "master")
        assert found.facts.missing_right == ""

    async def test_a_task_that_was_deleted_has_gone(self, service: CodeArtsCheck) -> None:
        """On the service's own word."""
        await delete(service)
        assert await service.look_up(TASK) == LookUp(Presence.GONE)

    @pytest.mark.parametrize("code", sorted(ERRORS.keys() - {"CC.00050013"}))
    async def test_no_error_but_one_makes_a_task_gone(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn, code: str
    ) -> None:
        """Throttled, refused, wrong host, inner error: unknown, and the reason is given."""
        codearts.next_answer(*[Refuse(code)] * 2, to="GET")
        found = await service.look_up(TASK)
        assert found.presence is Presence.UNKNOWN
        assert found.why

    @pytest.mark.parametrize(
        "fault",
        [
            Garbage(),
            Garbage(b'{"status": "success", "httpStatus": "OK", "result": null}'),
            Garbage(http=404),
            Garbage(http=502),
            InternalError(),
            InternalError(http=500),
            Drop(),
            Throttle(),
        ],
        ids=str,
    )
    async def test_what_cannot_be_told_is_unknown(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn, fault: Fault
    ) -> None:
        """An answer that does not describe the task does not show that it exists, nor that it has gone."""
        codearts.next_answer(fault, fault, to="GET")
        found = await service.look_up(TASK)
        assert found.presence is Presence.UNKNOWN
        assert found.why

    @pytest.mark.parametrize("fault", [Drop(), Throttle()], ids=str)
    async def test_it_is_tried_a_second_time(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn, fault: Fault
    ) -> None:
        """Looking changes nothing, so a lost answer is asked for again."""
        codearts.next_answer(fault, to="GET")
        assert (await service.look_up(TASK)).presence is Presence.EXISTS

    async def test_a_look_up_that_hangs_is_given_up(self, service: CodeArtsCheck, codearts: CodeArtsStandIn) -> None:
        """In the time that it was given."""
        codearts.next_answer(Hang(), to="GET")
        found = await service.look_up(TASK, within=0.2)
        assert (found.presence, str(found.why)) == (Presence.UNKNOWN, "CodeArts Check did not answer in time.")

    async def test_what_is_not_a_task_id_is_not_asked_for(
        self, service: CodeArtsCheck, codearts: CodeArtsStandIn
    ) -> None:
        """Nothing can slip into the path."""
        assert (await service.look_up("../../v2/1/tasks")).presence is Presence.UNKNOWN
        assert codearts.count("GET") == 0

    @pytest.mark.parametrize("gone", [{"error_code": "CC.00050013"}, Say({"status": "error"}, 404)], ids=str)
    async def test_of_a_task_that_has_gone_nothing_more_is_asked(self, gone: object) -> None:
        """One request says all."""
        found, asked = await look(answers(task=gone))
        assert found == LookUp(Presence.GONE)
        assert len(asked) == 1

    @pytest.mark.parametrize("busy", [Say(http=429), Say(http=503), Say(http=401), Say(http=408)], ids=str)
    async def test_a_service_that_is_busy_or_down_is_not_asked_more(self, busy: Say) -> None:
        """Three more requests would make it worse."""
        found, asked = await look(answers(task=busy))
        assert (found.presence, found.facts) == (Presence.UNKNOWN, TaskFacts())
        assert {line.partition("?")[0] for line in asked} == {f"GET /v3/task/{TASK}"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param(answers(), LookUp(Presence.EXISTS, _KNOWN), id="documented"),
        pytest.param(
            answers(task={"httpStatus": "OK", "status": "success", **_SHOP}), LookUp(Presence.EXISTS, _KNOWN), id="flat"
        ),
        pytest.param(answers(task=_SHOP), LookUp(Presence.EXISTS, _KNOWN), id="flat, without a status"),
        pytest.param(
            answers(
                task={"httpStatus": "OK", "status": "success", "result": {"task": _SHOP}},
                summary={"result": _SUMMARY},
                progress={"data": _PROGRESS},
                branches={"result": _BRANCHES},
            ),
            LookUp(Presence.EXISTS, _KNOWN),
            id="nested",
        ),
        pytest.param(
            answers(
                task={
                    "task_id": TASK,
                    "task_name": "shop",
                    "project_id": "f3a0",
                    "project_name": "Payments",
                    "git_url": "git@git.example.com:shop.git",
                    "git_branch": "main",
                },
                summary={
                    "lastCheckTime": "2026-11-20T02:00:00Z",
                    "issueCount": "42",
                    "criticalCount": 1,
                    "majorCount": " 11 ",
                    "minorCount": "20",
                    "suggestionCount": 10,
                },
                progress={"taskStatus": "2"},
                branches={"totalCount": "7"},
            ),
            LookUp(Presence.EXISTS, _KNOWN),
            id="the other case, and numbers as strings and strings as numbers",
        ),
        pytest.param(
            answers(task={"httpStatus": "OK", "status": "success", "result": {"taskName": "shop"}}, summary={}),
            LookUp(Presence.EXISTS, TaskFacts(name="shop", check_state=CheckState.PASSED)),
            id="missing fields",
        ),
        pytest.param(
            answers(task={**_TASK, "result": {**_SHOP, "taskName": "商城前端", "projectName": "支付"}}),
            LookUp(Presence.EXISTS, replace(_KNOWN, name="商城前端", project="支付")),
            id="Chinese text",
        ),
        pytest.param(
            answers(task={**_TASK, "result": {**_SHOP, "taskName": "a\u202e\x00b\n" + "c" * 300, "branchName": 7}}),
            LookUp(Presence.EXISTS, replace(_KNOWN, name="a b " + "c" * 195 + "…", branch="7")),
            id="control characters, and a name without end",
        ),
        pytest.param(
            answers(task={**_TASK, "result": {**_SHOP, "gitUrl": "https://bot:pw@git.example.com/shop.git?x=1"}}),
            LookUp(Presence.EXISTS, replace(_KNOWN, repository="https://git.example.com/shop.git")),
            id="a repository with a password in its URL",
        ),
        pytest.param(
            answers(task={**_TASK, "result": {**_SHOP, "taskName": "correct-horse-battery", "branchName": "main"}}),
            LookUp(Presence.EXISTS, replace(_KNOWN, name="shop")),
            id="one of the bot's secrets as a name",
        ),
        pytest.param(
            answers(summary={"issue_count": -1, "critical_count": True, "major_count": "many", "minor_count": 1.5}),
            LookUp(Presence.EXISTS, replace(_KNOWN, last_check="", issues={}, issue_count=None)),
            id="counts that are none",
        ),
        pytest.param(
            answers(progress={"task_status": None}),
            LookUp(Presence.EXISTS, replace(_KNOWN, check_state=CheckState.NEVER_RUN)),
            id="never checked",
        ),
        pytest.param(
            answers(progress={"task_status": 0}),
            LookUp(Presence.EXISTS, replace(_KNOWN, check_state=CheckState.RUNNING)),
            id="running",
        ),
        pytest.param(
            answers(progress={"task_status": 9}),
            LookUp(Presence.EXISTS, replace(_KNOWN, check_state=None)),
            id="a state of a later version",
        ),
        pytest.param(
            answers(branches={"branchTasks": [{}, {}]}),
            LookUp(Presence.EXISTS, replace(_KNOWN, branches=2)),
            id="branches without a total",
        ),
        pytest.param(
            answers(branches={"branchTasks": [{}] * 10}),
            LookUp(Presence.EXISTS, replace(_KNOWN, branches=None)),
            id="a full page of branches without a total",
        ),
        pytest.param(
            answers(summary=Say(http=404), progress=NOT_THERE, branches=NOT_THERE),
            LookUp(Presence.EXISTS, _ONLY_TASK),
            id="a region without the older calls",
        ),
        pytest.param(
            answers(summary=Say(http=403), progress={"error_code": "CC.00050010"}, branches=Say(http=403)),
            LookUp(Presence.EXISTS, replace(_ONLY_TASK, missing_right="codeartscheck:task:get")),
            id="without the right to read more",
        ),
        pytest.param(
            answers(summary=Say(http=401), progress=Say(http=429), branches=Say(http=500)),
            LookUp(Presence.EXISTS, _ONLY_TASK),
            id="401, 429, 5xx",
        ),
        pytest.param(
            answers(
                summary=Say({**_SUMMARY, "error_code": "CC.00050014"}),
                progress=Say(b"<html>Bad Gateway</html>"),
                branches=Say(b"\xff\xfe"),
            ),
            LookUp(Presence.EXISTS, _ONLY_TASK),
            id="an error with data, garbage, no UTF-8",
        ),
        pytest.param(
            answers(summary=[1], progress="2", branches=7), LookUp(Presence.EXISTS, _ONLY_TASK), id="not an object"
        ),
    ],
)
async def test_facts_are_read_however_they_come(said: Mapping[str, Say | list[Say]], expected: LookUp) -> None:
    """Right or unknown, never wrong."""
    found, _ = await look(said)
    assert found == expected


@pytest.mark.parametrize(
    "task",
    [
        {**_TASK, "result": {**_SHOP, "taskId": "0" * 32}},
        {**_SHOP, "status": "error"},
        {**_SHOP, "httpStatus": "BAD_REQUEST"},
        {**_TASK, "result": {"creator": {"name": "bob"}}},
        {**_TASK, "result": [_SHOP]},
        NOT_THERE,
        Say(_TASK, 202),
        Say(_TASK, 302, headers={"Location": "/elsewhere"}),
        Say(json := b'{"taskName": "shop"', 200),
        Say(json + b"}", 403),
    ],
    ids=str,
)
async def test_an_answer_that_does_not_describe_the_task_never_shows_that_it_exists(task: object) -> None:
    """Another task's, an error's, a list, a wrong host's. What the older calls tell is shown all the same."""
    found, _ = await look(answers(task=task))
    assert found.presence is Presence.UNKNOWN
    assert found.why
    assert replace(found.facts, missing_right="") == _WITHOUT_TASK


@pytest.mark.parametrize("slow", [_SUMMARY_URL, _PROGRESS_URL, _BRANCHES_URL])
async def test_what_is_slow_is_not_waited_for_beyond_the_time(slow: str) -> None:
    """The rest is told, in time, and that another look-up may find more."""
    said = answers()
    (answer,) = [said[slow]]
    assert isinstance(answer, Say)
    said[slow] = replace(answer, after=5.0)
    started = time.monotonic()
    found, _ = await look(said, within=0.4)
    assert time.monotonic() - started < 3.0
    assert found.presence is Presence.EXISTS
    unknown = {
        _SUMMARY_URL: replace(_KNOWN, last_check="", issues={}, issue_count=None),
        _PROGRESS_URL: replace(_KNOWN, check_state=None),
        _BRANCHES_URL: replace(_KNOWN, branches=None),
    }
    assert found.facts == unknown[slow]
    assert found.cut_short


async def test_without_the_right_to_read_the_missing_right_is_named_once() -> None:
    """Every request is refused; the bot still works, and says what it lacks."""
    refused = Say({"error_code": "CC.00050010", "error_msg": "no"}, 200)
    found, _ = await look(answers(refused, refused, refused, refused))
    assert found.presence is Presence.UNKNOWN
    assert found.facts == TaskFacts(missing_right="codeartscheck:task:get")
    assert str(found.why) == "The bot has no permission to do this."


async def test_a_project_that_is_not_available_is_not_a_missing_right() -> None:
    """APIGW.0310 comes with HTTP 403 too."""
    found, _ = await look(answers(task=Say({"error_code": "APIGW.0310"}, 403)))
    assert found.facts.missing_right == ""
