"""Every request and answer between the bot, Slack and CodeArts Check, as the page shows them: one list, one clock."""

import json
import time
from collections import deque
from collections.abc import Callable
from itertools import count
from urllib.parse import parse_qsl

from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.codearts import Exchange as CodeArtsExchange
from codecheck_sandbox.slack import Exchange as SlackExchange
from codecheck_sandbox.slack import SlackStandIn

_KEPT = 300
_FORM = "application/x-www-form-urlencoded"


class WireLog:
    """The latest entries as JSON, oldest first; the stand-ins have masked the secrets.

    Args:
        slack: is watched.
        codearts: is watched.
    """

    def __init__(self, slack: SlackStandIn, codearts: CodeArtsStandIn) -> None:
        self._entries: deque[dict[str, object]] = deque(maxlen=_KEPT)
        self._numbers = count(1)
        self._watchers: list[Callable[[], None]] = []
        slack.wire.subscribe(self._from_slack)
        codearts.subscribe(self._from_codearts)

    def subscribe(self, watcher: Callable[[], None]) -> None:
        """Call a function after every new entry."""
        self._watchers.append(watcher)

    def after(self, number: int) -> list[dict[str, object]]:
        """The entries after this number."""
        return [entry for entry in self._entries if int(str(entry["number"])) > number]

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

    def _keep(self, **entry: object) -> None:
        self._entries.append({"number": next(self._numbers), "at": time.time(), **entry})
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
