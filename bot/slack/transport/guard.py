"""What stands before Bolt's ASGI adapter, which reads bodies without a bound, and parses before it checks who signed.

Refused here: a body over 1 MiB (413), a request not in UTF-8 (400), one that Slack did not sign (401); and what was
signed but cannot be parsed (400). Nothing of such a request is logged.
"""

from collections.abc import Mapping

import structlog
from slack_sdk.signature import SignatureVerifier
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LIMIT = 1_048_576  # bytes; Slack's own payloads stay far below

_log = structlog.get_logger(__name__)


class Guard:
    """An ASGI app that lets through what Slack may have sent.

    Args:
        inner: Bolt's adapter.
        signing_secret: what Slack signs with.
    """

    def __init__(self, inner: ASGIApp, signing_secret: str) -> None:
        self._inner = inner
        self._verifier = SignatureVerifier(signing_secret)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        body = await _read(receive)
        if body is None:
            await _refuse(413, f"at most {LIMIT} bytes", scope, receive, send)
            return
        headers = _decoded(scope, body)
        if headers is None:
            await _refuse(400, "not UTF-8", scope, receive, send)
            return
        if not self._signed(headers, body):
            await _refuse(401, "not signed by Slack", scope, receive, send)
            return
        try:
            await self._inner(scope, _replay(body), send)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:  # Bolt's parsing, no more
            _log.warning("a signed request could not be parsed", why=type(error).__name__)
            await _refuse(400, "not parsable", scope, receive, send)

    def _signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        timestamp = headers.get("x-slack-request-timestamp", "")
        signature = headers.get("x-slack-signature", "")
        if not (timestamp.isdecimal() and signature.isascii()):
            return False  # the verifier would raise
        return self._verifier.is_valid(body, timestamp, signature)


async def _read(receive: Receive) -> bytes | None:
    """The whole body; None as soon as it is longer than `LIMIT`, or the client has gone."""
    body = bytearray()
    while True:
        chunk = await receive()
        if chunk["type"] != "http.request":
            return None
        body += chunk.get("body", b"")
        if len(body) > LIMIT:
            return None
        if not chunk.get("more_body", False):
            return bytes(body)


def _decoded(scope: Scope, body: bytes) -> dict[str, str] | None:
    """The headers; None where they, the query or the body are not UTF-8."""
    try:
        body.decode()
        scope["query_string"].decode()
        return {name.decode(): value.decode() for name, value in scope["headers"]}
    except UnicodeDecodeError:
        return None


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _refuse(status: int, why: str, scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(why, status_code=status)(scope, receive, send)
