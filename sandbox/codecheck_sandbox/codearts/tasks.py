"""The stand-in's tasks, each with everything that is lost when it is deleted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from codecheck_sandbox.codearts.accounts import PARTNER, PAYMENTS, WEBSHOP
from codecheck_sandbox.codearts.shapes import Shape

BRANCH_LIMIT = 200  # a task with this many branches or more fails to delete (API page DeleteTaskV3)


@dataclass(frozen=True, slots=True)
class Task:
    """A check task.

    Args:
        id: the task ID.
        name: what people call it.
        project_id: the ID of its CodeArts project.
        project: the project's name.
        git_url: the repository.
        branch: the branch that is checked.
        branches: how many branches the task has.
        running: True while a check is under way.
        issues: how many of each severity: critical, major, minor, suggestion.
        last_check: when it was last checked, in the service's own format; "" if never.
        shape: what the answers about this task look like.
    """

    id: str
    name: str
    project_id: str
    project: str
    git_url: str
    branch: str = "master"
    branches: int = 1
    running: bool = False
    issues: tuple[int, int, int, int] = (0, 0, 0, 0)
    last_check: str = "2026-11-20T10:00:00Z"
    shape: Shape = "documented"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A task that has been deleted for good.

    Args:
        task: as it was.
        operator: the request's `operator` header; "" if it had none.
        by: the IAM user who signed the request.
        at: when, in seconds since 1970.
    """

    task: Task
    operator: str
    by: str
    at: float

    @property
    def task_id(self) -> str:
        """The ID of the task."""
        return self.task.id


class TaskBook:
    """The tasks that exist, and those that have been deleted.

    Args:
        clock: seconds since 1970.
        tasks: the tasks at the start.
    """

    def __init__(self, clock: Callable[[], float], tasks: Iterable[Task]) -> None:
        self._clock = clock
        self._tasks = {task.id: task for task in tasks}
        self._leaving: list[Deleted] = []
        self._deleted: list[Deleted] = []

    def put(self, tasks: Iterable[Task]) -> None:
        """Add these tasks, or replace those with the same ID."""
        self._tasks.update({task.id: task for task in tasks})

    def all(self) -> dict[str, Task]:
        """The current tasks, by ID."""
        self._remove_leaving()
        return dict(self._tasks)

    def deleted(self) -> list[Deleted]:
        """The deleted tasks, in order."""
        self._remove_leaving()
        return list(self._deleted)

    def delete(self, task: Task, operator: str, by: str, *, after: float = 0.0) -> None:
        """Remove a task, now or after a number of seconds."""
        self._leaving.append(Deleted(task, operator, by, self._clock() + after))
        self._remove_leaving()

    def _remove_leaving(self) -> None:
        now = self._clock()
        for leaving in [leaving for leaving in self._leaving if leaving.at <= now]:
            self._leaving.remove(leaving)
            if self._tasks.pop(leaving.task_id, None) is not None:
                self._deleted.append(leaving)


def default_tasks() -> list[Task]:
    """A realistic set: some to delete, one being checked, one with too many branches, and one of another project."""
    repositories = "https://codehub.cn-north-4.example.com/"
    return [
        Task(
            "897acf7a1bd64e3b9b7b6c0de36e0c3d",
            "webshop-frontend",
            WEBSHOP,
            "Webshop",
            f"{repositories}webshop/frontend.git",
            issues=(2, 14, 61, 120),
        ),
        Task(
            "2b6f4c1e0a9d4d5f8c7b3a2e1f0d9c8b",
            "webshop-search-old",
            WEBSHOP,
            "Webshop",
            f"{repositories}webshop/search.git",
            branch="release/2023.4",
            branches=3,
            issues=(0, 3, 9, 17),
            last_check="2024-01-09T17:30:12Z",
        ),
        Task(
            "5d0e8b7c6a5f4e3d2c1b0a9f8e7d6c5b",
            "payments-gateway",
            PAYMENTS,
            "Payments",
            f"{repositories}payments/gateway.git",
            branch="main",
            branches=12,
            issues=(1, 0, 4, 2),
        ),
        Task(
            "c3a1f5e79b8d4c6e8f0a2b4d6c8e0f1a",
            "payments-nightly",
            PAYMENTS,
            "Payments",
            f"{repositories}payments/core.git",
            branch="develop",
            branches=5,
            running=True,
            issues=(0, 8, 30, 11),
        ),
        Task(
            "f0e1d2c3b4a5968778695a4b3c2d1e0f",
            "webshop-monorepo",
            WEBSHOP,
            "Webshop",
            f"{repositories}webshop/monorepo.git",
            branches=240,
            issues=(11, 97, 402, 733),
        ),
        Task(
            "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "partner-portal",
            PARTNER,
            "Partner portal",
            f"{repositories}partner/portal.git",
            issues=(0, 1, 2, 3),
        ),
    ]
