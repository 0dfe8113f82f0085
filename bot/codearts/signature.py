"""The SDK-HMAC-SHA256 signature of an API request, as the gateway checks it (API Request Signing Guide)."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import quote

import httpx

ALGORITHM = "SDK-HMAC-SHA256"
DATE_HEADER = "X-Sdk-Date"  # YYYYMMDDTHHMMSSZ, at most 15 minutes off
DATE_FORMAT = "%Y%m%dT%H%M%SZ"


def authorization(request: httpx.Request, signed: Iterable[str], access_key: str, secret_key: str) -> str:
    """The value of the `Authorization` header.

    Args:
        request: as it will be sent, with its body read.
        signed: the names of the headers to sign, `X-Sdk-Date` among them.
        access_key: identifies the key.
        secret_key: used directly, without key derivation.
    """
    lowered = {name.lower(): request.headers[name] for name in signed}
    names = ";".join(sorted(lowered))
    canonical = _hash(canonical_request(request.method, request.url, lowered, request.content).encode())
    to_sign = f"{ALGORITHM}\n{lowered[DATE_HEADER.lower()]}\n{canonical}"
    signature = hmac.new(secret_key.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Access={access_key}, SignedHeaders={names}, Signature={signature}"


def canonical_request(method: str, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> str:
    """The request in the canonical form that both sides hash; `headers` have lower-case names."""
    path = quote(url.path, safe="/~")  # `url.path` is decoded
    if not path.endswith("/"):
        path += "/"  # only in the signature; the request itself is sent without it
    query = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(url.params.multi_items()))
    names = sorted(headers)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    return "\n".join([method.upper(), path, query, lines, ";".join(names), _hash(body)])


def _encoded(text: str) -> str:
    return quote(text, safe="~")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
