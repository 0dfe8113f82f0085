"""Every request and answer between the bot, Slack and CodeArts Check, as the page shows them: one list, one clock."""

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import parse_qsl

from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.codearts import Exchange as CodeArtsExchange
from codecheck_sandbox.slack import Exchange as SlackExchange
from codecheck_sandbox.slack import SlackStandIn

_KEPT = 300
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer; the stand-ins have masked the secrets.

    Args:
        number: counts up.
        at: when the answer went out, in seconds since 1970.
        way: who asked whom.
        what: the method or the kind of payload.
        address: where it went.
        headers: the request's.
        sent: the request's body.
        status: the HTTP status; 0 where there was none.
        received: the answer's body, or what happened instead.
    """

    number: int
    at: float
    way: str
    what: str
    address: str
    headers: dict[str, str]
    sent: str
    status: int
    received: str


class WireLog:
    """The latest entries, oldest first.

    Args:
        slack: is watched.
        codearts: is watched.
    """

    def __init__(self, slack: SlackStandIn, codearts: CodeArtsStandIn) -> None:
        self.entries: deque[dict[str, object]] = deque(maxlen=_KEPT)
        self._number = 0
        self._watchers: list[Callable[[], None]] = []
        slack.wire.subscribe(self._from_slack)
        codearts.subscribe(self._from_codearts)

    def subscribe(self, watcher: Callable[[], None]) -> None:
        """Have a function called after every new entry."""
        self._watchers.append(watcher)

    def after(self, number: int) -> list[dict[str, object]]:
        """The entries after that number."""
        return [entry for entry in self.entries if int(str(entry["number"])) > number]

    def _from_slack(self, exchange: SlackExchange) -> None:
        self._keep(
            way="bot → Slack" if exchange.to == "slack" else "Slack → bot",
            what=exchange.what,
            address=exchange.address,
            headers=dict(exchange.headers),
            sent=_readable(exchange.sent, exchange.headers.get("Content-Type", "")),
            status=exchange.status,
            received=_readable(exchange.received),
        )

    def _from_codearts(self, exchange: CodeArtsExchange) -> None:
        self._keep(
            way="bot → CodeArts Check",
            what=f"{exchange.method} {exchange.path}",
            address=exchange.path,
            headers=dict(exchange.headers),
            sent="",
            status=exchange.http,
            received=_readable(exchange.answer),
        )

    def _keep(  # noqa: PLR0913 - one for each field
        self, *, way: str, what: str, address: str, headers: dict[str, str], sent: str, status: int, received: str
    ) -> None:
        self._number += 1
        self.entries.append(
            asdict(Entry(self._number, time.time(), way, what, address, headers, sent, status, received))
        )
        for watcher in self._watchers:
            watcher()


def _readable(body: str, content_type: str = "") -> str:
    """JSON with line breaks, a form as JSON; anything else as it is."""
    try:
        parsed: object = json.loads(body)
    except (ValueError, RecursionError):
        if not content_type.startswith(_FORM):
            return body
        parsed = dict(parse_qsl(body))
    return json.dumps(parsed, indent=2, ensure_ascii=False)
