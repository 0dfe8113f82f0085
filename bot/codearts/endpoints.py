"""Where CodeArts Check and IAM live.

The host and the region are separate settings: the newest API page serves some regions' tasks through other regions'
hosts, so an endpoint that is given wins over the one made from the region.
"""

import re
from ipaddress import ip_address

import httpx

# Regions in which the service has been seen, for suggestions; any name of this shape is accepted.
KNOWN_REGIONS = (
    "cn-north-4",
    "cn-north-1",
    "cn-east-2",
    "cn-south-1",
    "cn-east-3",
    "la-north-2",
    "sa-brazil-1",
    "ap-southeast-3",
)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,3}")


def endpoint_of(region: str) -> str:
    """The base URL of CodeArts Check in a region.

    Raises:
        ValueError: no region has such a name.
    """
    return f"https://codearts-check.{_checked(region)}.myhuaweicloud.com"


def iam_endpoint_of(region: str) -> str:
    """The base URL of IAM in a region. Raises as `endpoint_of` does."""
    return f"https://iam.{_checked(region)}.myhuaweicloud.com"


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


def _checked(region: str) -> str:
    if not _REGION.fullmatch(region):
        raise ValueError(f"a region is named like {', '.join(KNOWN_REGIONS[:3])}, ...")
    return region
