"""A signed request counts once.

Slack's signature is valid for five minutes, so anyone who captured a request could send it again: for example, a click
on "Delete" that was refused during a freeze. Each signature is remembered in Redis for longer than it is valid, since a
copy may reach another replica. A copy is answered with 200 and does nothing.

Slack sends commands and interactions only once. It resends events of the Events API that were not answered
(`x-slack-retry-num`), perhaps within the same second after a broken connection: with the same body and timestamp, and
so the same signature. That header is not signed, so it cannot tell a redelivery from a copy. Events are therefore let
through: no event confirms, cancels, freezes or deletes anything, and it must stay that way.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

_log = structlog.get_logger(__name__)


class Replays(Protocol):
    """Remembers signatures for ten minutes."""

    async def first_time(self, signature: str) -> bool:
        """Whether this signature is not known to have been seen before; it is remembered now.

        If Redis cannot say, this returns True, and every later call to Redis for this request fails: help and plain
        refusals are still answered, and nothing is done.
        """


class OnlyOnce(AsyncMiddleware):
    """Stops copies of a request.

    Args:
        replays: remembers signatures.
    """

    def __init__(self, replays: Replays) -> None:
        self._replays = replays

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - so in Bolt
    ) -> BoltResponse | None:
        """Let `req` through if it is not a copy."""
        (signature, *_) = req.headers["x-slack-signature"]
        if _is_event(req.body) or await self._replays.first_time(signature):
            await next()
            return resp
        _log.warning("copied request ignored", type=str(req.body.get("type") or "slash command"))
        return BoltResponse(status=200, body="")


def _is_event(body: dict[str, Any]) -> bool:
    return body.get("type") == "event_callback" and "command" not in body
