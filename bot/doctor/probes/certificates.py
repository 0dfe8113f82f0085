"""Whether this machine trusts any authority, and those of `SSL_CERT_FILE` are still valid."""

import os
import ssl

from bot.doctor import clocks
from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe


async def look(deployment: Deployment) -> Findings:
    """What OpenSSL trusts. A service's own certificate shows at the service."""
    if not any(endpoint.startswith("https://") for endpoint in deployment.settings.endpoints):
        return
    paths = ssl.get_default_verify_paths()
    known = ssl.create_default_context().get_ca_certs()
    if not known and not (paths.capath and os.listdir(paths.capath)):  # noqa: PTH208 - whether there is any
        yield fault(
            "this machine trusts no authority, so every TLS connection fails",
            "Install ca-certificates, or set SSL_CERT_FILE to a PEM file with the certificates to trust.",
        )
        return
    own = paths.cafile not in (None, paths.openssl_cafile)
    if own and not known:
        yield warning(
            "SSL_CERT_FILE has no certificate of an authority", "Put the authority's own certificate into the file."
        )
        return
    expired = [each for each in known if ssl.cert_time_to_seconds(str(each["notAfter"])) < clocks.now()]
    if known and len(expired) == len(known):
        yield fault("every certificate that this machine trusts has expired", "Renew them; check the clock as well.")
    elif own and expired:
        yield warning(f"{len(expired)} of {len(known)} certificates in SSL_CERT_FILE have expired", "Renew them.")
    else:
        yield ok("this machine trusts authorities" + (", those of SSL_CERT_FILE" if own else ""))


PROBE = Probe(name="certificates", order=62, checks="whether this machine trusts valid authorities", look=look)
