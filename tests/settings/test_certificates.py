"""Files of certificates are checked at the start: OpenSSL passes over what is not there without a word."""

from pathlib import Path

import pytest
import trustme

from bot.settings.certificates import certificate_faults


def test_certificates_that_can_be_read_are_no_fault(tmp_path: Path) -> None:
    """One authority, several of them, a folder, or nothing set."""
    file = tmp_path / "ca.pem"
    file.write_bytes(trustme.CA().cert_pem.bytes() + trustme.CA().cert_pem.bytes())
    assert certificate_faults({}) == []
    assert certificate_faults({"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}) == []
    assert certificate_faults({"SSL_CERT_FILE": str(file), "SSL_CERT_DIR": str(tmp_path)}) == []


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "does not exist"),
        (b"", "holds no certificate"),
        (b"hello", "holds no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n", "holds no certificate"),
        (trustme.CA().private_key_pem.bytes(), "holds no certificate"),
    ],
    ids=["missing", "empty", "text", "broken", "a key"],
)
def test_a_file_without_certificates_is_named(tmp_path: Path, content: bytes | None, what: str) -> None:
    """Else every service seems to have an untrusted certificate."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    (fault,) = certificate_faults({"SSL_CERT_FILE": str(file)})
    assert (fault.where, str(file) in fault.what, what in fault.what) == ("SSL_CERT_FILE", True, True)
    assert fault.hint


def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    """And a file in place of a folder."""
    (fault,) = certificate_faults({"SSL_CERT_FILE": str(tmp_path)})
    assert "cannot be read (is a directory)" in fault.what
    file = tmp_path / "ca.pem"
    file.touch()
    (fault,) = certificate_faults({"SSL_CERT_DIR": f"{tmp_path}:{file}"})
    assert (fault.where, fault.what) == ("SSL_CERT_DIR", f"names {file}, which is not a folder")
