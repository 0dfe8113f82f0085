"""A look-up: whether a task exists, and as many facts as are wanted and time allows.

`GET /v3/task/{id}` comes first, and only it decides whether the task exists. Then come, concurrently, the
defects-summary (last check, issues), the progress (is a check running) and the branches. What fails or takes too long
is unknown.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import fields, replace
from http import HTTPStatus
from typing import Protocol

from bot.codearts.answers import presence_of
from bot.codearts.error_codes import NO_PERMISSION, PROJECT_UNAVAILABLE, RIGHT_TO_READ
from bot.codearts.facts import branch_count, check_state, describes, task_facts
from bot.codearts.redaction import Redactor
from bot.codearts.reply import NotSent, Reply, ServiceAnswer
from bot.deletions import clock
from bot.domain.facts import LookUp, Presence, TaskFacts, Wanted
from bot.domain.text import Text

_NOT_ASKED = NotSent(Text("The branches are not wanted, or the project is not known."))
_BRANCH_PAGE = 10  # rows per page: only the total is needed, not the rows


class Get(Protocol):
    """Sends a GET, never raises, and returns by `not_after` (`bot.deletions.clock.now()` seconds)."""

    async def __call__(self, path: str, not_after: float, params: Mapping[str, str | int] | None = None) -> Reply:
        """Send GET `path`."""


async def look_up(get: Get, task_id: str, within: float, redactor: Redactor, wanted: Wanted = Wanted.ALL) -> LookUp:
    """Look a task up.

    Args:
        get: sends the requests.
        task_id: a well-formed task ID.
        within: seconds.
        redactor: keeps secrets out of the facts.
        wanted: how much.
    """
    not_after = clock.now() + within
    task = await get(f"/v3/task/{task_id}", not_after)
    described = isinstance(task, ServiceAnswer) and describes(task_id, task.content)
    presence, why = presence_of(task, described=described)
    if presence is Presence.GONE or wanted is Wanted.PRESENCE or not _worth_asking_more(task):
        return LookUp(presence, why=why)
    first = task_facts(_content(task), redactor) if presence is Presence.EXISTS else TaskFacts()
    summary, progress, branches = await asyncio.gather(
        get(f"/v2/tasks/{task_id}/defects-summary", not_after),
        get(f"/v2/tasks/{task_id}/progress", not_after),
        _branches(get, task_id, first.project_id if wanted is Wanted.ALL else "", not_after),
    )
    facts = replace(
        _filled(first, task_facts(_content(summary), redactor)),
        check_state=check_state(_content(progress)),
        branches=branch_count(_content(branches), _BRANCH_PAGE),
        missing_right=RIGHT_TO_READ if any(map(_denied, (task, summary, progress, branches))) else "",
    )
    return LookUp(presence, facts, why)


async def _branches(get: Get, task_id: str, project_id: str, not_after: float) -> Reply:
    if not project_id:
        return _NOT_ASKED
    return await get(
        f"/v3/{project_id}/tasks/{task_id}/branches", not_after, {"page_num": 1, "page_size": _BRANCH_PAGE}
    )


def _worth_asking_more(task: Reply) -> bool:
    """Whether the service answers the bot at the moment. If it is busy or down, three more requests do not help."""
    if not isinstance(task, ServiceAnswer):
        return False
    busy = (HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
    return task.http < HTTPStatus.INTERNAL_SERVER_ERROR and task.http not in busy


def _content(reply: Reply) -> Mapping[str, object]:
    """The body of a plain success; empty for an error."""
    if not isinstance(reply, ServiceAnswer) or reply.http != HTTPStatus.OK or reply.code or reply.status == "error":
        return {}
    return reply.content


def _denied(reply: Reply) -> bool:
    if not isinstance(reply, ServiceAnswer) or reply.code == PROJECT_UNAVAILABLE:
        return False
    return reply.http == HTTPStatus.FORBIDDEN or reply.code == NO_PERMISSION


def _filled(facts: TaskFacts, more: TaskFacts) -> TaskFacts:
    """The facts, with missing ones filled in from `more`."""
    lacking = {
        each.name: found
        for each in fields(TaskFacts)
        if getattr(facts, each.name) in ("", None, {}) and (found := getattr(more, each.name)) not in ("", None, {})
    }
    return replace(facts, **lacking)
