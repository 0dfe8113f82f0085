"""What the value of a setting must look like. Each check returns the value, or refuses it with a cure."""

import ipaddress
import re
from collections.abc import Callable
from enum import StrEnum
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, SecretStr
from pydantic_core import PydanticCustomError

from bot.domain.operators import OPERATOR

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[0-9A-Za-z_]([0-9A-Za-z_-]*[0-9A-Za-z_])?(\.[0-9A-Za-z_-]+)*\.?")

_AS_HTTPS = "Write it as https://host."
_ESCAPED = "(in a password @ is %40, / is %2F and # is %23)"
_AS_REDIS = f"Write it as redis://host:6379/0 {_ESCAPED}."
_AS_SENTINEL = f"Write it as redis+sentinel://host1,host2/service/0 {_ESCAPED}."


def refusal(what: str, cure: str) -> PydanticCustomError:
    """What a check raises: `what` goes on after the setting's name; no text may hold the value, a secret perhaps."""
    return PydanticCustomError("refused", "{what}", {"what": what, "cure": cure})


def matching(pattern: str, what: str, cure: str) -> Callable[[str], str]:
    """A check that a text matches `pattern` as a whole."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise refusal(what, cure)
        return text

    return check


def secret(check: Callable[[str], object]) -> Callable[[SecretStr], SecretStr]:
    """`check`, for a secret."""

    def check_secret(hidden: SecretStr) -> SecretStr:
        check(hidden.get_secret_value())
        return hidden

    return check_secret


def within(low: int, high: int, unit: str) -> AfterValidator:
    """A number from `low` to `high`."""

    def check(number: int) -> int:
        if not low <= number <= high:
            raise refusal(f"is {number}, which is out of range", f"Give {low} to {high} {unit}.")
        return number

    return AfterValidator(check)


def one_of(kinds: type[StrEnum], what: str) -> Callable[[object], object]:
    """A check that a text is one of the values of `kinds`."""
    values = [f'"{kind}"' for kind in kinds]
    cure = f"Set it to {', '.join(values[:-1])} or {values[-1]}."

    def check(given: object) -> object:
        if given not in list(kinds):
            raise refusal(what, cure)
        return given

    return check


def not_empty(channels: frozenset[str]) -> frozenset[str]:
    """A rule without channels would hold nowhere, unnoticed."""
    if not channels:
        raise refusal("is missing or empty", 'Name the channels where the rule holds: channels = ["C..."].')
    return channels


def signing_secret(text: str) -> str:
    """Slack's signing secret: no token, no spaces."""
    if text.startswith(("xox", "xapp-")):
        raise refusal("holds a token", "Copy the Signing Secret from Basic Information at https://api.slack.com/apps.")
    return printable(text)


def printable(text: str) -> str:
    """What goes into a header: visible ASCII, no spaces."""
    if not re.fullmatch(r"[!-~]+", text):
        raise refusal("has a space, a line break or a character that is not ASCII", "Copy it anew, and it alone.")
    return text


def base_url(text: str) -> str:
    """The base of a web service, without a slash at its end.

    https, but for loopback: everything sent there carries credentials.
    """
    url = _split(text, _AS_HTTPS)
    if url.scheme not in ("https", "http"):
        raise refusal("is no https:// URL", _AS_HTTPS)
    if not url.hostname or not _is_host(url.hostname):
        raise refusal("has no host", _AS_HTTPS)
    if url.username is not None or url.password is not None:
        raise refusal("has credentials in it", "Take them out: they have settings of their own.")
    if url.query or url.fragment:
        raise refusal("has a query or a fragment", "Write it as https://host or https://host/path.")
    if url.scheme == "http" and not _loopback(url.hostname):
        raise refusal("would send credentials in the clear", "Use https:// (http:// is for 127.0.0.1 alone).")
    return text.rstrip("/")


def redis_url(text: str) -> str:
    """`redis://host`, `unix:///path` or `redis+sentinel://host1,host2/service/db`; with `rediss` over TLS."""
    url = _split(text, _AS_REDIS, several_hosts="+sentinel:" in text)
    match url.scheme:
        case "redis" | "rediss":
            if not url.hostname:
                raise refusal("has no host", _AS_REDIS)
            if not re.fullmatch(r"(/\d*)?", url.path):
                raise refusal("has a database that is no number", _AS_REDIS)
        case "unix":
            if url.netloc.rpartition("@")[2] or not url.path.strip("/"):
                raise refusal("has no absolute path", "Write it as unix:///run/redis.sock.")
        case "redis+sentinel" | "rediss+sentinel":
            hosts = url.netloc.rpartition("@")[2].split(",")
            if not all(re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(:\d{1,5})?", host) for host in hosts):
                raise refusal("has no list of Sentinel hosts", _AS_SENTINEL)
            if not re.fullmatch(r"/[^/]+(/\d*)?", url.path):
                raise refusal("names no service", _AS_SENTINEL)
        case _:
            raise refusal("is no URL of Redis", "Begin it with redis://, rediss://, unix:// or redis+sentinel://.")
    return text


def listening_host(text: str) -> str:
    """An address or a name to listen on."""
    if not _is_host(text):
        raise refusal("is neither an address nor a host name", "Use 127.0.0.1, or 0.0.0.0 for every interface.")
    return text


def operator(text: str) -> str:
    """An IAM user name, which goes into the `operator` header as it stands."""
    if OPERATOR.fullmatch(text):
        return text
    if not text.isascii():
        what = "has a character that is not ASCII"
    elif any(ord(character) < ord(" ") or character == "\x7f" for character in text):
        what = "has a line break or another control character"
    elif text != text.strip(" "):
        what = "begins or ends with a space"
    else:
        what = "is no IAM user name"
    raise refusal(what, "Write the IAM user name: 1 to 64 letters, digits, spaces and any of . - _ alone.")


def _split(text: str, cure: str, *, several_hosts: bool = False) -> SplitResult:
    if not re.fullmatch(r"[!-~]+", text):
        raise refusal("has a space, a line break or a character that is not ASCII", "Write the URL alone.")
    try:
        url = urlsplit(text)
        if not several_hosts:
            url.port  # noqa: B018 - read for its check
    except ValueError:
        raise refusal("is no URL: its host or port cannot be read", cure) from None
    return url


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _is_host(host: str) -> bool:
    return _address(host) is not None or _HOST_NAME.fullmatch(host) is not None


def _loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback
