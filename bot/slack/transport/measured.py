"""Counts payloads, and measures how long Slack waits for their acknowledgement, over HTTP and Socket Mode alike."""

import time
from collections.abc import Awaitable, Callable, Collection

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.domain.lifecycle import Action
from bot.observability.metrics import ACKNOWLEDGED, ACTIONS, COMMANDS
from bot.slack.action_ids import DECLINED, DELETION, PAGE, REASON_GIVEN, TYPED

OTHER = "other"
"""The label for anything unknown, so that what people type cannot create labels."""
_BUTTONS = frozenset(f"{DELETION}.{action}" for action in Action) | {f"{PAGE}.older", f"{PAGE}.newer"}
_MODALS = frozenset({TYPED, DECLINED, REASON_GIVEN})


class Measured(AsyncMiddleware):
    """The first middleware, so that the time of all others counts too.

    Args:
        subcommands: the names of the subcommands that there are.
    """

    def __init__(self, subcommands: Collection[str]) -> None:
        self._subcommands = frozenset(subcommands)

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - so in Bolt
    ) -> BoltResponse | None:
        """Count the payload, and take the time."""
        surface = self._count(req.body)
        began = time.monotonic()
        try:
            await next()
        finally:
            ACKNOWLEDGED.labels(surface).observe(time.monotonic() - began)
        return resp

    def _count(self, body: dict[str, object]) -> str:
        """Count it by what it is. Returns its surface."""
        if "command" in body:
            word = str(body.get("text") or "help").split(maxsplit=1)[:1]
            name = word[0].lower() if word else "help"
            COMMANDS.labels(name if name in self._subcommands else OTHER).inc()
            return "command"
        match body:
            case {"type": "block_actions", "actions": [{"action_id": str(name)}, *_]}:
                ACTIONS.labels(name if name in _BUTTONS else OTHER).inc()
                return "button"
            case {"type": "view_submission", "view": {"callback_id": str(name)}}:
                ACTIONS.labels(name if name in _MODALS else OTHER).inc()
                return "modal"
        return OTHER
