"""The SDK-HMAC-SHA256 signature of an API request, as the gateway checks it (API Request Signing Guide)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

ALGORITHM = "SDK-HMAC-SHA256"
DATE_HEADER = "X-Sdk-Date"  # YYYYMMDDTHHMMSSZ, at most 15 minutes off
DATE_FORMAT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Request:
    """A request to be sent.

    Args:
        method: in upper case.
        path: after the host; not encoded.
        query: names and values; not encoded.
        headers: its headers, without those that the signature adds.
        body: its body.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes = b""

    @cached_property
    def encoded_path(self) -> str:
        """The path as it is sent."""
        return quote(self.path, safe="/~")

    @cached_property
    def encoded_query(self) -> str:
        """The query as it is sent, and as it is signed."""
        return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(self.query))

    @property
    def target(self) -> str:
        """What follows the host in its URL."""
        return f"{self.encoded_path}?{self.encoded_query}" if self.query else self.encoded_path


def authorization(request: Request, signed: Mapping[str, str], access_key: str, secret_key: str) -> str:
    """The value of the `Authorization` header.

    Args:
        request: as it will be sent.
        signed: the headers to sign, `X-Sdk-Date` among them.
        access_key: identifies the key.
        secret_key: used directly, without key derivation.
    """
    lowered = {name.lower(): value for name, value in signed.items()}
    names = ";".join(sorted(lowered))
    canonical = hashlib.sha256(canonical_request(request, lowered).encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{lowered[DATE_HEADER.lower()]}\n{canonical}"
    signature = hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Access={access_key}, SignedHeaders={names}, Signature={signature}"


def canonical_request(request: Request, headers: Mapping[str, str]) -> str:
    """The request in the canonical form that both sides hash; `headers` have lower-case names."""
    path = request.encoded_path
    if not path.endswith("/"):
        path += "/"  # only in the signature; the request itself is sent without it
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    body = hashlib.sha256(request.body).hexdigest()
    return "\n".join([request.method, path, request.encoded_query, lines, ";".join(names), body])
