"""The HTTP client for one host. It lives as long as the process."""

import logging
import ssl

import httpx

from bot.codearts.endpoints import checked_endpoint
from bot.codearts.measured_client import MeasuredClient
from bot.unacknowledged import given_up_after

# A DELETE is cut off earlier by its own deadline; `pool` limits the wait for a free connection.
_TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=10.0, pool=30.0)
_UNACKNOWLEDGED = 5.0  # seconds
_LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=30.0)


def http_client(
    endpoint: str, auth: httpx.Auth | None = None, *, tls: ssl.SSLContext | None = None, proxy: str | None = None
) -> httpx.AsyncClient:
    """The client for one host; the caller closes it.

    Redirects are not followed: a signed DELETE must never go to another host. The environment is not read here:
    `bot.settings.proxies` says which proxy to use for which host. If the host's name has several addresses, those that
    do not answer are skipped (RFC 8305; anyio starts the next after 0.25 s).

    Args:
        endpoint: the base URL.
        auth: signs each request, or adds a token.
        tls: which certificates to trust; by default those that OpenSSL finds, or those in `SSL_CERT_FILE`.
        proxy: the URL of the proxy to use; None for a direct connection.

    Raises:
        ValueError: credentials must not be sent to such an endpoint.
    """
    # At DEBUG, httpcore logs response headers, and IAM's contain the token.
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    transport = httpx.AsyncHTTPTransport(
        verify=tls or ssl.create_default_context(),
        trust_env=False,
        limits=_LIMITS,
        proxy=proxy,
        socket_options=given_up_after(_UNACKNOWLEDGED),
    )
    return MeasuredClient(
        base_url=httpx.URL(checked_endpoint(endpoint)),
        auth=auth,
        timeout=_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        transport=transport,
        # Some of the newer APIs answer in Chinese by default.
        headers={"User-Agent": "codecheck-bot", "Accept": "application/json", "X-Language": "en-us"},
    )
