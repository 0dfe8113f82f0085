"""What to try if Slack does not accept a message: another way to the people, or its plain text."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from bot.domain.errors import DeliveryDelayedError, UndeliverableError
from bot.slack.errors import AppRefusedError, MalformedMessageError
from bot.slack.views.message import Message

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")
Way = Callable[[], Awaitable[_T]]
"""One way to deliver a message. Raises `DeliveryError` if it does not work."""


async def try_in_turn(ways: list[Way[_T]]) -> _T:
    """Try the ways in turn until one works.

    Raises:
        DeliveryDelayedError: Slack says "not now" for one of them; or it refuses the app, and the others fail.
        UndeliverableError: all of them fail.
    """
    refusals = []
    kept = False
    for way in ways:
        try:
            return await way()
        except UndeliverableError as refusal:
            refusals.append(str(refusal))
        except AppRefusedError as refusal:
            refusals.append(str(refusal))
            kept = True
    said = ", then ".join(refusals)
    raise DeliveryDelayedError(said) if kept else UndeliverableError(said or "no response_url reaches the prompt")


async def or_plainly(send: Callable[[Message], Awaitable[_T]], message: Message) -> _T:
    """Send `message`; if Slack refuses its format, which is our bug, send only its text."""
    try:
        return await send(message)
    except MalformedMessageError as refusal:
        _log.error("message format refused, this is a bug", why=str(refusal), blocks=message.blocks)
        return await send(Message(message.text))
