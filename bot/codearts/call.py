"""One request with its attempts: when the next one may be made, and what is known if there is none."""

import time
from dataclasses import dataclass

import httpx

from bot.codearts.connection import NEVER_LEFT
from bot.domain.errors import NoTokenError
from bot.domain.outcome import NoAnswer, NotSent, Reply


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


class ThrottledError(Exception):
    """429: certainly not executed."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("throttled")
        self.retry_after = retry_after


class TooLateError(Exception):
    """The time was up just before the request would have left."""


class Call:
    """One DELETE or one look-up, with all its attempts; `reply` is what is known of it, were it cut off now.

    Args:
        not_after: when to stop, in `time.monotonic()` seconds.
        attempts: how long to pause.
        repeatable: True where a request may be sent again although the first may have been executed.
    """

    def __init__(self, not_after: float, attempts: Attempts, *, repeatable: bool) -> None:
        self.not_after = not_after
        self.reply: Reply = NotSent("there was no time left to send it")
        self._attempts = attempts
        self._repeatable = repeatable

    async def trace(self, event: str, _info: object) -> None:
        """Hear of each step that httpcore takes: the last moment to stop, the first at which it may have left.

        Anything but the making of a connection and the end of an exchange counts as having left, so that an event of a
        name not yet known errs on the safe side.

        Raises:
            TooLateError: the request was about to be sent after `not_after`.
        """
        if event.startswith("connection.") or ".response_closed." in event:
            return
        if event.endswith("send_request_headers.started") and time.monotonic() >= self.not_after:
            raise TooLateError
        self.reply = NoAnswer("no answer of CodeArts Check came in time")

    def worth_another(self, error: Exception) -> bool | float:
        """Whether to attempt again, or after how many seconds (stamina's backoff hook)."""
        match error:
            case ThrottledError():
                pause = self._attempts.throttled_pause if error.retry_after is None else error.retry_after
                return pause if time.monotonic() + pause < self.not_after else False
            case NoTokenError():
                return error.passing
            case httpx.TransportError():
                return self._repeatable or isinstance(error, NEVER_LEFT)
        return False
