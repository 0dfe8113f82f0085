"""A log of the wire for people to read: signed headers are shown, secrets masked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SECRETS = ("x-auth-token", "x-security-token", "x-subject-token")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, and what was answered.

    Args:
        at: when it came, in seconds since 1970.
        method: the HTTP method.
        path: path and query.
        headers: the request's, masked.
        http: the HTTP status of the answer; 0 if there was none.
        answer: the answer's body, or what was done instead of answering; empty for IAM.
        request_id: the `X-Request-Id` of the answer.
    """

    at: float
    method: str
    path: str
    headers: Mapping[str, str]
    http: int
    answer: str
    request_id: str


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers that are safe to show: of tokens and signatures only the first characters."""
    return {name: _mask(name.lower(), value) for name, value in headers.items()}


def _mask(name: str, value: str) -> str:
    if name in _SECRETS:
        return f"{value[:4]}…"
    if name == "authorization":
        return re.sub(r"(Access|Signature)=([^,]{4})[^,]*", r"\1=\2…", value)
    return value
