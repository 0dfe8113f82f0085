"""The gateway's check of an SDK-HMAC-SHA256 signature, after the signing guide, from the raw request only."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from string import ascii_letters, digits

from codecheck_sandbox.codearts.accounts import Account

WINDOW = 15 * 60  # seconds that X-Sdk-Date may be off
STRIKES = 5  # this many wrong signatures in a row lock a key
LOCKED_FOR = 5 * 60  # seconds

_AUTHORIZATION = re.compile(r"SDK-HMAC-SHA256 Access=([^,\s]+), SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})")
_UNRESERVED = frozenset(f"{ascii_letters}{digits}-_.~".encode())
_REFUSED = "Incorrect IAM authentication information: "


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as received.

    Args:
        method: the HTTP method.
        target: path and query, still encoded.
        headers: by lower-case name.
        body: as received.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query, decoded."""
        return _decode(self.target.partition("?")[0]).decode(errors="replace")


class SignatureError(Exception):
    """APIGW.0301. As in the real service, its text can contain the canonical request or the access key."""


@dataclass(slots=True)
class _Key:
    account: Account
    strikes: int = 0
    locked_until: float = 0.0


class KeyRing:
    """The access keys, and how many wrong signatures in a row each has had.

    Args:
        accounts: whose keys.
    """

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._keys = {account.access_key: _Key(account) for account in accounts}

    def verify(self, request: RawRequest, now: float) -> Account:
        """The account that signed the request.

        Raises:
            SignatureError: it is not signed, or not with a valid key.
        """
        match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if match is None:
            raise SignatureError(f"{_REFUSED}x-auth-token or a valid Authorization header not found")
        access_key, names, signature = match.groups()
        key = self._keys.get(access_key)
        if key is None:
            raise SignatureError(f"{_REFUSED}the ak {access_key} does not exist")
        if now < key.locked_until:
            raise SignatureError(f"{_REFUSED}the ak {access_key} is locked")
        try:
            _check(request, key.account, names.split(";"), signature, now)
        except SignatureError:
            key.strikes += 1
            if key.strikes >= STRIKES:
                key.strikes, key.locked_until = 0, now + LOCKED_FOR
            raise
        key.strikes = 0
        return key.account


def _check(request: RawRequest, account: Account, signed: list[str], signature: str, now: float) -> None:
    required = {"host", "x-sdk-date"} | ({"operator"} & request.headers.keys())
    if not required <= set(signed) or not set(signed) <= request.headers.keys() or signed != sorted(signed):
        raise SignatureError(f"{_REFUSED}signed headers {signed} are not those of the request")
    date = request.headers["x-sdk-date"]
    try:
        signed_at = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise SignatureError(f"{_REFUSED}x-sdk-date {date} is not a date") from None
    if abs(signed_at - now) > WINDOW:
        raise SignatureError(f"{_REFUSED}signature expired")
    canonical = _canonical(request, signed)
    to_sign = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    expected = hmac.digest(account.secret_key.encode(), to_sign.encode(), "sha256").hex()
    if not hmac.compare_digest(expected, signature):
        shown = canonical.replace("\n", "|")
        raise SignatureError(f"{_REFUSED}verify aksk signature fail, canonicalRequest:{shown} ak:{account.access_key}")
    if request.headers.get("x-security-token", "") != account.security_token:
        raise SignatureError(f"{_REFUSED}the security token of {account.access_key} is missing or wrong")


def _canonical(request: RawRequest, signed: list[str]) -> str:
    path, _, query = request.target.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    parameters = sorted((_decode(name.replace("+", " ")), _decode(value.replace("+", " "))) for name, _, value in pairs)
    encoded = "/".join(_encode(_decode(part)) for part in path.removesuffix("/").split("/"))
    return (
        f"{request.method}\n"
        f"{encoded}/\n"
        f"{'&'.join(f'{_encode(name)}={_encode(value)}' for name, value in parameters)}\n"
        f"{''.join(f'{name}:{request.headers[name].strip()}{chr(10)}' for name in signed)}\n"
        f"{';'.join(signed)}\n"
        f"{hashlib.sha256(request.body).hexdigest()}"
    )


def _decode(text: str) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode())


def _encode(text: bytes) -> str:
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in text)
