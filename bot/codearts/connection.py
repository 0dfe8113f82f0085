"""Signed HTTP with one host, over connections that live as long as the process.

aiohttp sends a GET or DELETE again by itself if a kept connection turns out to be dead, which must not happen to a
DELETE. So each sending goes through `Flight.leave`, which raises if the request has left before.
"""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

import aiohttp
from aiohttp.connector import Connection
from yarl import URL

from bot.codearts.endpoints import checked_endpoint
from bot.codearts.measured_request import measured_request
from bot.codearts.signature import Request

# A DELETE is cut off earlier by its own deadline. `connect` includes a proxy's tunnel and TLS.
_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=10.0, sock_connect=5.0, sock_read=30.0)
_CONNECTIONS = 32  # more than `RetryPolicy` lets in, so that no request waits for one
_KEEP_ALIVE = 30.0  # seconds
_LONGEST_ANSWER = 1 << 20  # bytes; a longer answer is cut off, and so unreadable
# Some of the newer APIs answer in Chinese by default.
_HEADERS = {"User-Agent": "codecheck-bot", "Accept": "application/json", "X-Language": "en-us"}


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer.

    Args:
        status: the HTTP status code.
        headers: its headers, whose names have no case.
        body: what was read of its body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Auth(Protocol):
    """Signs requests, or adds a token."""

    async def headers(self, request: Request, refused: Mapping[str, str] | None = None) -> Mapping[str, str] | None:
        """The headers to add to a request that is about to be sent.

        Args:
            request: the request.
            refused: if the request has just been answered by a 401: the headers that it had.

        Returns:
            None if it should not be sent again.

        Raises:
            NoTokenError: there is no token, so it cannot be sent.
        """


class Flight(Protocol):
    """Follows a request: `bot.codearts.in_flight.InFlight`."""

    def begin_attempt(self) -> None:
        """Another attempt begins, of which nothing has been sent."""

    async def leave(self) -> None:
        """The first byte is about to leave, on a connection that is there. If this raises, it does not."""


class HttpClient:
    """Sends requests to one host.

    Args:
        session: holds the connections.
        endpoint: the host's URL.
        auth: signs each request, or adds a token.
        proxy: the URL of the proxy to use; None for a direct connection.
    """

    def __init__(
        self, session: aiohttp.ClientSession, endpoint: str, auth: Auth | None = None, proxy: str | None = None
    ) -> None:
        self.auth = auth
        self.proxied = proxy is not None
        self._session = session
        self._endpoint = endpoint.rstrip("/")
        self._host = URL(endpoint).host_port_subcomponent or ""
        self._proxy = proxy

    async def send(  # noqa: PLR0913 - what a request consists of
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        flight: Flight | None = None,
    ) -> HttpAnswer:
        """Send a request, and once more if it was answered by a 401 and there is a new token.

        Args:
            method: such as "GET".
            path: after the host; not encoded.
            query: not encoded.
            headers: more headers; those that matter to the gateway are signed.
            body: its body, JSON.
            flight: follows it.

        Raises:
            aiohttp.ClientError: no answer came. It may have been sent: `flight` knows.
            OSError, TimeoutError: the same.
            NoTokenError: there is no token, so it was not sent.
        """
        common = {"Host": self._host, "Content-Type": "application/json", **(headers or {})}
        parameters = tuple((name, str(value)) for name, value in (query or {}).items())
        request = Request(method, path, parameters, common, body)
        signed = await self.auth.headers(request) if self.auth is not None else {}
        answer = await self._measured(request, signed or {}, flight)
        if answer.status == HTTPStatus.UNAUTHORIZED and self.auth is not None:
            renewed = await self.auth.headers(request, refused=signed)
            if renewed is not None:
                return await self._measured(request, renewed, flight)
        return answer

    async def _measured(self, request: Request, signed: Mapping[str, str], flight: Flight | None) -> HttpAnswer:
        url = URL(self._endpoint + request.target, encoded=True)
        return await measured_request(request.method, url, self._exchange(request, url, signed, flight))

    async def _exchange(
        self, request: Request, url: URL, signed: Mapping[str, str], flight: Flight | None
    ) -> HttpAnswer:
        if flight is not None:
            flight.begin_attempt()

        async def follow(sending: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
            assert isinstance(sending, _Followed)  # noqa: S101 - the session makes no others
            sending.flight = flight
            return await send(sending)

        async with self._session.request(
            request.method,
            url,
            headers={**request.headers, **signed},
            data=request.body or None,
            allow_redirects=False,
            proxy=self._proxy,
            middlewares=(follow,),
        ) as response:
            body = bytearray()
            while len(body) <= _LONGEST_ANSWER and (chunk := await response.content.readany()):
                body += chunk
            return HttpAnswer(response.status, response.headers, bytes(body[:_LONGEST_ANSWER]))


class _Followed(aiohttp.ClientRequest):
    """A request that asks its flight before it is sent. A proxy is asked for a tunnel by a request of aiohttp's own."""

    flight: Flight | None = None

    async def send(self, conn: Connection) -> aiohttp.ClientResponse:
        if self.flight is not None:
            await self.flight.leave()
        return await super().send(conn)


@asynccontextmanager
async def http_client(
    endpoint: str,
    auth: Auth | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    proxy: str | None = None,
    limits: aiohttp.ClientTimeout = _TIMEOUT,
) -> AsyncIterator[HttpClient]:
    """The client for one host.

    Redirects are not followed: a signed DELETE must never go to another host. The environment is not read here:
    `bot.settings.proxies` says which proxy to use for which host. If the host's name has several addresses, those that
    do not answer are skipped (RFC 8305; aiohttp starts the next after 0.25 s).

    Args:
        endpoint: the base URL.
        auth: signs each request, or adds a token.
        tls: which certificates to trust; by default those that OpenSSL finds, or those in `SSL_CERT_FILE`.
        proxy: the URL of the proxy to use; None for a direct connection.
        limits: on the time for each phase of a request.

    Raises:
        ValueError: credentials must not be sent to such an endpoint.
    """
    checked_endpoint(endpoint)
    connector = aiohttp.TCPConnector(
        limit=_CONNECTIONS, keepalive_timeout=_KEEP_ALIVE, ssl=tls or ssl.create_default_context()
    )
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=_HEADERS,
        request_class=_Followed,
        timeout=limits,
    ) as session:
        yield HttpClient(session, endpoint, auth, proxy)
