"""A log of what went over the wire between the bot and Slack, with the secrets masked."""

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

_SECRETS = re.compile(r"(xox[a-z]-|xapp-\d-|/(?:commands|actions)/T\w+/\d+/|[?&]ticket=)[\w-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came back.

    Args:
        to: the receiver.
        what: the Web API method, `response_url`, or the kind of payload.
        address: its URL or path.
        headers: those of the request.
        sent: its body.
        status: the HTTP status; 0 if none came.
        received: the answer's body, or what happened instead.
    """

    to: Literal["slack", "bot"]
    what: str
    address: str
    headers: Mapping[str, str]
    sent: str
    status: int
    received: str


def named(kind: str, payload: Mapping[str, object]) -> str:
    """What the log calls a payload: an event by its own type, an interaction by its type, else the kind."""
    event = payload.get("event")
    return str(event.get("type") if isinstance(event, dict) else payload.get("type", kind))


class Wire:
    """The latest exchanges, oldest first.

    Args:
        secret: a value without a recognisable form, masked everywhere.
        kept: how many are kept.
    """

    def __init__(self, secret: str, kept: int = 5_000) -> None:
        self.exchanges: deque[Exchange] = deque(maxlen=kept)
        self._secret = secret
        self._watchers: list[Callable[[Exchange], None]] = []

    def subscribe(self, watcher: Callable[[Exchange], None]) -> Callable[[], None]:
        """Call a function with every exchange, at once. Returns a function that ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def calls(self, what: str) -> list[Exchange]:
        """The exchanges of one Web API method or kind of payload."""
        return [exchange for exchange in self.exchanges if exchange.what == what]

    def record(self, exchange: Exchange) -> None:
        """Record an exchange, masked."""
        masked = replace(
            exchange,
            address=self._masked(exchange.address),
            headers={name: self._masked(value) for name, value in exchange.headers.items()},
            sent=self._masked(exchange.sent),
            received=self._masked(exchange.received),
        )
        self.exchanges.append(masked)
        for watcher in tuple(self._watchers):
            watcher(masked)

    def _masked(self, text: str) -> str:
        return _SECRETS.sub(r"\1***", text).replace(self._secret, "***")
