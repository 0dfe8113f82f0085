"""What CodeArts Check says about tasks.

Sources: API pages GetTaskInfoByID, ShowTasksList, ShowBranchTasks; the vendor's SDK for the v2 calls. Not all of their
fields are documented publicly, so a client has to read them leniently.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from codecheck_sandbox.codearts.shapes import Body
from codecheck_sandbox.codearts.tasks import Task

_T = TypeVar("_T")
_SEVERITIES = ("critical", "major", "minor", "suggestion")


class BadQueryError(Exception):
    """A page or its size is out of range."""


def task_info(task: Task) -> Body:
    """GET /v3/task/{task_id}: the fields are inside `result`."""
    result = {
        "taskId": task.id,
        "taskName": task.name,
        "projectId": task.project_id,
        "projectName": task.project,
        "gitUrl": task.git_url,
        "branchName": task.branch,
        "configTemplateId": f"config-{task.id[:8]}",
    }
    return {"httpStatus": "OK", "result": result, "status": "success"}


def defects_summary(task: Task) -> Body:
    """GET /v2/tasks/{task_id}/defects-summary: flat; counts by severity are strings, but `issue_count` is a number."""
    return {
        "task_name": task.name,
        "git_url": task.git_url,
        "git_branch": task.branch,
        "last_check_time": task.last_check or None,
        "last_exec_time": "132000",
        "created_at": "2023-02-14T08:30:00Z",
        "is_access": "1",
        "code_line": "21874",
        "trigger_type": "0",
        "issue_count": sum(task.issues),
        **{f"{severity}_count": str(count) for severity, count in zip(_SEVERITIES, task.issues, strict=True)},
    }


def progress(task: Task) -> Body:
    """GET /v2/tasks/{task_id}/progress: 0 running, 2 succeeded, null never ran; `info` is in Chinese, as in reality."""
    if task.running:
        return {"task_status": 0, "progress": {"ratio": "40%", "info": "正在检查"}}
    if not task.last_check:
        return {"task_status": None, "progress": {"ratio": "0%", "info": "尚未执行"}}
    return {"task_status": 2, "progress": {"ratio": "100%", "info": "检查完成"}}


def branches(task: Task, query: Mapping[str, str]) -> Body:
    """GET /v3/{project_id}/tasks/{task_id}/branches. The project ID is ignored.

    Raises:
        BadQueryError: `page_num` or `page_size` is not from 1 to 100.
    """
    names = [task.branch, *(f"feature/{number}" for number in range(1, task.branches))]
    page = _page(names, query, "page_num", most_rows=100, most_pages=100)
    found = [{"taskId": task.id if name == task.branch else f"{task.id}-{name}", "branch": name} for name in page]
    return {"branchTasks": found, "total": len(names)}


def search(tasks: Sequence[Task], query: Mapping[str, str]) -> Body:
    """GET /v1/tasks: the tasks whose name contains `search`. The envelope is inferred from similar pages.

    Raises:
        BadQueryError: `page` is less than 1, or `page_size` is not from 1 to 200.
    """
    wanted = query.get("search", "").casefold()
    found = [task for task in tasks if wanted in task.name.casefold()]
    rows = [
        {
            "id": task.id,
            "name": task.name,
            "projectId": task.project_id,
            "projectName": task.project,
            "gitUrl": task.git_url,
            "branch": task.branch,
            "lastCheckTime": task.last_check,
        }
        for task in _page(found, query, "page", most_rows=200)
    ]
    return {"httpStatus": "OK", "result": {"total": len(found), "data": rows}, "status": "success"}


def _page(
    rows: Sequence[_T], query: Mapping[str, str], number: str, *, most_rows: int, most_pages: int = 10**6
) -> Sequence[_T]:
    try:
        page, size = int(query.get(number, "1")), int(query.get("page_size", "10"))
    except ValueError:
        raise BadQueryError from None
    if not (1 <= page <= most_pages and 1 <= size <= most_rows):
        raise BadQueryError
    return rows[(page - 1) * size : page * size]
