"""Where requests with credentials may be sent."""

from ipaddress import ip_address

import httpx

_EXAMPLE = "https://codearts-check.cn-north-4.myhuaweicloud.com"


def checked_endpoint(url: str) -> str:
    """The base URL unchanged, if requests with credentials may be sent there.

    Raises:
        ValueError: it is not a valid http(s) URL, has a user or a query, or is plain HTTP to another machine.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"this is not a valid URL; write it like {_EXAMPLE}") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"this is not a valid URL; write it like {_EXAMPLE}")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise ValueError("an endpoint is a scheme, a host and optionally a port, and nothing more")
    if parsed.scheme == "http" and not is_loopback(parsed.host):
        raise ValueError("plain http would send credentials in the clear: use https")
    return url


def is_loopback(host: str) -> bool:
    """True if `host` is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
