"""CodeArts Check itself: what it answers to requests that the gateway has authenticated."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from codecheck_sandbox.codearts.accounts import Account
from codecheck_sandbox.codearts.faults import Refuse
from codecheck_sandbox.codearts.look_ups import BadQueryError, branches, defects_summary, progress, search, task_info
from codecheck_sandbox.codearts.shapes import Body, shaped
from codecheck_sandbox.codearts.tasks import BRANCH_LIMIT, Task, TaskBook

Api = Literal["DELETE", "GET", "defects-summary", "progress", "branches", "search", "POST"]
"""DELETE and GET are those of /v3/task/{task_id}; POST is IAM's, for a token."""

_TASK_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
_OPERATOR = re.compile(r"[0-9A-Za-z _.-]{1,128}")
_PATHS: tuple[tuple[str, Api, re.Pattern[str]], ...] = (
    ("DELETE", "DELETE", re.compile(r"/v3/task/(?P<task>[^/]+)")),
    ("GET", "GET", re.compile(r"/v3/task/(?P<task>[^/]+)")),
    ("GET", "defects-summary", re.compile(r"/v2/tasks/(?P<task>[^/]+)/defects-summary")),
    ("GET", "progress", re.compile(r"/v2/tasks/(?P<task>[^/]+)/progress")),
    ("GET", "branches", re.compile(r"/v3/[^/]+/tasks/(?P<task>[^/]+)/branches")),
    ("GET", "search", re.compile(r"/v1/tasks")),
)
_LOOK_UPS: dict[Api, Callable[[Task], Body]] = {
    "GET": task_info,
    "defects-summary": defects_summary,
    "progress": progress,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an API of the service.

    Args:
        api: the API.
        task_id: the task; "" for a search.
        query: the query's parameters.
        operator: the `operator` header; "" if there is none.
    """

    api: Api
    task_id: str
    query: Mapping[str, str]
    operator: str


def find_api(method: str, path: str, query: str, operator: str) -> Call | None:
    """Which API a request is for; None if the gateway has no such API."""
    for known, api, pattern in _PATHS:
        if known == method and (found := pattern.fullmatch(path)):
            return Call(api, found.groupdict().get("task", ""), dict(parse_qsl(query)), operator)
    return None


@dataclass(slots=True)
class Service:
    """CodeArts Check.

    Args:
        book: the tasks.
        result_as_text: answer `"result": "true"`, as in the API page's table, instead of `true`, as in its example.
    """

    book: TaskBook
    result_as_text: bool = False

    def answer(self, call: Call, account: Account) -> tuple[int, Body]:
        """Execute a call; returns the HTTP status and the body."""
        try:
            return self._search(call, account) if call.api == "search" else self._with_task(call, account)
        except BadQueryError:
            return Refuse("CC.00050000").answer()

    def permitted(self, call: Call, account: Account) -> Task | Refuse:
        """The task, or why the call is refused."""
        if not _TASK_ID.fullmatch(call.task_id) or (call.operator and not _OPERATOR.fullmatch(call.operator)):
            return Refuse("CC.00050000")
        if not account.member_of:
            return Refuse("CC.00050011")
        task = self.book.all().get(call.task_id)
        if task is None:
            return Refuse("CC.00050013")
        if task.project_id not in account.member_of:
            return Refuse("CC.00050010")
        if call.api == "DELETE":
            return _deletable(task, account)
        return task if account.may_read else _missing("codeartscheck:task:get")

    def _with_task(self, call: Call, account: Account) -> tuple[int, Body]:
        task = self.permitted(call, account)
        if isinstance(task, Refuse):
            return task.answer()
        if call.api == "DELETE":
            self.book.delete(task, call.operator, account.user)
            return 200, {"httpStatus": "OK", "result": "true" if self.result_as_text else True, "status": "success"}
        body = branches(task, call.query) if call.api == "branches" else _LOOK_UPS[call.api](task)
        return 200, shaped(body, task.shape)

    def _search(self, call: Call, account: Account) -> tuple[int, Body]:
        project = call.query.get("project_id")
        if not account.may_read:
            return _missing("codeartscheck:task:list").answer()
        if project is not None and project not in account.member_of:
            return Refuse("CC.00050010").answer()
        wanted = account.member_of if project is None else {project}
        return 200, search([task for task in self.book.all().values() if task.project_id in wanted], call.query)


def _deletable(task: Task, account: Account) -> Task | Refuse:
    if task.project_id not in account.may_delete:
        return _missing("codeartscheck:task:delete")
    if task.running:
        return Refuse("CC.00050015")
    if task.branches >= BRANCH_LIMIT:
        return Refuse("CC.00050000", message="The task has 200 branches or more.", form="v3")
    return task


def _missing(right: str) -> Refuse:
    return Refuse("CC.00050010", message=f"You do not have the permission {right}.")
