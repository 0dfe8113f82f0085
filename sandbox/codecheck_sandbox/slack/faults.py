"""What can be made to go wrong between the bot and Slack, for one call or until it is ended.

That Slack refuses the app's token or lacks a scope is a matter of the installation: see `installation.py`.
"""

from collections import deque
from dataclasses import dataclass, field

from codecheck_sandbox.slack.delivery import Retry

EVERYTHING = "*"
RESPONSE_URL = "response_url"


@dataclass(frozen=True, slots=True)
class RateLimited:
    """429 with `Retry-After`, nothing executed."""

    retry_after: int = 1


@dataclass(frozen=True, slots=True)
class ServerError:
    """A 5xx without a body that means anything; by default nothing was executed."""

    status: int = 503
    executed: bool = False


@dataclass(frozen=True, slots=True)
class ApiError:
    """`{"ok": false, "error": …}`, nothing executed."""

    error: str = "internal_error"


@dataclass(frozen=True, slots=True)
class Reply:
    """Any status with any text, nothing executed: a response_url's 404 or 410, or a 200 without a body."""

    status: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Slow:
    """Executed, and answered that many seconds late."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer until the caller or the stand-in gives up; by default nothing was executed."""

    executed: bool = False


@dataclass(frozen=True, slots=True)
class Drop:
    """The connection is cut without an answer; by default nothing was executed."""

    executed: bool = False


Fault = RateLimited | ServerError | ApiError | Reply | Slow | Hang | Drop


@dataclass(slots=True)
class Faults:
    """The faults that are set. A target is a Web API method, `RESPONSE_URL` or `EVERYTHING`.

    Args:
        messages_per_second: if set, a message over this rate in one channel gets a 429 (Slack allows about 1).
        retry_after: what that 429 says, in seconds; until then the channel takes no message at all.
    """

    messages_per_second: float | None = None
    retry_after: int = 1
    copies: int = 1
    copies_as: Retry | None = None
    _next: dict[str, deque[Fault]] = field(default_factory=dict)
    _lasting: dict[str, Fault] = field(default_factory=dict)
    _open_again: dict[str, float] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def fail_next(self, target: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of the target meet a fault."""
        self._next.setdefault(target, deque()).extend([fault] * times)

    def fail_always(self, target: str, fault: Fault) -> None:
        """Let every call of the target meet a fault, until `clear`."""
        self._lasting[target] = fault

    def clear(self, target: str = EVERYTHING) -> None:
        """End the faults of one target, or all of them."""
        for faults in (self._next, self._lasting):
            if target == EVERYTHING:
                faults.clear()
            else:
                faults.pop(target, None)

    def awaited(self) -> dict[str, tuple[Fault, ...]]:
        """What the next calls of each target will meet."""
        return {target: tuple(faults) for target, faults in self._next.items() if faults}

    def redeliver_next(self, copies: int = 2, retry: Retry | None = None) -> None:
        """Let the app receive what somebody does next more than once, at the same time and with the same signature.

        Args:
            copies: how often in all.
            retry: the headers of a redelivery, which the copies after the first carry; None for plain doubles.
        """
        self.copies, self.copies_as = copies, retry

    def take_copies(self) -> list[Retry | None]:
        """How the payload that is about to go out is delivered, one entry for each copy."""
        copies: list[Retry | None] = [None, *[self.copies_as] * (self.copies - 1)]
        self.copies, self.copies_as = 1, None
        return copies

    def take(self, target: str) -> Fault | None:
        """What the call that has just come in meets; None if it goes well."""
        for key in (target, EVERYTHING):
            if self._next.get(key):
                return self._next[key].popleft()
        return self._lasting.get(target) or self._lasting.get(EVERYTHING)

    def over_rate(self, channel: str, now: float) -> bool:
        """Whether a message in the channel, now, is over the rate that is set; if not, it counts."""
        if self.messages_per_second is None:
            return False
        if now < (opens := self._open_again.get(channel, 0)):
            if channel not in self._told:
                self._told.add(channel)
                self._open_again[channel] = max(opens, now + self.retry_after)
            return True
        self._told.discard(channel)
        self._open_again[channel] = now + 1 / self.messages_per_second
        return False
