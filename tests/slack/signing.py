"""Slack's side of HTTP: payloads, signed as Slack signs them."""

import hashlib
import hmac
import io
import json
import time
from urllib.parse import urlencode

import aiohttp

from bot.domain.identity import SlackUser

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def command_form(text: str, by: SlackUser, response_url: str = "", trigger_id: str = "1.2.3") -> str:
    """The body of `/codecheck {text}`, typed in the channel C1."""
    return urlencode(
        {
            "command": "/codecheck",
            "text": text,
            "team_id": by.team,
            "user_id": by.id,
            "channel_id": "C1",
            "response_url": response_url,
            "trigger_id": trigger_id,
        }
    )


def click_payload(
    action_id: str, value: str, by: SlackUser, *, ts: str = "1790000000.000100", response_url: str = ""
) -> dict[str, object]:
    """A click on a button of the message `ts` in C1; an empty `ts` stands for an ephemeral message."""
    return {
        "type": "block_actions",
        "team": {"id": "T1", "domain": "acme"},
        "user": {"id": by.id, "team_id": by.team},
        "channel": {"id": "C1", "name": "code-quality"},
        "container": {
            "type": "message",
            "channel_id": "C1",
            "message_ts": ts or "1790000000.000900",
            "is_ephemeral": not ts,
        },
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}],
        "response_url": response_url,
        "trigger_id": "1.2.3",
    }


def click_form(payload: dict[str, object]) -> str:
    """The body of an interaction."""
    return urlencode({"payload": json.dumps(payload)})


def signed_headers(body: str | bytes, *, secret: str = SECRET, at: int | None = None) -> dict[str, str]:
    """The headers with which Slack would send `body`; see "Verifying requests from Slack"."""
    timestamp = str(int(time.time()) if at is None else at)
    base = b"v0:" + timestamp.encode() + b":" + (body if isinstance(body, bytes) else body.encode())
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()}",
    }


class SignedSlack:
    """Sends to a bot's `/slack/events`."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    @property
    def port(self) -> int:
        """Where the bot listens."""
        return int(self._url.rpartition(":")[2])

    async def send(self, body: str | bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Send a body, signed unless `headers` say otherwise; the status and the text of the answer."""
        sent = signed_headers(body) if headers is None else headers
        stream = io.BytesIO(body if isinstance(body, bytes) else body.encode())
        async with self._session.post(f"{self._url}/slack/events", data=stream, headers=sent) as answer:
            return answer.status, await answer.text()

    async def request(self, method: str, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Send a request without a body, to any path, and follow no redirect."""
        url = f"{self._url}{path}"
        async with self._session.request(method, url, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text()
