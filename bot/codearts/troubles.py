"""What can go wrong on the way to a service, in words that contain no address, header or body.

Each trouble names what an admin has to fix: the certificate, the authority, the proxy, the host name, the network.
"""

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp
import httpx

from bot.codearts.error_codes import TELL_AN_ADMIN, TRY_AGAIN
from bot.domain.text import NOTHING, Code, Text


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong.

    Args:
        why: a sentence.
        admin_hint: what an admin of the bot can do; empty if all they can do is wait.
        passing: whether the same request may succeed a moment later.
    """

    why: Text
    admin_hint: Text = NOTHING
    passing: bool = True

    @property
    def hint(self) -> Text:
        """What the requester can do."""
        return TRY_AGAIN if self.passing else TELL_AN_ADMIN


_CLOCK = Text("Check this machine's clock, and the certificate.")
_RENEW = Text("Renew the certificate. If it is still valid, check this machine's clock.")
_TRUST = Text(
    "Set {variable} to a PEM file with the certificates to trust, the authority's among them.",
    {"variable": Code("SSL_CERT_FILE")},
)
_PROXY_PASSWORD = Text(
    "Put them into the proxy's URL: {example}.", {"example": Code("HTTPS_PROXY=http://user:password@proxy:3128")}
)
_PROXY = Text(
    "Check {proxy} and {exceptions}, and what the proxy lets through.",
    {"proxy": Code("HTTPS_PROXY"), "exceptions": Code("NO_PROXY")},
)
_NAME = Text("Check the endpoint, the region and this machine's name resolution.")
_NETWORK = Text("Check the endpoint, the network and the proxy.")

# OpenSSL's X509_V_ERR_*, as in `SSLCertVerificationError.verify_code`.
_CERTIFICATES: dict[int, tuple[str, Text]] = {
    9: ("The TLS certificate of {service} is not valid yet.", _CLOCK),
    10: ("The TLS certificate of {service} has expired.", _RENEW),
    18: ("The TLS certificate of {service} is self-signed, and this machine does not trust it.", _TRUST),
    19: ("The TLS certificate of {service} is from an authority that this machine does not trust.", _TRUST),
    20: ("The TLS certificate of {service} is from an authority that this machine does not trust.", _TRUST),
    21: ("The TLS certificate of {service} is from an authority that this machine does not trust.", _TRUST),
    62: ("The TLS certificate of {service} is for another host name.", _NETWORK),
    64: ("The TLS certificate of {service} is for another address.", _NETWORK),
}
_OTHER_CERTIFICATE = ("The TLS certificate of {service} was refused.", _TRUST)

# The first entry that matches the error or one of its causes is used.
_TROUBLES: tuple[tuple[type[BaseException], str, Text], ...] = (
    (ssl.SSLError, "The TLS connection to {service} failed.", _NETWORK),
    (socket.gaierror, "The host name of {service} was not found.", _NAME),
    (ConnectionRefusedError, "{service} refused the connection.", _NETWORK),
    (httpx.PoolTimeout, "No connection to {service} became free in time.", NOTHING),
    (httpx.ConnectTimeout, "{service} took too long to connect.", _NETWORK),
    (httpx.ConnectError, "No connection to {service} could be made.", _NETWORK),
    (httpx.DecodingError, "The answer of {service} could not be decoded.", NOTHING),
    (httpx.TimeoutException, "{service} did not answer in time.", _NETWORK),
    (TimeoutError, "{service} did not answer in time.", _NETWORK),
)
_LOST = "The connection to {service} was lost before the answer came."


def trouble(error: BaseException, service: str, *, at_proxy: bool = False) -> Trouble:
    """What a network error means.

    Args:
        error: from any client; its causes count too, down to the operating system's or the TLS library's error.
        service: the service to be reached, such as "CodeArts Check".
        at_proxy: whether a proxy was being asked for a tunnel when it happened.
    """
    chain = list(_beneath(error))
    certificates = [link for link in chain if isinstance(link, ssl.SSLCertVerificationError)]
    if certificates:
        code = next(
            (link.verify_code for link in certificates if hasattr(link, "verify_code")), 0
        )  # aiohttp's has none
        template, hint = _CERTIFICATES.get(code, _OTHER_CERTIFICATE)
        return Trouble(Text(template, {"service": service}), hint, passing=False)
    for link in chain:
        if isinstance(link, httpx.ProxyError):  # its text begins with the proxy's HTTP status
            status = re.match(r"[1-5][0-9]{2}\b", str(link))
            return _refused_by_proxy(int(status[0]) if status else None, service)
        if isinstance(link, aiohttp.ClientHttpProxyError):
            return _refused_by_proxy(link.status, service)
        if isinstance(link, aiohttp.ClientProxyConnectionError):
            return _refused_by_proxy(None, service)
        if isinstance(link, httpx.UnsupportedProtocol):
            return Trouble(Text("The URL of {service} cannot be used.", {"service": service}), _NAME, passing=False)
    if at_proxy and any(isinstance(link, (TimeoutError, httpx.TimeoutException)) for link in chain):
        return Trouble(Text("The proxy did not answer in time."), _PROXY)
    for kind, template, hint in _TROUBLES:
        if any(isinstance(link, kind) for link in chain):
            return Trouble(Text(template, {"service": service}), hint)
    return Trouble(Text(_LOST, {"service": service}), _NETWORK)


def _refused_by_proxy(http: int | None, service: str) -> Trouble:
    """What a proxy's refusal of a tunnel means, by its HTTP status if there was one."""
    if http is None:
        return Trouble(Text("The proxy could not be used to reach {service}.", {"service": service}), _PROXY)
    if http == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        return Trouble(Text("The proxy asks for a user name and a password."), _PROXY_PASSWORD, passing=False)
    why = Text("The proxy did not connect to {service} (HTTP {http}).", {"service": service, "http": http})
    return Trouble(why, _PROXY, passing=http >= httpx.codes.INTERNAL_SERVER_ERROR)


def _beneath(error: BaseException | None) -> Iterator[BaseException]:
    """The error and its causes."""
    while error is not None:
        yield error
        error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error.__cause__ or error.__context__
