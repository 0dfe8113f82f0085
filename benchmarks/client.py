"""Slack's side: signed requests over a kept connection, one after the other."""

import json
import time
from urllib.parse import urlencode

import aiohttp

from codecheck_sandbox.slack.http_delivery import signed_headers


class SignedClient:
    """Sends requests as Slack does, and measures the time until each answer.

    Args:
        session: keeps the connections.
        secret: signs.
        url: the request URL.
    """

    def __init__(self, session: aiohttp.ClientSession, secret: str, url: str) -> None:
        self._session = session
        self._secret = secret
        self._url = url

    async def command(self, text: str) -> float:
        """Type `/codecheck {text}` as Alice. Returns seconds."""
        return await self._send(
            {
                "command": "/codecheck",
                "text": text,
                "team_id": "T01SANDBOX",
                "user_id": "U01ALICE",
                "channel_id": "C01QUALITY",
                "response_url": "",
                "trigger_id": "1.2.3",
            }
        )

    async def click(self, action: str, deletion_id: str, ts: str) -> float:
        """Press a button as Alice. Returns seconds."""
        payload = {
            "type": "block_actions",
            "team": {"id": "T01SANDBOX"},
            "user": {"id": "U01ALICE", "team_id": "T01SANDBOX"},
            "channel": {"id": "C01QUALITY"},
            "container": {"type": "message", "channel_id": "C01QUALITY", "message_ts": ts, "is_ephemeral": False},
            "actions": [{"type": "button", "action_id": action, "block_id": "b", "value": deletion_id}],
            "response_url": "",
            "trigger_id": "1.2.3",
        }
        return await self._send({"payload": json.dumps(payload)})

    async def _send(self, form: dict[str, str]) -> float:
        body = urlencode(form)
        headers = signed_headers(self._secret, body, int(time.time()))
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        async with self._session.post(self._url, data=body, headers=headers) as answer:
            await answer.read()
            if answer.status != 200:  # noqa: PLR2004 - the one status that acknowledges
                raise RuntimeError(f"HTTP {answer.status}")
        return time.perf_counter() - started
