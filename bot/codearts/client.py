"""Deleting a task and looking one up: sent once, repeated only where nothing can have happened."""

import asyncio
import re
import time
from collections.abc import Mapping
from http import HTTPStatus

import httpx
import stamina

from bot.codearts.answers import read_answer
from bot.codearts.call import Attempts, Call, ThrottledError, TooLateError
from bot.codearts.connection import NEVER_LEFT, in_words
from bot.domain.command import TASK_ID
from bot.domain.errors import NoTokenError
from bot.domain.operators import OPERATOR
from bot.domain.outcome import NoAnswer, NotSent, Presence, Reply, Sighting, sighted

_LARGEST = 1 << 20  # bytes read of an answer; a longer one is cut, and so unreadable


class CodeArtsCheck:
    """CodeArts Check, as a deletion uses it (`bot.deletions.ports.TaskService`).

    Args:
        http: the client from `http_client`, signing in by itself.
        attempts: how often to try.
    """

    def __init__(self, http: httpx.AsyncClient, attempts: Attempts | None = None) -> None:
        self._http = http
        self._attempts = attempts or Attempts()
        self._slots = asyncio.Semaphore(self._attempts.concurrency)

    async def delete(self, task_id: str, operator: str, *, not_after: float) -> Reply:
        """Send DELETE /v3/task/{task_id}; never raises for what the service or the network does.

        Args:
            task_id: the task.
            operator: the `operator` header, an IAM user name.
            not_after: `time.monotonic()` seconds: no attempt starts after this; where none has been made, the reply is
                `NotSent`. An attempt that runs past it is cut off as `NoAnswer`.
        """
        if not TASK_ID.fullmatch(task_id):
            return NotSent("that is no task ID", "check the task ID")
        if not OPERATOR.fullmatch(operator):
            return NotSent("that is no IAM user name", "check `[operators]`")
        call = Call(not_after, self._attempts, repeatable=False)
        await self._send(call, "DELETE", task_id, {"operator": operator}, self._attempts.delete)
        return call.reply

    async def look_up(self, task_id: str) -> Sighting:
        """Look whether the task is there, in at most 10 s; never raises for what the service or the network does."""
        if not TASK_ID.fullmatch(task_id):
            return Sighting(Presence.UNKNOWN, why="that is no task ID")
        call = Call(time.monotonic() + self._attempts.looking, self._attempts, repeatable=True)
        await self._send(call, "GET", task_id, {}, self._attempts.look_up)
        return sighted(call.reply)

    async def _send(self, call: Call, method: str, task_id: str, headers: Mapping[str, str], attempts: int) -> None:
        """Make the attempts, until there is an answer or no sense in another one; `call.reply` says how it ended."""
        pauses = self._attempts
        try:
            async with asyncio.timeout(call.not_after - time.monotonic()):
                async for attempt in stamina.retry_context(
                    on=call.worth_another,
                    attempts=attempts,
                    timeout=None,
                    wait_initial=pauses.first_pause,
                    wait_max=pauses.longest_pause,
                    wait_jitter=pauses.first_pause,
                ):
                    with attempt:
                        async with self._slots:
                            await self._attempt(call, method, task_id, headers)
        except (httpx.HTTPError, OSError, NoTokenError, ThrottledError, TooLateError, TimeoutError):
            return  # `call.reply` has noted what it means

    async def _attempt(self, call: Call, method: str, task_id: str, headers: Mapping[str, str]) -> None:
        request = self._http.build_request(
            method,
            f"/v3/task/{task_id}",
            headers={"Content-Type": "application/json", **headers},
            extensions={"trace": call.trace},
        )
        try:
            response = await self._http.send(request, stream=True)
            try:
                body = await _read(response)
            finally:
                await response.aclose()
        except NoTokenError as error:
            call.reply = NotSent(str(error), error.cure)
            raise
        except NEVER_LEFT as error:
            call.reply = NotSent(f"CodeArts Check cannot be reached: {in_words(error)}")
            raise
        except (httpx.HTTPError, OSError) as error:
            call.reply = NoAnswer(f"no answer of CodeArts Check: {in_words(error)}")
            raise
        answer = read_answer(response.status_code, body, response.headers.get("X-Request-Id", ""))
        call.reply = answer
        if answer.http == HTTPStatus.TOO_MANY_REQUESTS:
            raise ThrottledError(_retry_after(response))


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _LARGEST:
            break
    return bytes(body[:_LARGEST])


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds of the `Retry-After` header; the gateway never sends its other form, a date."""
    said = response.headers.get("Retry-After", "").strip()
    return float(said) if re.fullmatch(r"[0-9]{1,6}", said) else None
