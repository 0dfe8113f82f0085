"""Payloads as signed HTTP requests.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Sequence
from urllib.parse import urlencode

import aiohttp

from codecheck_sandbox.slack.delivery import Acknowledgement, NotAcknowledgedError, PayloadKind
from codecheck_sandbox.slack.payloads import Payload
from codecheck_sandbox.slack.wire import Exchange, Wire


def signed_headers(secret: str, body: str, timestamp: int) -> dict[str, str]:
    """The headers that prove a request's origin.

    Args:
        secret: the app's signing secret.
        body: the request's body, as it goes out.
        timestamp: seconds since 1970.
    """
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


class HttpDelivery:
    """Sends payloads to request URLs, in turn where there are several, as a load balancer before replicas would.

    Args:
        urls: the request URLs.
        signing_secret: signs every request.
        ack_seconds: how long the app has to answer.
        wire: notes each exchange.
    """

    def __init__(self, urls: Sequence[str], signing_secret: str, ack_seconds: float, wire: Wire) -> None:
        self.set_urls(urls)
        self._signing_secret = signing_secret
        self._ack_seconds = ack_seconds
        self._wire = wire
        # No connection is kept: one to an app that has been restarted would be dead.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=ack_seconds),
        )

    def set_urls(self, urls: Sequence[str]) -> None:
        """Send to these from now on."""
        self._urls = itertools.cycle(urls)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._session.close()

    async def deliver(self, kind: PayloadKind, payload: Payload) -> Acknowledgement:
        """Send one request. See `Delivery`."""
        form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        body = urlencode(form, errors="surrogatepass")  # a lone surrogate reaches the app as the bytes it is
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **signed_headers(self._signing_secret, body, int(time.time())),
        }
        url = next(self._urls)
        status, answer = 0, ""
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                status, answer = response.status, await response.text()
                return _acknowledgement(response, answer)
        except TimeoutError:
            answer = "no answer in time"
            raise NotAcknowledgedError("operation_timeout") from None
        except aiohttp.ClientError as error:
            answer = f"not reached: {error}"
            raise NotAcknowledgedError("dispatch_failed") from error
        except asyncio.CancelledError:
            answer = "given up"
            raise
        finally:
            self._wire.record(
                Exchange(
                    to="bot",
                    what=str(payload.get("type", kind)),
                    address=url,
                    headers=headers,
                    sent=json.dumps(payload),
                    status=status,
                    received=answer,
                )
            )


def _acknowledgement(response: aiohttp.ClientResponse, answer: str) -> Acknowledgement:
    if response.status != 200:  # noqa: PLR2004 - the one status that acknowledges
        raise NotAcknowledgedError("dispatch_failed")
    if not answer:
        return Acknowledgement(None)
    if response.content_type != "application/json":
        return Acknowledgement(answer)
    try:
        parsed: object = json.loads(answer)
    except ValueError:
        raise NotAcknowledgedError("dispatch_failed") from None
    return Acknowledgement(parsed if isinstance(parsed, dict) else None)
