"""The tasks that the stand-in keeps: each with its configuration, issues and execution records, until it is deleted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from codecheck_sandbox.codearts.accounts import PARTNER, PAYMENTS, WEBSHOP

MOST_BRANCHES = 200  # a task with as many or more fails to delete (API page DeleteTaskV3)


@dataclass(frozen=True, slots=True)
class Task:
    """A check task and all that goes with it.

    Args:
        id: what DELETE takes.
        name: as people know it.
        project_id: the CodeArts project that it belongs to.
        project: the project's name.
        git_url: the repository.
        branch: the branch that is checked.
        branches: how many branches the task has.
        running: True while a check is under way.
        issues: how many of each severity: critical, major, minor, suggestion.
        executions: the IDs of its execution records.
        rulesets: its configuration.
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
    executions: tuple[str, ...] = ()
    rulesets: tuple[str, ...] = ("General rules for Python",)


@dataclass(frozen=True, slots=True)
class Deleted:
    """A task that has gone for good.

    Args:
        task: as it was.
        operator: the `operator` header of the request; "" where it had none.
        by: the IAM user that the request was signed by.
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
    """The tasks that there are, and those that were.

    Args:
        clock: seconds since 1970.
        tasks: what there is at first.
    """

    def __init__(self, clock: Callable[[], float], tasks: Iterable[Task]) -> None:
        self._clock = clock
        self._tasks = {task.id: task for task in tasks}
        self._leaving: list[Deleted] = []
        self._deleted: list[Deleted] = []

    def add(self, tasks: Iterable[Task]) -> None:
        """Keep these tasks as well."""
        self._tasks.update({task.id: task for task in tasks})

    def all(self) -> dict[str, Task]:
        """The tasks as they now stand, by ID."""
        self._see_off()
        return dict(self._tasks)

    def deleted(self) -> list[Deleted]:
        """Those that have gone, in order."""
        self._see_off()
        return list(self._deleted)

    def find(self, task_id: str) -> Task | None:
        """One task, or None."""
        self._see_off()
        return self._tasks.get(task_id)

    def delete(self, task: Task, operator: str, by: str, *, after: float = 0.0) -> None:
        """Remove a task with all that goes with it, now or after so many seconds."""
        self._leaving.append(Deleted(task, operator, by, self._clock() + after))
        self._see_off()

    def _see_off(self) -> None:
        now = self._clock()
        for leaving in [leaving for leaving in self._leaving if leaving.at <= now]:
            self._leaving.remove(leaving)
            if self._tasks.pop(leaving.task_id, None) is not None:
                self._deleted.append(leaving)


def default_tasks() -> list[Task]:
    """A believable set: some to delete, one being checked, one with too many branches, one that is somebody else's."""
    repositories = "https://codehub.cn-north-4.example.com/"
    return [
        Task(
            "897acf7a1bd64e3b9b7b6c0de36e0c3d",
            "webshop-frontend",
            WEBSHOP,
            "Webshop",
            f"{repositories}webshop/frontend.git",
            issues=(2, 14, 61, 120),
            executions=("run-0311", "run-0312", "run-0313"),
            rulesets=("General rules for TypeScript", "Security rules"),
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
            executions=("run-0107",),
            rulesets=("General rules for Java",),
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
            executions=("run-0881", "run-0882"),
            rulesets=("General rules for Go", "Payment card rules"),
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
            executions=("run-0900",),
            rulesets=("General rules for Java",),
        ),
        Task(
            "f0e1d2c3b4a5968778695a4b3c2d1e0f",
            "webshop-monorepo",
            WEBSHOP,
            "Webshop",
            f"{repositories}webshop/monorepo.git",
            branches=240,
            issues=(11, 97, 402, 733),
            executions=tuple(f"run-1{number:03}" for number in range(24)),
        ),
        Task(
            "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "partner-portal",
            PARTNER,
            "Partner portal",
            f"{repositories}partner/portal.git",
            issues=(0, 1, 2, 3),
            executions=("run-0001",),
        ),
    ]
