"""The HTTP client that lives as long as the process, and what can go wrong on the way, in words."""

import logging
import socket
import ssl
from collections.abc import Iterator

import httpx

from bot.codearts.endpoints import checked_endpoint, is_loopback

# Raised before the first byte of a request has left.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)

# A DELETE is cut off by its own deadline, which is the shorter one; `pool` is how long a connection is waited for.
_TIMEOUT = httpx.Timeout(connect=5.0, read=30.0, write=10.0, pool=30.0)
_LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=8, keepalive_expiry=30.0)


def http_client(
    endpoint: str, auth: httpx.Auth | None = None, *, tls: ssl.SSLContext | None = None
) -> httpx.AsyncClient:
    """The client for one host: one for the life of the process, closed by whoever asked for it.

    Redirects are not followed: a signed DELETE goes where it was meant to or nowhere. The environment's proxy and
    certificates (`HTTPS_PROXY`, `SSL_CERT_FILE`) are heeded, since many companies reach the cloud only so, but not
    towards this machine.

    Args:
        endpoint: the base URL.
        auth: signs each request in.
        tls: what certificates to trust; by default those of well-known authorities, or of `SSL_CERT_FILE`.

    Raises:
        ValueError: credentials must not be sent to such an endpoint.
    """
    # At DEBUG, httpcore logs the headers of answers, and IAM's hold the token.
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    base_url = httpx.URL(checked_endpoint(endpoint))
    return httpx.AsyncClient(
        base_url=base_url,
        auth=auth,
        timeout=_TIMEOUT,
        limits=_LIMITS,
        follow_redirects=False,
        trust_env=not is_loopback(base_url.host),
        verify=tls or True,
        headers={"User-Agent": "codecheck-bot", "Accept": "application/json"},
    )


# The first that fits an error, or what lies beneath it, is said of the host.
_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLCertVerificationError, "its TLS certificate was refused"),
    (ssl.SSLError, "TLS failed"),
    (socket.gaierror, "its name was not found"),
    (ConnectionRefusedError, "it refused the connection"),
    (httpx.PoolTimeout, "no connection came free in time"),
    (httpx.ConnectTimeout, "it took too long to connect"),
    (httpx.ConnectError, "no connection could be made"),
    (httpx.ProxyError, "the proxy refused"),
    (httpx.UnsupportedProtocol, "its address has an unknown scheme"),
    (httpx.DecodingError, "its answer could not be decoded"),
    (TimeoutError, "no answer came in time"),
    (httpx.TimeoutException, "no answer came in time"),
)


def in_words(error: Exception) -> str:
    """What happened on the way, for a person; it holds no address, header or body."""
    chain = list(_beneath(error))
    for kind, words in _WORDS:
        if any(isinstance(link, kind) for link in chain):
            return words
    return "the connection was lost before the answer came"


def _beneath(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what caused it, down to the operating system's or the TLS library's own."""
    while error is not None:
        yield error
        error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__ or error.__context__
