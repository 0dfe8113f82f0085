"""Counts payloads, and measures how long Slack waits for their acknowledgement, over HTTP and Socket Mode alike."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractContextManager, nullcontext

from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.domain.lifecycle import Action
from bot.observability.metrics import ACKNOWLEDGED, ACTIONS, COMMANDS
from bot.observability.spans import payload
from bot.slack.action_ids import DECLINED, DELETION, GLASS_BROKEN, PAGE, REASON_GIVEN, TYPED

OTHER = "other"
"""The label for anything unknown, so that what people type cannot create labels."""
_PROMPT = frozenset(f"{DELETION}.{action}" for action in Action)
_BUTTONS = _PROMPT | {f"{PAGE}.older", f"{PAGE}.newer"}
_MODALS = frozenset({TYPED, DECLINED, GLASS_BROKEN, REASON_GIVEN})
_OF_A_DELETION = _PROMPT | _MODALS - {REASON_GIVEN}  # they name a deletion that is recorded


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
        surface, name = self._read(req.body)
        if surface == "command":
            COMMANDS.labels(name).inc()
        elif surface != OTHER:
            ACTIONS.labels(name).inc()
        span: AbstractContextManager[None] = nullcontext()
        if surface != OTHER:  # what people write to each other is no part of a trace
            span = payload(f"{surface} {name}", of_deletion=name in _OF_A_DELETION)
        with ACKNOWLEDGED.labels(surface).time(), span:
            await next()
        return resp

    def _read(self, body: dict[str, object]) -> tuple[str, str]:
        """Its surface and its name."""
        if "command" in body:
            word = str(body.get("text") or "help").split(maxsplit=1)[:1]
            name = word[0].lower() if word else "help"
            return "command", name if name in self._subcommands else OTHER
        match body:
            case {"type": "block_actions", "actions": [{"action_id": str(name)}, *_]}:
                return "button", name if name in _BUTTONS else OTHER
            case {"type": "view_submission", "view": {"callback_id": str(name)}}:
                return "modal", name if name in _MODALS else OTHER
        return OTHER, OTHER
