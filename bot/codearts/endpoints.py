"""Where requests that carry credentials may go."""

from ipaddress import ip_address

import httpx


def checked_endpoint(url: str) -> str:
    """The base URL as it stands, where requests that carry credentials may go.

    Raises:
        ValueError: it is no http(s) URL, carries a user or a query, or is plain HTTP to another machine.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(
            "this is not a URL; write it like https://codearts-check.cn-north-4.myhuaweicloud.com"
        ) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError("this is not a URL; write it like https://codearts-check.cn-north-4.myhuaweicloud.com")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise ValueError("an endpoint is a scheme, a host and perhaps a port, and nothing more")
    if parsed.scheme == "http" and not is_loopback(parsed.host):
        raise ValueError("plain http would send credentials in the clear: use https")
    return url


def is_loopback(host: str) -> bool:
    """True where `host` is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
