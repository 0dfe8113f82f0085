"""What can be made to go wrong between the bot and Slack, for one call or until it is ended."""

from collections import deque
from dataclasses import dataclass, field

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


Fault = RateLimited | ServerError | ApiError | Slow | Hang | Drop


@dataclass(slots=True)
class Faults:
    """The faults that are set. A target is a Web API method, `RESPONSE_URL` or `EVERYTHING`.

    Args:
        messages_per_second: where set, messages over this rate in one channel get a 429 (Slack allows about 1).
    """

    messages_per_second: float | None = None
    _copies: int = 1
    _next: dict[str, deque[Fault]] = field(default_factory=dict)
    _lasting: dict[str, Fault] = field(default_factory=dict)
    _last_message: dict[str, float] = field(default_factory=dict)

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

    @property
    def copies(self) -> int:
        """How often the next payload will be delivered."""
        return self._copies

    def redeliver_next(self, copies: int = 2) -> None:
        """Let the app receive what somebody does next more than once, at the same time."""
        self._copies = copies

    def take_copies(self) -> int:
        """How often the payload that is about to go out is delivered."""
        copies, self._copies = self._copies, 1
        return copies

    def take(self, target: str) -> Fault | None:
        """What the call that has just come in meets; None where it goes well."""
        for key in (target, EVERYTHING):
            if self._next.get(key):
                return self._next[key].popleft()
        return self._lasting.get(target) or self._lasting.get(EVERYTHING)

    def over_rate(self, channel: str, now: float) -> bool:
        """Whether a message in the channel, now, is over the rate that is set; where not, it counts."""
        if self.messages_per_second is None:
            return False
        if now - self._last_message.get(channel, float("-inf")) < 1 / self.messages_per_second:
            return True
        self._last_message[channel] = now
        return False
