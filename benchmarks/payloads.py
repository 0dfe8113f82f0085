"""Slack's side of the wire: what it sends, and how long it waits."""

import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from itertools import count
from urllib.parse import urlencode

import aiohttp

from codecheck_sandbox.slack.http_delivery import signed_headers
from codecheck_sandbox.slack.payloads import Payload

TEAM = "T01SANDBOX"
_trigger = count(1)  # makes each payload another, or the bot would take it for a copy


def command(text: str, user: str, channel: str) -> Payload:
    """Someone types `/codecheck {text}`."""
    return {
        "command": "/codecheck",
        "text": text,
        "team_id": TEAM,
        "user_id": user,
        "channel_id": channel,
        "response_url": "",
        "trigger_id": f"{next(_trigger)}.2.3",
    }


def click(action: str, deletion_id: str, user: str, channel: str, ts: str) -> Payload:
    """Someone presses a button of a deletion's prompt.

    Args:
        action: the button's action ID.
        deletion_id: its value.
        user: who.
        channel: where the prompt is.
        ts: which message it is.
    """
    return {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "channel": {"id": channel},
        "container": {"type": "message", "channel_id": channel, "message_ts": ts, "is_ephemeral": False},
        "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": deletion_id}],
        "response_url": "",
        "trigger_id": f"{next(_trigger)}.2.3",
    }


class Client:
    """Slack, as a server sees it: one kept connection, one request after the other.

    Args:
        session: aiohttp's, whose own time is in every figure.
        url: of the server.
        secret: signs what is posted.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, secret: str) -> None:
        self._session = session
        self._url = url
        self._secret = secret

    async def healthz(self) -> float:
        """GET /healthz. Returns the seconds until the answer had come."""
        return await self._timed("GET", "/healthz")

    async def post(self, payload: Payload) -> float:
        """POST a payload, signed as Slack does. Returns the seconds until it was acknowledged.

        Raises:
            RuntimeError: it was not acknowledged with 200.
        """
        form = payload if "command" in payload else {"payload": json.dumps(payload)}
        body = urlencode(form)
        headers = signed_headers(self._secret, body, int(time.time()))
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return await self._timed("POST", "/slack/events", body, headers)

    async def _timed(self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> float:
        started = time.perf_counter()
        async with self._session.request(method, self._url + path, data=body or None, headers=headers) as answer:
            said = await answer.text()
        taken = time.perf_counter() - started
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"{answer.status}: {said[:200]}")
        return taken
