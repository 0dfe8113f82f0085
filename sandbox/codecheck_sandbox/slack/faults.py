"""Faults between the bot and Slack, for one call or until they are cleared.

For a refused token or a missing scope see `installation.py`.
"""

from collections import deque
from collections.abc import Callable
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
    """A 5xx without a useful body; by default nothing was executed."""

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
    """Executed, and answered this many seconds late."""

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
        retry_after: the seconds in that 429; until then the channel accepts no messages.
        by_chance: asked about each call that has no other fault, with its target.
    """

    messages_per_second: float | None = None
    retry_after: int = 1
    copies: int = 1
    copies_as: Retry | None = None
    by_chance: Callable[[str], Fault | None] = field(default=lambda _: None)
    _next: dict[str, deque[Fault]] = field(default_factory=dict)
    _lasting: dict[str, Fault] = field(default_factory=dict)
    _open_again: dict[str, float] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def fail_next(self, target: str, fault: Fault, times: int = 1) -> None:
        """Give the next calls of the target a fault each."""
        self._next.setdefault(target, deque()).extend([fault] * times)

    def fail_always(self, target: str, fault: Fault) -> None:
        """Give every call of the target a fault, until `clear`."""
        self._lasting[target] = fault

    def clear(self, target: str = EVERYTHING) -> None:
        """Clear the faults of one target, or all of them."""
        for faults in (self._next, self._lasting):
            if target == EVERYTHING:
                faults.clear()
            else:
                faults.pop(target, None)

    def awaited(self) -> dict[str, tuple[Fault, ...]]:
        """The faults of the next calls of each target."""
        return {target: tuple(faults) for target, faults in self._next.items() if faults}

    def redeliver_next(self, copies: int = 2, retry: Retry | None = None) -> None:
        """Deliver the next action more than once, at the same time and with the same signature.

        Args:
            copies: how often in all.
            retry: the headers of a redelivery, which the copies after the first carry; None for plain doubles.
        """
        self.copies, self.copies_as = copies, retry

    def take_copies(self) -> list[Retry | None]:
        """How the next payload is delivered: one entry for each copy."""
        copies: list[Retry | None] = [None, *[self.copies_as] * (self.copies - 1)]
        self.copies, self.copies_as = 1, None
        return copies

    def take(self, target: str) -> Fault | None:
        """The fault of the call that has just arrived; None if there is none."""
        for key in (target, EVERYTHING):
            if self._next.get(key):
                return self._next[key].popleft()
        return self._lasting.get(target) or self._lasting.get(EVERYTHING) or self.by_chance(target)

    def over_rate(self, channel: str, now: float) -> bool:
        """Whether a message in the channel would now exceed the rate limit; if not, it is counted."""
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
