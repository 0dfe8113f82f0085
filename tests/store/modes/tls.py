"""Certificates for servers of a test's own."""

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """Files of one authority and a certificate of 127.0.0.1.

    Args:
        folder: where the files are.
    """

    folder: Path

    @classmethod
    def made_in(cls, folder: Path) -> "Certificates":
        """Make them."""
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1")
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
        return cls(folder)

    def options(self, port: int) -> tuple[str, ...]:
        """What a server's command line needs to listen with TLS only, and to talk to others of its kind so."""
        server = str(self.folder / "server.pem")
        return (
            *("--tls-port", str(port), "--port", "0", "--tls-cert-file", server, "--tls-key-file", server),
            *("--tls-ca-cert-file", str(self.folder / "ca.pem"), "--tls-auth-clients", "no"),
            *("--tls-replication", "yes", "--tls-cluster", "yes"),
        )

    @property
    def query(self) -> str:
        """What a `rediss` URL needs to trust the server."""
        return f"?ssl_ca_certs={self.folder / 'ca.pem'}"
