"""What the value of a setting must look like. Each check returns the value, or refuses it with what to do."""

import ipaddress
import re
from collections.abc import Callable, Iterable

from pydantic import AfterValidator, SecretStr
from pydantic_core import PydanticCustomError

from bot.domain.operators import OPERATOR

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?(\.[0-9A-Za-z_-]{1,63})*\.?")


def refusal(what: str, hint: str) -> PydanticCustomError:
    """What a check raises: `what` goes on after the setting's name. Neither text may hold the value, maybe a secret."""
    return PydanticCustomError("refused", "{what}", {"what": what, "hint": hint})


def matching(pattern: str, what: str, hint: str) -> Callable[[str], str]:
    """A check that a text matches `pattern` as a whole."""
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise refusal(what, hint)
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
            raise refusal(f"is {number}, which is out of range", f"Use {low} to {high} {unit}.")
        return number

    return AfterValidator(check)


def one_of(kinds: Iterable[str], what: str) -> Callable[[object], object]:
    """A check that a text is one of `kinds`."""
    known = list(kinds)
    values = [f'"{kind}"' for kind in known]
    hint = f"Set it to {', '.join(values[:-1])} or {values[-1]}."

    def check(given: object) -> object:
        if given not in known:
            raise refusal(what, hint)
        return given

    return check


def not_empty(channels: frozenset[str]) -> frozenset[str]:
    """A rule without channels would never apply, and nobody would notice."""
    if not channels:
        raise refusal("is missing or empty", 'Name the channels that the rule is for: channels = ["C..."].')
    return channels


def signing_secret(text: str) -> str:
    """Slack's signing secret: not a token, and without spaces."""
    if text.startswith(("xox", "xapp-")):
        raise refusal("holds a token", "Copy the Signing Secret from Basic Information at https://api.slack.com/apps.")
    return printable(text)


def printable(text: str) -> str:
    """What goes into a header: visible ASCII without spaces."""
    if not re.fullmatch(r"[!-~]+", text):
        raise refusal(
            "has a space, a line break or a character that is not ASCII", "Copy it again, without anything around it."
        )
    return text


def listening_host(text: str) -> str:
    """An address or a name to listen on."""
    if not is_host(text):
        raise refusal("is neither an address nor a host name", "Use 127.0.0.1, or 0.0.0.0 for every interface.")
    return text


def operator(text: str) -> str:
    """An IAM user name, which is sent as it is in the `operator` header."""
    if OPERATOR.fullmatch(text):
        return text
    if not text.isascii():
        what = "has a character that is not ASCII"
    elif any(ord(character) < ord(" ") or character == "\x7f" for character in text):
        what = "has a line break or another control character"
    elif text != text.strip(" "):
        what = "begins or ends with a space"
    else:
        what = "is not an IAM user name"
    raise refusal(what, "Write the IAM user name: 1 to 64 letters, digits, spaces, dots, hyphens and underscores.")


def address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The IP address that `host` is; None if it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_host(host: str) -> bool:
    """Whether `host` is an IP address or could be a name."""
    return address(host) is not None or _HOST_NAME.fullmatch(host) is not None
