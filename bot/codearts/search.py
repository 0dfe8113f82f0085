"""Searches tasks by name: `GET /v1/tasks?project_id&search&page&page_size`, a few pages per project, in limited time.

Only for suggestions ("did you mean …?"), so what cannot be read is left out, and nothing is raised.
"""

import asyncio

from bot.codearts.facts import candidates
from bot.codearts.look_up import Get
from bot.codearts.redaction import Redactor
from bot.codearts.reply import ServiceAnswer
from bot.deletions import clock
from bot.domain.facts import Candidate

_PAGES, _PAGE_SIZE = 3, 100  # the API allows up to 200 rows a page
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
    not_after = clock.now() + within
    found: dict[str, Candidate] = {}

    async def search_project(project: str) -> None:
        for page in range(1, _PAGES + 1):
            query: dict[str, str | int] = {
                "project_id": project,
                "search": wanted,
                "page": page,
                "page_size": _PAGE_SIZE,
            }
            reply = await get("/v1/tasks", not_after, query)
            rows = candidates(reply.content, redactor) if isinstance(reply, ServiceAnswer) and not reply.code else []
            new = [row for row in rows if row.task_id not in found]
            found.update((row.task_id, row) for row in new)
            if not new or len(rows) < _PAGE_SIZE:  # the last page, or a repeated one
                return

    await asyncio.gather(*map(search_project, dict.fromkeys(projects)))
    return tuple(sorted(found.values(), key=lambda row: row.name != wanted))
