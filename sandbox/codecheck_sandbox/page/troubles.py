"""The faults that Slack can be given, by the name in its panel."""

from dataclasses import dataclass

from codecheck_sandbox.slack import (
    EVERYTHING,
    RESPONSE_URL,
    ApiError,
    Drop,
    Hang,
    RateLimited,
    ServerError,
    SlackStandIn,
    Slow,
)
from codecheck_sandbox.slack.faults import Fault

TARGETS = {
    EVERYTHING: "any call",
    "chat.postMessage": "chat.postMessage",
    "chat.update": "chat.update",
    "views.open": "views.open",
    "views.publish": "views.publish",
    RESPONSE_URL: "a response_url",
}
FAULTS: dict[str, tuple[str, Fault]] = {
    "limited": ("429, Retry-After: 2", RateLimited(2)),
    "slow": ("answered 4 s late", Slow(4.0)),
    "error": ("HTTP 503, nothing done", ServerError()),
    "done": ("HTTP 503, done anyway", ServerError(executed=True)),
    "drop": ("connection cut, nothing done", Drop()),
    "dropped": ("connection cut, done anyway", Drop(executed=True)),
    "hang": ("no answer", Hang()),
    "internal": ("internal_error", ApiError()),
}


@dataclass(slots=True)
class Troubles:
    """The faults that are set, besides those that the stand-in keeps.

    Args:
        slack: the stand-in.
        double_click: whether the next click is two.
        down: whether Slack is down.
    """

    slack: SlackStandIn
    double_click: bool = False
    down: bool = False

    def fail_next(self, target: str, fault: str) -> None:
        """Let the next call to a target fail.

        Raises:
            KeyError: there is no such fault.
        """
        _, meant = FAULTS[fault]
        self.slack.fail_next(target, meant)

    def awaited(self) -> list[str]:
        """The faults of the next calls, in words."""
        names = {fault: name for name, fault in FAULTS.values()}
        return [
            f"{TARGETS.get(target, target)}: {names.get(fault, str(fault))}"
            for target, faults in self.slack.faults.awaited().items()
            for fault in faults
        ]

    def take_double_click(self) -> bool:
        """Whether the click that is about to be sent becomes two."""
        double, self.double_click = self.double_click, False
        return double

    async def go_down(self) -> None:
        """Take Slack down."""
        self.down = True
        await self.slack.down()

    def end_all(self) -> None:
        """End every fault."""
        self.down = False
        self.double_click = False
        self.slack.up()
        self.slack.faults.redeliver_next(1)
