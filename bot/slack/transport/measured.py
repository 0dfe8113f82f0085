"""Counts payloads, and measures how long Slack waits for their acknowledgement, over HTTP and Socket Mode alike."""

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from slack_bolt.async_app import AsyncApp
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


class MeasuredApp(AsyncApp):
    """A Bolt app that measures. A middleware could not: Bolt calls the listener only when it has returned.

    Args:
        subcommands: the names of the subcommands that there are.
        **options: Bolt's own.
    """

    def __init__(self, subcommands: Collection[str], **options: Any) -> None:
        super().__init__(**options)
        self._subcommands = frozenset(subcommands)

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Handle a payload, count it, and take the time."""
        surface, name = self._read(req.body)
        if surface == "command":
            COMMANDS.labels(name).inc()
        elif surface != OTHER:
            ACTIONS.labels(name).inc()
        span: AbstractContextManager[None] = nullcontext()
        if surface != OTHER:  # what people write to each other is no part of a trace
            span = payload(f"{surface} {name}", of_deletion=name in _OF_A_DELETION)
        with ACKNOWLEDGED.labels(surface).time(), span:
            return await super().async_dispatch(req)

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
