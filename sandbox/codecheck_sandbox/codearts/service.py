"""CodeArts Check itself: what it answers to somebody whom the gateway has let through."""

import re
from dataclasses import dataclass

from codecheck_sandbox.codearts.accounts import Account
from codecheck_sandbox.codearts.faults import Refuse
from codecheck_sandbox.codearts.tasks import MOST_BRANCHES, Task, TaskBook

Body = dict[str, object]

_TASK_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
_OPERATOR = re.compile(r"[0-9A-Za-z _.-]{1,128}")
_PATHS = (
    ("DELETE", re.compile(r"/v3/task/([^/]+)")),
    ("GET", re.compile(r"/v3/task/([^/]+)")),
    ("GET", re.compile(r"/v2/tasks/([^/]+)/(defects-summary)")),
    ("GET", re.compile(r"/v2/tasks/([^/]+)/(progress)")),
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an API of the service.

    Args:
        method: the HTTP method.
        task_id: the task.
        part: "" for the task itself, else what of it.
        operator: the `operator` header; "" where there is none.
    """

    method: str
    task_id: str
    part: str
    operator: str


def find_api(method: str, path: str, operator: str) -> Call | None:
    """Which API a request is for; None where the gateway has none such."""
    for known, pattern in _PATHS:
        if known == method and (found := pattern.fullmatch(path)):
            task_id, *part = found.groups()
            return Call(method, task_id, "".join(part), operator)
    return None


@dataclass(slots=True)
class Service:
    """CodeArts Check.

    Args:
        book: the tasks.
        result_as_text: answer `"result": "true"`, as the API page's table has it, instead of its example's `true`.
    """

    book: TaskBook
    result_as_text: bool = False

    def answer(self, call: Call, account: Account) -> tuple[int, Body]:
        """Do what is asked; the HTTP status and the body."""
        task = self.permitted(call, account)
        if isinstance(task, Refuse):
            return task.answer()
        if call.method == "DELETE":
            self.book.delete(task, call.operator, account.user)
            return 200, {"httpStatus": "OK", "result": "true" if self.result_as_text else True, "status": "success"}
        return 200, _PARTS[call.part](task)

    def permitted(self, call: Call, account: Account) -> Task | Refuse:
        """The task, or why the call is refused."""
        if not _TASK_ID.fullmatch(call.task_id) or (call.operator and not _OPERATOR.fullmatch(call.operator)):
            return Refuse("CC.00050000")
        if not account.member_of:
            return Refuse("CC.00050011")
        task = self.book.find(call.task_id)
        if task is None:
            return Refuse("CC.00050013")
        if task.project_id not in account.member_of:
            return Refuse("CC.00050010")
        return self._deletable(task, account) if call.method == "DELETE" else task

    def _deletable(self, task: Task, account: Account) -> Task | Refuse:
        if task.project_id not in account.may_delete:
            return Refuse("CC.00050010", message="You do not have the permission codeartscheck:task:delete.")
        if task.running:
            return Refuse("CC.00050015")
        if task.branches >= MOST_BRANCHES:
            return Refuse("CC.00050000", message="The task has 200 branches or more.", form="v3")
        return task


def _info(task: Task) -> Body:
    """GET /v3/task/{task_id} (GetTaskInfoByID)."""
    result = {
        "taskId": task.id,
        "taskName": task.name,
        "projectId": task.project_id,
        "projectName": task.project,
        "gitUrl": task.git_url,
        "branchName": task.branch,
        "configTemplateId": task.rulesets[0] if task.rulesets else None,
    }
    return {"httpStatus": "OK", "result": result, "status": "success"}


def _defects_summary(task: Task) -> Body:
    """GET /v2/tasks/{task_id}/defects-summary; flat."""
    critical, major, minor, suggestion = task.issues
    return {
        "task_name": task.name,
        "git_url": task.git_url,
        "git_branch": task.branch,
        "issue_count": sum(task.issues),
        "critical_count": critical,
        "major_count": major,
        "minor_count": minor,
        "suggestion_count": suggestion,
    }


def _progress(task: Task) -> Body:
    """GET /v2/tasks/{task_id}/progress: 0 is running, 2 went well, null never ran."""
    status = 0 if task.running else 2 if task.executions else None
    return {"task_status": status, "progress": {"ratio": "40%" if task.running else "100%", "info": ""}}


_PARTS = {"": _info, "defects-summary": _defects_summary, "progress": _progress}
