"""Searches tasks: `GET /v1/tasks?project_id&search&page&page_size`, a few pages per project, in limited time.

The service searches by name only; without `search`, which is optional, it lists all tasks. What is found is only
suggested ("did you mean …?"), so what cannot be read is left out, and nothing is raised.
"""

import asyncio
from http import HTTPStatus

from bot.codearts.facts import candidates
from bot.codearts.look_up import Get
from bot.codearts.redaction import Redactor
from bot.codearts.reply import ServiceAnswer
from bot.deletions import clock
from bot.domain.facts import Candidate

_PAGES, _PAGE_SIZE = 3, 200  # the API allows up to 200 rows a page
_LONGEST_NAME = 128  # maximum length of a task's name (docs of POST /v3/task)


async def search(
    get: Get, projects: tuple[str, ...], name: str, within: float, redactor: Redactor
) -> tuple[Candidate, ...]:
    """The tasks that the service finds for a name, exact matches first.

    Args:
        get: sends the requests.
        projects: the projects' IDs.
        name: what to search for.
        within: seconds.
        redactor: keeps secrets out of the names.
    """
    wanted = name.strip()[:_LONGEST_NAME]
    if not wanted:
        return ()
    found, _ = await _pages(get, projects, {"search": wanted}, within, redactor)
    return tuple(sorted(found, key=lambda row: row.name != wanted))


async def beginning_with(
    get: Get, projects: tuple[str, ...], beginning: str, within: float, redactor: Redactor
) -> tuple[tuple[Candidate, ...], bool]:
    """The tasks whose IDs begin so, and whether all tasks of the projects were looked at. Arguments as above."""
    found, complete = await _pages(get, projects, {}, within, redactor)
    wanted = beginning.casefold()
    return tuple(row for row in found if row.task_id.casefold().startswith(wanted)), complete


async def _pages(
    get: Get, projects: tuple[str, ...], query: dict[str, str], within: float, redactor: Redactor
) -> tuple[list[Candidate], bool]:
    """The tasks on the first pages, each once, and whether these were all pages."""
    not_after = clock.now() + within

    async def of_project(project: str) -> tuple[dict[str, Candidate], bool]:
        found: dict[str, Candidate] = {}
        for page in range(1, _PAGES + 1):
            reply = await get(
                "/v1/tasks", not_after, {"project_id": project, **query, "page": page, "page_size": _PAGE_SIZE}
            )
            if not isinstance(reply, ServiceAnswer) or reply.code or reply.http != HTTPStatus.OK:
                return found, False
            if (rows := candidates(reply.content, redactor)) is None:
                return found, False
            new = {row.task_id: row for row in rows if row is not None and row.task_id not in found}
            found |= new
            if len(rows) < _PAGE_SIZE:
                return found, True
            if not new:  # a repeated page
                return found, False
        return found, False

    answers = await asyncio.gather(*map(of_project, dict.fromkeys(projects)))
    every = {task_id: row for found, _ in answers for task_id, row in found.items()}
    return list(every.values()), all(complete for _, complete in answers)
