"""One request with its attempts: when the next attempt may start, and what is known if there is none."""

from collections.abc import Awaitable, Callable, Mapping

import httpx

from bot.codearts.error_codes import TRY_AGAIN
from bot.codearts.iam import NoTokenError
from bot.codearts.reply import NoAnswer, NotSent, Reply
from bot.codearts.retries import RetryPolicy
from bot.codearts.troubles import trouble
from bot.deletions import clock
from bot.domain.text import Text

SERVICE = "CodeArts Check"

NO_TIME_LEFT = NotSent(Text("There was no time left to send it."), TRY_AGAIN)
STOPPED = NotSent(Text("It was stopped just before it was sent."))
TIMED_OUT = NoAnswer(Text("{service} did not answer in time.", {"service": SERVICE}))


class ThrottledError(Exception):
    """429: certainly not executed.

    Args:
        retry_after: how many seconds the gateway asked to wait; None if it did not say.
    """

    def __init__(self, retry_after: float | None) -> None:
        super().__init__("throttled")
        self.retry_after = retry_after


class TooLateError(Exception):
    """The deadline passed just before the request would have been sent."""


class StoppedError(Exception):
    """The request may not be sent, or no longer: `may_send` said no."""


async def always() -> bool:
    """A `may_send` for requests that are always allowed."""
    return True


class InFlight:
    """One DELETE or one GET, with all its attempts.

    `reply` always holds what would be known if the request were cut off now.

    Args:
        not_after: the deadline, in `bot.deletions.clock.now()` seconds.
        policy: how long to pause.
        repeatable: whether it may be sent again even if an earlier attempt may have been executed.
        may_send: called just before the first byte of each attempt. If it raises, nothing is sent.
    """

    def __init__(
        self,
        not_after: float,
        policy: RetryPolicy,
        *,
        repeatable: bool,
        may_send: Callable[[], Awaitable[bool]] = always,
    ) -> None:
        self.not_after = not_after
        self.reply: Reply = NO_TIME_LEFT
        self.sent = False  # whether any byte of any attempt may have been sent
        self._left = False  # the same for the current attempt
        self._at_proxy = False  # whether a proxy is being asked for a tunnel
        self._policy = policy
        self._repeatable = repeatable
        self._may_send = may_send

    def begin_attempt(self) -> None:
        """Start another attempt, of which nothing has been sent yet."""
        self._left = self._at_proxy = False

    async def trace(self, event: str, info: Mapping[str, object]) -> None:
        """Follow httpcore's steps, to know the last moment to stop and the first at which bytes may have been sent.

        Connecting, asking a proxy for a tunnel and ending an exchange send nothing of the request. Any other step
        counts as sending, so that an unknown step errs on the safe side.

        Raises:
            TooLateError: the request was about to be sent after `not_after`.
            StoppedError: the request was about to be sent, but may not be.
        """
        if event.startswith(("connection.", "proxy.", "socks.")) or ".response_closed." in event:
            return
        if event.endswith("send_request_headers.started"):
            request = info.get("request")
            self._at_proxy = getattr(request, "method", b"") == b"CONNECT"
            if not self._at_proxy:
                await self._check()
        if not self._at_proxy:
            self.sent = self._left = True
            self.reply = TIMED_OUT

    async def _check(self) -> None:
        """Note how it ended. Earlier attempts were answered or never sent, so only this one decides what is known."""
        self.reply = NO_TIME_LEFT
        if not await self._may_send():
            self.reply = STOPPED
            raise StoppedError
        if clock.now() >= self.not_after:
            raise TooLateError

    def failed(self, error: Exception) -> None:
        """Note that an attempt ended without an answer."""
        found = trouble(error, SERVICE, at_proxy=self._at_proxy)
        self.reply = NoAnswer(found.why) if self._left else NotSent(found.why, found.hint, found.admin_hint)

    def worth_another(self, error: Exception) -> bool | float:
        """Whether to attempt again, or after how many seconds (stamina's backoff hook)."""
        match error:
            case ThrottledError():
                pause = self._policy.throttled_pause if error.retry_after is None else error.retry_after
                return pause if clock.now() + pause < self.not_after else False
            case NoTokenError():
                return error.passing
            case httpx.TransportError():
                if self._left:
                    return self._repeatable
                return trouble(error, SERVICE, at_proxy=self._at_proxy).passing
        return False
