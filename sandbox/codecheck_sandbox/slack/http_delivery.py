"""Payloads as signed HTTP requests.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import itertools
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from codecheck_sandbox.slack.delivery import Acknowledgement, NotAcknowledgedError, PayloadKind, Retry
from codecheck_sandbox.slack.payloads import Payload
from codecheck_sandbox.slack.wire import Exchange, Wire, named


def signed_headers(secret: str, body: str, timestamp: int) -> dict[str, str]:
    """The headers that prove a request's origin.

    Args:
        secret: the app's signing secret.
        body: the request's body, exactly as sent.
        timestamp: seconds since 1970.
    """
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it was sent to the app, including secrets, so that tests can send it again.

    Args:
        url: where.
        headers: with the signature.
        body: the body that is signed.
    """

    url: str
    headers: Mapping[str, str]
    body: str


class HttpDelivery:
    """Sends payloads to request URLs, in turn if there are several, like a load balancer in front of replicas.

    Args:
        urls: the request URLs.
        signing_secret: signs every request.
        ack_seconds: how long the app has to answer.
        wire: records each exchange.
    """

    def __init__(self, urls: Sequence[str], signing_secret: str, ack_seconds: float, wire: Wire) -> None:
        self.set_urls(urls)
        self.sent: deque[SignedRequest] = deque(maxlen=100)
        self._signing_secret = signing_secret
        self._ack_seconds = ack_seconds
        self._wire = wire
        # No connection is kept: one to an app that has been restarted would be dead.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            timeout=aiohttp.ClientTimeout(total=ack_seconds),
        )

    def set_urls(self, urls: Sequence[str]) -> None:
        """Send to these URLs from now on."""
        self._urls = itertools.cycle(urls)

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def send_again(self, request: SignedRequest, retry: Retry | None = None) -> tuple[int, str]:
        """Send a request again unchanged, with the same signature. Returns the HTTP status and the text."""
        headers = dict(request.headers) | _retry_headers(retry)
        async with self._session.post(request.url, data=request.body, headers=headers) as response:
            return response.status, await response.text()

    async def deliver(
        self, kind: PayloadKind, payload: Payload, *, at: int, retry: Retry | None = None
    ) -> Acknowledgement:
        """Send one request. See `Delivery`."""
        if kind == "events_api":
            body, content_type = json.dumps(payload), "application/json"
        else:
            # A lone surrogate reaches the app as its bytes.
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(form, errors="surrogatepass"), "application/x-www-form-urlencoded"
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **signed_headers(self._signing_secret, body, at),
            **_retry_headers(retry),
        }
        url = next(self._urls)
        self.sent.append(SignedRequest(url, headers, body))
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
                    what=named(kind, payload),
                    address=url,
                    headers=headers,
                    sent=json.dumps(payload),
                    status=status,
                    received=answer,
                )
            )


def _retry_headers(retry: Retry | None) -> dict[str, str]:
    if retry is None:
        return {}
    return {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}


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
