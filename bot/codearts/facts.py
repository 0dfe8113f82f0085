"""Bodies -> task facts: pure, and lenient, since the fields are only partly documented and differ between versions.

It reads `GET /v3/task/{id}` (GetTaskInfoByID; nested in `result`), `/v2/tasks/{id}/defects-summary` (flat, counts as
strings), `/v2/tasks/{id}/progress`, `/v3/{project}/tasks/{id}/branches` and `/v1/tasks`. Fields may be nested or flat,
in snake or camel case, and numbers may be strings. What is missing or of another type is unknown, never guessed.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bot.codearts.redaction import Redactor
from bot.domain.facts import Candidate, CheckState, TaskFacts

_LONGEST_NAME, _LONGEST_URL, _LONGEST_TIME = 200, 500, 40  # characters
_WRAPPERS = ("result", "data", "info", "task", "taskInfo", "task_info", "basicInfo", "basic_info")
_LISTS = ("info", "tasks", "data", "result", "list", "items", "rows", "records")
_DEPTH = 3

_NAMES = ("taskName", "task_name")
_PROJECT_IDS = ("projectId", "project_id")
_PROJECTS = ("projectName", "project_name")
_BRANCHES = ("branchName", "branch_name", "gitBranch", "git_branch", "branch")
_REPOSITORIES = ("gitUrl", "git_url", "repositoryUrl", "repository_url", "repoUrl", "repo_url")
_LAST_CHECKS = ("lastCheckTime", "last_check_time")
_SEVERITIES = {name: (f"{name}_count", f"{name}Count") for name in ("critical", "major", "minor", "suggestion")}
_CHECK_STATES = {
    0: CheckState.RUNNING,
    1: CheckState.FAILED,
    2: CheckState.PASSED,
    3: CheckState.STOPPED,
}
_TASK_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
_PROJECT_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_COUNT = re.compile(r"[0-9]{1,9}")

Content = Mapping[str, object]


def describes(task_id: str, content: Content) -> bool:
    """Whether the body of GET /v3/task/{task_id} describes it: it has a name or its ID, and no other task's ID."""
    layers = list(_layers(content))
    ids = {found for layer in layers for name in ("taskId", "task_id") if (found := one_id(layer.get(name)))}
    return ids == {task_id} or (not ids and any(_string(layer, (*_NAMES, "name")) for layer in layers))


def task_facts(content: Content, redactor: Redactor) -> TaskFacts:
    """The facts in the body of GET /v3/task/{task_id}, or of its defects-summary."""
    layers = list(_layers(content))

    def text(names: tuple[str, ...], most: int = _LONGEST_NAME) -> str:
        return next((redactor.name(found, most) for layer in layers if (found := _string(layer, names))), "")

    counts = {
        severity: count for severity, names in _SEVERITIES.items() if (count := _first_count(layers, names)) is not None
    }
    return TaskFacts(
        name=text((*_NAMES, "name")),
        project_id=found if _PROJECT_ID.fullmatch(found := text(_PROJECT_IDS)) else "",
        project=text(_PROJECTS),
        repository=redactor.name(_without_credentials(text(_REPOSITORIES, _LONGEST_URL)), _LONGEST_URL),
        branch=text(_BRANCHES),
        last_check=text(_LAST_CHECKS, _LONGEST_TIME),
        issues=counts,
        issue_count=_first_count(layers, ("issue_count", "issueCount")),
    )


def check_state(content: Content) -> CheckState | None:
    """The facts in the body of /v2/tasks/{id}/progress: 0 to 3, or null for a task that was never checked."""
    for layer in _layers(content):
        for name in ("task_status", "taskStatus"):
            if name in layer:
                status = layer[name]
                return CheckState.NEVER_RUN if status is None else _CHECK_STATES.get(_count(status, default=-1))
    return None


def branch_count(content: Content, page_size: int) -> int | None:
    """The facts in the body of /v3/{project}/tasks/{id}/branches. A page that is not full needs no total."""
    layers = list(_layers(content))
    if (total := _first_count(layers, ("total", "total_count", "totalCount"))) is not None:
        return total
    rows = next((rows for layer in layers if isinstance(rows := layer.get("branchTasks"), list)), None)
    return len(rows) if rows is not None and len(rows) < page_size else None


def candidates(content: Content, redactor: Redactor) -> list[Candidate | None] | None:
    """The tasks on one page of /v1/tasks, None for a row that has no ID or no name; None if there is no list."""
    rows = _rows(content)
    return None if rows is None else [_candidate(row, redactor) for row in rows]


def _candidate(row: Content, redactor: Redactor) -> Candidate | None:
    facts = task_facts(row, redactor)
    task_id = next((one_id(row.get(name)) for name in ("id", "taskId", "task_id") if one_id(row.get(name))), "")
    if not (task_id and facts.name):
        return None
    return Candidate(task_id, facts.name, facts.project or facts.project_id, facts.branch)


def one_id(value: object) -> str:
    """A task ID; "" for anything else."""
    return value if isinstance(value, str) and _TASK_ID.fullmatch(value) else ""


def _layers(content: Content, depth: int = _DEPTH) -> Iterator[Content]:
    """The objects to look for facts in, innermost first: the body, and what is in a known wrapper."""
    if depth:
        for name in _WRAPPERS:
            if isinstance(inner := content.get(name), dict):
                yield from _layers(inner, depth - 1)
    yield content


def _rows(content: Content) -> list[Content] | None:
    for layer in _layers(content):
        for name in _LISTS:
            if isinstance(rows := layer.get(name), list):
                return [row if isinstance(row, dict) else {} for row in rows]
    return None


def _string(layer: Content, names: tuple[str, ...]) -> str:
    """The first value that is present. A number, such as a time in milliseconds, is kept as it is written."""
    for name in names:
        value = layer.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
            return str(value)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _first_count(layers: list[Content], names: tuple[str, ...]) -> int | None:
    for layer in layers:
        for name in names:
            if (count := _count(layer.get(name), default=-1)) >= 0:
                return count
    return None


def _count(value: object, default: int) -> int:
    """A non-negative number, possibly as a string of digits; `default` for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value < 10**9 else default
    if isinstance(value, str) and _COUNT.fullmatch(value.strip()):
        return int(value)
    return default


def _without_credentials(url: str) -> str:
    """A repository's URL without any password or token; the user in `git@host:path` stays."""
    if "://" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    user, at, host = parts.netloc.rpartition("@")
    if at and parts.scheme == "ssh" and ":" not in user:
        return url
    return parts._replace(netloc=host, query="", fragment="").geturl() if at or parts.query else url
