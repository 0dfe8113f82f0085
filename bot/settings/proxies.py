"""Which proxy to use for which URL: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, read once.

As curl has it: the lower-case name wins, `http_proxy` counts in lower case only (a CGI script's request could set the
other), and `ALL_PROXY` is for what has no proxy of its own. `NO_PROXY` lists hosts with everything below them,
addresses and networks (IPv4 and IPv6, in brackets or not), each with a port or without, or `*`. Loopback never
goes through a proxy. SOCKS proxies cannot be used, and a URL that would need one is a fault.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import SecretStr

from bot.settings.checks import is_host
from bot.settings.faults import Fault, shown

_Network = IPv4Network | IPv6Network
_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HOST_NAME = re.compile(r"[0-9a-z_]([0-9a-z_.-]*[0-9a-z_])?")
_BRACKETED = re.compile(r"\[([^\[\]]*)\](/[0-9]{1,3})?(?::([0-9]{1,5}))?")  # [fd00::1], [fd00::]/8, [fd00::1]:443
_NAMED = re.compile(r"([^:\[\]]+)(?::([0-9]{1,5}))?")
_EXAMPLE = "Write it as http://proxy.example.com:3128."


@dataclass(frozen=True, slots=True)
class _Proxy:
    """A proxy as it was set: the variable's name, and its URL."""

    variable: str
    url: SecretStr


@dataclass(frozen=True, slots=True)
class _Exception:
    """One entry of `NO_PROXY`: a host name or a network, and a port; what is None or "" matches all."""

    name: str = ""
    network: _Network | None = None
    port: int | None = None

    def matches(self, host: str, port: int | None) -> bool:
        if self.port is not None and self.port != port:
            return False
        if self.network is not None:
            address = _address(host)
            return address is not None and address in self.network
        return not self.name or host == self.name or host.endswith(f".{self.name}")


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies that the environment names.

    Args:
        by_scheme: `http` and `https` -> the proxy for such URLs.
        exceptions: what goes straight.
        unreadable: entries of `NO_PROXY` that are neither a host, an address nor a network.
    """

    by_scheme: Mapping[str, _Proxy]
    exceptions: tuple[_Exception, ...] = ()
    unreadable: tuple[str, ...] = ()

    def proxy_for(self, url: str) -> str | None:
        """The URL of the proxy to use for `url`, with its user and password; None to go straight.

        Raises:
            ValueError: that proxy cannot be used. `faults` finds this beforehand, for every URL at once.
        """
        found = self._proxy_for(url)
        if found is None:
            return None
        if (wrong := _wrong_with(found)) is not None:
            raise ValueError(str(wrong))
        return _with_scheme(found.url.get_secret_value())

    def faults(self, urls: Iterable[str]) -> list[Fault]:
        """What is wrong with the proxies that `urls` need, and with `NO_PROXY` if there is any proxy."""
        used = {found.variable: found for url in urls if (found := self._proxy_for(url)) is not None}
        wrong = [fault for found in used.values() if (fault := _wrong_with(found)) is not None]
        if used and self.unreadable:
            entries = ", ".join(self.unreadable)
            what = f"has entries that are not a host, an address or a network: {entries}"
            wrong.append(Fault("NO_PROXY", what, "Write them like .example.com, 10.0.0.0/8 or [fd00::]/8."))
        return wrong

    @property
    def secrets(self) -> frozenset[str]:
        """The passwords of the proxies, to be redacted in logs."""
        urls = (_split(proxy.url.get_secret_value()) for proxy in self.by_scheme.values())
        return frozenset(unquote(url.password) for url in urls if url is not None and url.password)

    def _proxy_for(self, url: str) -> _Proxy | None:
        parts = urlsplit(re.sub("^ws", "http", url))  # a WebSocket begins as an HTTP request
        host = _plain(parts.hostname or "")
        address = _address(host)
        if host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback):
            return None
        port = parts.port or _PORTS.get(parts.scheme)
        if any(exception.matches(host, port) for exception in self.exceptions):
            return None
        return self.by_scheme.get(parts.scheme)


def read_proxies(environ: Mapping[str, str]) -> Proxies:
    """Read the environment; what cannot be used is told by `Proxies.faults`."""
    for_all = _first(environ, "all_proxy", "ALL_PROXY")
    found = {
        "http": _first(environ, "http_proxy") or for_all,
        "https": _first(environ, "https_proxy", "HTTPS_PROXY") or for_all,
    }
    exceptions, unreadable = [], []
    no_proxy = _first(environ, "no_proxy", "NO_PROXY")
    for entry in re.split(r"[\s,]+", no_proxy.url.get_secret_value() if no_proxy else ""):
        if entry:
            exception = _read_exception(entry)
            if exception is None:
                unreadable.append(shown(entry.rpartition("@")[2]))
            else:
                exceptions.append(exception)
    by_scheme = {scheme: proxy for scheme, proxy in found.items() if proxy is not None}
    return Proxies(by_scheme, tuple(exceptions), tuple(unreadable))


def _first(environ: Mapping[str, str], *names: str) -> _Proxy | None:
    """The first variable that is there; an empty one counts, and means none."""
    for name in names:
        if name in environ:
            return _Proxy(name, SecretStr(environ[name].strip())) if environ[name].strip() else None
    return None


def _wrong_with(proxy: _Proxy) -> Fault | None:
    """What is wrong with a proxy's URL, without repeating it."""
    if not re.fullmatch(r"[!-~]+", proxy.url.get_secret_value()):
        hint = f"In a password, write such a character as %20 or the like. {_EXAMPLE}"
        return Fault(proxy.variable, "has a space, a control character or one that is not ASCII", hint)
    url = _split(proxy.url.get_secret_value())
    if url is None or not url.hostname or not is_host(url.hostname):
        return Fault(proxy.variable, "is not a valid URL", _EXAMPLE)
    if not _can_be_sent(url):
        return Fault(
            proxy.variable, "has a user name or password that HTTP cannot send", "Use one of ASCII characters."
        )
    if url.scheme.startswith("socks"):
        hint = f"Use an HTTP proxy, or list the hosts in NO_PROXY. {_EXAMPLE}"
        return Fault(proxy.variable, "is a SOCKS proxy, which the bot cannot use", hint)
    if url.scheme not in ("http", "https"):
        return Fault(proxy.variable, "has a scheme other than http:// and https://", _EXAMPLE)
    return None


def _can_be_sent(url: SplitResult) -> bool:
    """Whether Basic authentication can send the user name and password: in Latin-1, with no colon in the name."""
    user, password = (unquote(part or "") for part in (url.username, url.password))
    try:
        f"{user}{password}".encode("latin-1")
    except UnicodeEncodeError:
        return False
    return ":" not in user


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(_with_scheme(url))
        _ = parts.port  # raises if it is not a number up to 65535
    except ValueError:
        return None
    return parts


def _with_scheme(url: str) -> str:
    return url if _SCHEME.match(url) else f"http://{url}"


def _read_exception(entry: str) -> _Exception | None:
    """One entry of `NO_PROXY`; None if it cannot be read."""
    if entry == "*":
        return _Exception()
    if (network := _network(entry)) is not None:
        return _Exception(network=network)
    if (bracketed := _BRACKETED.fullmatch(entry)) is not None:
        host, port = bracketed[1] + (bracketed[2] or ""), bracketed[3]
    elif (named := _NAMED.fullmatch(entry)) is not None:
        host, port = named[1], named[2]
    else:
        return None
    number = int(port) if port else None
    if number is not None and number > _HIGHEST_PORT:
        return None
    if (network := _network(host)) is not None:
        return _Exception(network=network, port=number)
    name = _plain(host).removeprefix("*").removeprefix(".")
    looks_like_an_address = not re.search("[a-z_-]", name)
    return None if looks_like_an_address or not _HOST_NAME.fullmatch(name) else _Exception(name, port=number)


def _network(text: str) -> _Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _plain(host: str) -> str:
    return host.rstrip(".").casefold()


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
