"""The client that deletions use: deletes a task, looks one up, and searches for tasks."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus

import httpx
import stamina

from bot.codearts.answers import interpret
from bot.codearts.body import read_answer
from bot.codearts.error_codes import CHECK_THE_TASK_ID, TELL_AN_ADMIN
from bot.codearts.iam import NoTokenError
from bot.codearts.in_flight import InFlight, StoppedError, ThrottledError, TooLateError
from bot.codearts.look_up import look_up
from bot.codearts.redaction import Redactor
from bot.codearts.reply import NotSent, Reply
from bot.codearts.retries import RetryPolicy
from bot.codearts.search import beginning_with, search
from bot.deletions import clock
from bot.domain.facts import LookUp, Presence, Suggestions, Wanted
from bot.domain.look_alikes import common_part, look_alikes
from bot.domain.operators import OPERATOR
from bot.domain.outcome import Outcome
from bot.domain.task_id import HALF_ID, TASK_ID
from bot.domain.text import Code, Text
from bot.observability.metrics import RETRIES

_LONGEST_ANSWER = 1 << 20  # bytes; a longer answer is cut off, and so unreadable


class CodeArtsCheck:
    """CodeArts Check (`bot.deletions.ports.TaskService`).

    Args:
        http: a client for its host that signs requests; owned by the caller.
        policy: attempts, pauses and limits.
        redactor: removes the bot's own secrets from what the service says.
        projects: the IDs of the projects in which to search.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        policy: RetryPolicy | None = None,
        redactor: Redactor | None = None,
        projects: Iterable[str] = (),
    ) -> None:
        self._http = http
        self._policy = policy or RetryPolicy()
        self._redactor = redactor or Redactor()
        self._projects = tuple(projects)
        self._deletes = asyncio.Semaphore(self._policy.deletes)
        self._look_ups = asyncio.Semaphore(self._policy.look_ups)

    async def delete(
        self, task_id: str, operator: str, *, not_after: float, may_send: Callable[[], Awaitable[bool]]
    ) -> Outcome:
        """Send DELETE /v3/task/{task_id}; never raises for what the service or the network does.

        Args:
            task_id: the task.
            operator: the `operator` header, an IAM user name.
            not_after: `bot.deletions.clock.now()` seconds. No attempt starts after this, and one that runs past it is
                cut off.
            may_send: called just before the first byte of each attempt. If it raises, that is raised here, and the
                attempt was not sent.
        """
        started = clock.now()
        if (invalid := _invalid(task_id, operator)) is not None:
            return interpret(invalid, sent=False)
        flight = InFlight(not_after, self._policy, repeatable=False, may_send=may_send)
        await self._send(flight, "DELETE", f"/v3/task/{task_id}", headers={"operator": operator})
        return interpret(flight.reply, sent=flight.sent, took=round((clock.now() - started) * 1_000))

    async def look_up(self, task_id: str, *, within: float = 10.0, wanted: Wanted = Wanted.ALL) -> LookUp:
        """Look up whether a task exists, and read as many of its facts as time allows; never raises.

        Args:
            task_id: the task.
            within: seconds; facts that have not arrived by then are unknown.
            wanted: how much; the rest is unknown.
        """
        if not TASK_ID.fullmatch(task_id):
            return LookUp(Presence.UNKNOWN, why=Text("This is not a task ID."))
        not_after = clock.now() + within
        found = await look_up(self._get, task_id, within, self._redactor, wanted)
        name = found.facts.name
        left = min(not_after - clock.now(), self._policy.search)
        if wanted is Wanted.ALL and name and self._projects and left > 0:
            similar = await search(self._get, self._projects, common_part(name), left, self._redactor)
            found = replace(found, facts=replace(found.facts, look_alikes=look_alikes(name, task_id, similar)))
        return replace(found, cut_short=clock.now() >= not_after)

    async def search(self, typed: str) -> Suggestions:
        """Search the projects for tasks by name, or by half an ID, in limited time. Never raises, and may miss some."""
        by_name = search(self._get, self._projects, typed, self._policy.suggest, self._redactor)
        if not HALF_ID.fullmatch(typed):
            return Suggestions(await by_name)
        by_id = beginning_with(self._get, self._projects, typed, self._policy.suggest, self._redactor)
        (begun, complete), named = await asyncio.gather(by_id, by_name)
        return Suggestions(tuple(dict.fromkeys((*begun, *named))), complete)

    async def _get(self, path: str, not_after: float, params: Mapping[str, str | int] | None = None) -> Reply:
        flight = InFlight(not_after, self._policy, repeatable=True)
        await self._send(flight, "GET", path, params=params)
        return flight.reply

    async def _send(
        self,
        flight: InFlight,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> None:
        """Attempt the request until there is an answer or no point in retrying. `flight.reply` says how it ended."""
        slots, attempts = (
            (self._deletes, self._policy.delete) if method == "DELETE" else (self._look_ups, self._policy.look_up)
        )
        try:
            async with asyncio.timeout(flight.not_after - clock.now()):
                async for attempt in stamina.retry_context(
                    on=flight.worth_another,
                    attempts=attempts,
                    timeout=None,
                    wait_initial=self._policy.first_pause,
                    wait_max=self._policy.longest_pause,
                    wait_jitter=self._policy.first_pause,
                ):
                    with attempt:
                        if attempt.num > 1:
                            RETRIES.labels("codearts").inc()
                        async with slots:
                            request = self._http.build_request(
                                method,
                                path,
                                params=params,
                                headers={"Content-Type": "application/json", **(headers or {})},
                                extensions={"trace": flight.trace},
                            )
                            await self._attempt(flight, request)
        except (httpx.HTTPError, OSError, NoTokenError, ThrottledError, TooLateError, StoppedError, TimeoutError):
            return  # `flight.reply` says what it means

    async def _attempt(self, flight: InFlight, request: httpx.Request) -> None:
        flight.begin_attempt()
        try:
            response = await self._http.send(request, stream=True)
            try:
                body = await _read(response)
            finally:
                await response.aclose()
        except NoTokenError as error:
            flight.reply = NotSent(error.why, error.hint, error.admin_hint)
            raise
        except (httpx.HTTPError, OSError) as error:
            flight.failed(error)
            raise
        flight.reply = read_answer(response.status_code, body, response.headers.get("X-Request-Id", ""), self._redactor)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise ThrottledError(_retry_after(response))


def _invalid(task_id: str, operator: str) -> NotSent | None:
    """Why nothing can be sent for this task or operator, so that nothing can be injected into the path or headers."""
    if not TASK_ID.fullmatch(task_id):
        return NotSent(Text("This is not a task ID."), CHECK_THE_TASK_ID)
    if not OPERATOR.fullmatch(operator):
        check = Text("Check {table}.", {"table": Code("[operators]")})
        return NotSent(Text("The operator is not an IAM user name."), TELL_AN_ADMIN, check)
    return None


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _LONGEST_ANSWER:
            break
    return bytes(body[:_LONGEST_ANSWER])


def _retry_after(response: httpx.Response) -> float | None:
    """The `Retry-After` header, in seconds. The gateway never sends its other form, a date."""
    said = response.headers.get("Retry-After", "").strip()
    return float(said) if re.fullmatch(r"[0-9]{1,6}", said) else None
