"""Which call of the bot goes wrong, and how: each kind of fault has the same small chance."""

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import TypeVar

from codecheck_sandbox import codearts
from codecheck_sandbox.codearts.service import Api
from codecheck_sandbox.slack import faults as slack

_F = TypeVar("_F")

SLACK: Mapping[str, slack.Fault] = {
    "429": slack.RateLimited(retry_after=1),
    "503": slack.ServerError(),
    "503 after doing it": slack.ServerError(executed=True),
    "ratelimited in a 200": slack.ApiError("ratelimited"),
    "internal_error": slack.ApiError("internal_error"),
    "malformed body": slack.Reply(200, "<html>Bad Gateway</html>"),
    "slow": slack.Slow(2),
    "reset": slack.Drop(),
    "answer lost": slack.Drop(executed=True),
}
CODEARTS: Mapping[str, codearts.Fault] = {
    "429": codearts.Throttle(retry_after=1),
    "500": codearts.InternalError(http=500),
    "500 after doing it": codearts.InternalError(http=500, deleted=True),
    "error in a 200": codearts.Refuse("CC.00050012"),
    "malformed body": codearts.Garbage(),
    "slow": codearts.Delay(2),
    "accepted, done later": codearts.Accept(gone_after=3),
    "reset": codearts.Drop(),
    "answer lost": codearts.Drop(after_deleting=True),
}


def pick(at: float, share: float, kinds: Mapping[str, _F]) -> tuple[str, _F] | None:
    """The fault for a random number; None for most.

    Args:
        at: from 0 up to 1.
        share: how many calls of a hundred, divided by a hundred, get each kind.
        kinds: the kinds, by name.
    """
    number = int(at / share) if share else len(kinds)
    return list(kinds.items())[number] if number < len(kinds) else None


class Faults:
    """Decides about each call of the stand-ins, and counts.

    Args:
        share: as `pick` takes it.
        random: where the numbers come from.
    """

    def __init__(self, share: float, random: Random) -> None:
        self.share = share
        self.counted: Counter[str] = Counter()
        self._random = random

    def slack(self, _target: str) -> slack.Fault | None:
        """The fault of a call of Slack."""
        return self._next("Slack", SLACK)

    def codearts(self, api: Api) -> codearts.Fault | None:
        """The fault of a call of CodeArts Check or IAM; only a DELETE can be accepted, or done without an answer."""
        deleting = api == "DELETE"
        return self._next("CodeArts", CODEARTS if deleting else _LOOK_UPS)

    def happens(self, what: str, chances: int, act: Callable[[], object]) -> None:
        """Let something happen with the usual share, as often as it comes up in so many chances."""
        for _ in range(sum(self._random.random() < self.share for _ in range(chances))):
            self.counted[what] += 1
            act()

    def _next(self, whose: str, kinds: Mapping[str, _F]) -> _F | None:
        picked = pick(self._random.random(), self.share, kinds)
        if picked is None:
            return None
        self.counted[f"{whose}: {picked[0]}"] += 1
        return picked[1]


_LOOK_UPS = {name: fault for name, fault in CODEARTS.items() if name != "accepted, done later"}
