"""A signed request counts once.

Slack's signature is valid for five minutes, so anyone who captured a request could send it again: for example, a click
on "Delete" that was refused during a freeze. Each signature is remembered in Redis for longer than it is valid, since a
copy may reach another replica. A copy changes nothing, and is answered with an empty 200.

Slack sends commands and interactions only once. It resends events of the Events API that were not answered
(`x-slack-retry-num`), perhaps within the same second after a broken connection: with the same body and timestamp, and
so the same signature. That header is not signed, so it cannot tell a redelivery from a copy. Events are therefore let
through: no event confirms, cancels, freezes or deletes anything, and it must stay that way.
"""

from typing import Any, Protocol


class Replays(Protocol):
    """Remembers signatures for ten minutes."""

    def received(self, signature: str) -> None:
        """Note which request this and all work that it starts belong to.

        If it is a copy, whatever they ask of Redis raises `CopiedError`, and nothing is done.
        """

    async def first_time(self) -> bool:
        """Whether the received request is not known to be a copy; it is remembered now, if it was not yet.

        If Redis cannot say, this returns True: help and plain refusals are answered, and nothing else can have been.
        """


def counts_once(body: dict[str, Any]) -> bool:
    """Whether a payload is to be acted on only once: any but an event."""
    return body.get("type") != "event_callback" or "command" in body
