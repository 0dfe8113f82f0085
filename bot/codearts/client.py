"""Deleting a task and looking one up: sent once, repeated only where nothing can have happened."""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx
import stamina

from bot.codearts.answers import read_answer
from bot.codearts.connection import NEVER_LEFT, in_words
from bot.domain.command import TASK_ID
from bot.domain.errors import SignInError
from bot.domain.operators import OPERATOR
from bot.domain.outcome import Answer, NoAnswer, NotSent, Presence, Reply, Sighting, sighted

_LARGEST = 1 << 20  # bytes read of an answer; a longer one is cut, and so unreadable


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often a request is attempted, and how long it waits in between.

    Args:
        delete: the most attempts at one DELETE.
        look_up: the same for a look-up.
        first_pause: seconds before the second attempt; doubled each time, and a little at random.
        longest_pause: the most of it, in seconds.
        throttled_pause: seconds after a 429 that names no `Retry-After`; the gateway's page says 2 to 5.
        concurrency: the most requests under way at once.
        looking: seconds for a look-up as a whole; its port promises ten.
    """

    delete: int = 4
    look_up: int = 2
    first_pause: float = 0.25
    longest_pause: float = 2.0
    throttled_pause: float = 3.0
    concurrency: int = 8
    looking: float = 10.0


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
        call = _Call(not_after, self._attempts, repeatable=False)
        await self._send(call, "DELETE", task_id, {"operator": operator}, self._attempts.delete)
        return call.reply

    async def look_up(self, task_id: str) -> Sighting:
        """Look whether the task is there, in at most 10 s; never raises for what the service or the network does."""
        if not TASK_ID.fullmatch(task_id):
            return Sighting(Presence.UNKNOWN, why="that is no task ID")
        call = _Call(time.monotonic() + self._attempts.looking, self._attempts, repeatable=True)
        await self._send(call, "GET", task_id, {}, self._attempts.look_up)
        return sighted(call.reply)

    async def _send(self, call: "_Call", method: str, task_id: str, headers: Mapping[str, str], attempts: int) -> None:
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
        except (httpx.HTTPError, OSError, SignInError, _ThrottledError, _TooLateError, TimeoutError):
            return  # `call.reply` has noted what it means

    async def _attempt(self, call: "_Call", method: str, task_id: str, headers: Mapping[str, str]) -> None:
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
        except SignInError as error:
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
            raise _ThrottledError(_retry_after(response))


class _Call:
    """One DELETE or one look-up, with all its attempts.

    Args:
        not_after: when to stop, in `time.monotonic()` seconds.
        attempts: how long to pause.
        repeatable: True where a request may be sent again although the first may have been executed.
    """

    def __init__(self, not_after: float, attempts: Attempts, *, repeatable: bool) -> None:
        self.not_after = not_after
        self.reply: Answer | NotSent | NoAnswer = NotSent("there was no time left to send it")  # were it cut off now
        self._attempts = attempts
        self._repeatable = repeatable

    async def trace(self, event: str, _info: object) -> None:
        """Hear of each step that httpcore takes: the last moment to stop, the first at which it may have left.

        Anything that is not the making of a connection counts as having left, so that an event of a name not yet known
        errs on the safe side.

        Raises:
            _TooLateError: the request was about to be sent after `not_after`.
        """
        if event.startswith("connection."):
            return
        if event.endswith("send_request_headers.started") and time.monotonic() >= self.not_after:
            raise _TooLateError
        self.reply = NoAnswer("no answer of CodeArts Check came in time")

    def worth_another(self, error: Exception) -> bool | float:
        """Whether to attempt again, or after how many seconds (stamina's backoff hook)."""
        match error:
            case _ThrottledError():
                pause = self._attempts.throttled_pause if error.retry_after is None else error.retry_after
                return pause if time.monotonic() + pause < self.not_after else False
            case SignInError():
                return error.passing
            case httpx.TransportError():
                return self._repeatable or isinstance(error, NEVER_LEFT)
        return False


class _ThrottledError(Exception):
    """429: certainly not executed."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("throttled")
        self.retry_after = retry_after


class _TooLateError(Exception):
    """The time was up just before the request would have left."""


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
