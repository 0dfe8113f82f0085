"""`codecheck-bot doctor` as a process: what it prints, and how it ends."""

import asyncio
import datetime as dt
import os
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.doctor.deployed import Deployed, deployed
from tests.store.servers import valkey

ROOT = Path(__file__).parents[2]


async def doctor(here: Deployed, *arguments: str, **environ: str) -> tuple[int, str, str]:
    """Run it. Returns the exit status, what it printed, and its log."""
    here.write_toml()
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "doctor", *arguments),
        cwd=here.folder,
        env={**_set(here.environ), **measured, "PYTHONPATH": str(ROOT), **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


def _set(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if value}


async def test_all_well_is_0_and_so_are_warnings(tmp_path: Path) -> None:
    """For a deployment pipeline."""
    async with deployed(valkey(), tmp_path) as here:
        status, out, err = await doctor(here)
        assert (status, err) == (0, "")
        assert {line.split()[0] for line in out.splitlines()} == {"ok"}
        here.toml["allow"]["admins"] = []
        status, out, _ = await doctor(here)
        assert status == 0
        assert "warning admins: there are none" in out


async def test_a_fault_is_1_without_a_secret_or_a_stack_trace(tmp_path: Path) -> None:
    """Nothing can be reached, and every service says so once."""
    async with deployed(valkey(), tmp_path) as here:
        dead = {"SLACK_API_URL": "http://127.0.0.1:1/", "CODEARTS_ENDPOINT": "http://127.0.0.1:1"}
        status, out, err = await doctor(here, REDIS_URL="redis://:hunter22@127.0.0.1:1", **dead)
        assert status == 1
        faults = [line.partition(": ")[0] for line in out.splitlines() if line.startswith("FAULT")]
        assert faults == ["FAULT   Redis", "FAULT   bot token", "FAULT   CodeArts Check"]
        secrets = [here.environ[name] for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "HUAWEICLOUD_SDK_SK")]
        assert not [secret for secret in (*secrets, "hunter22", "Traceback") if secret in out + err]


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"SLACK_SIGNING_SECRET": ""}, "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is not set."),
        ({"ALL_PROXY": "socks5://127.0.0.1:1", "SLACK_API_URL": "https://slack.com/api/"}, "is a SOCKS proxy"),
        ({"SSL_CERT_FILE": "/nowhere.pem"}, "SSL_CERT_FILE names /nowhere.pem, which does not exist"),
        ({"REDIS_URL": "http://127.0.0.1"}, "REDIS_URL is not a Redis URL."),
        ({"CODECHECK_CONFIG": "missing.toml"}, "missing.toml cannot be read"),
    ],
)
async def test_settings_that_cannot_be_used_are_2(environ: dict[str, str], told: str, tmp_path: Path) -> None:
    """Every fault of them on a line of its own, before anything is asked."""
    async with deployed(valkey(), tmp_path) as here:
        status, out, err = await doctor(here, **environ)
        assert (status, out) == (2, "")
        assert told in err
        assert "Traceback" not in err
        assert not here.slack.wire.exchanges


def _authority(folder: Path, expires: dt.datetime) -> Path:
    """A PEM file with the certificate of an authority that ends then."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Acme")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(expires - dt.timedelta(days=90))
        .not_valid_after(expires)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "authority.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (-1, "FAULT   certificates: every certificate that this machine trusts has expired"),
        (30, "ok      certificates: this machine trusts authorities, those of SSL_CERT_FILE"),
    ],
)
async def test_the_authorities_of_the_settings_must_be_valid(days: int, told: str, tmp_path: Path) -> None:
    """A private authority that has expired reads like an unknown one at every service."""
    expires = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    async with deployed(valkey(), tmp_path) as here:
        here.environ |= {"CODEARTS_ENDPOINT": "https://127.0.0.1:1", "SSL_CERT_DIR": ""}
        _, out, _ = await doctor(here, SSL_CERT_FILE=str(_authority(tmp_path, expires)))
        assert told in out


async def test_a_file_without_an_authority_is_named(tmp_path: Path) -> None:
    """A server's own certificate is not enough."""
    async with deployed(valkey(), tmp_path) as here:
        here.environ["CODEARTS_ENDPOINT"] = "https://127.0.0.1:1"
        path = tmp_path / "server.pem"
        trustme.CA().issue_cert("example.com").cert_chain_pems[0].write_to_path(path)
        _, out, _ = await doctor(here, SSL_CERT_FILE=str(path))
        assert "warning certificates: SSL_CERT_FILE has no certificate of an authority" in out


@pytest.mark.skipif(Path(ssl.get_default_verify_paths().openssl_cafile).exists(), reason="OpenSSL has its own")
async def test_a_machine_that_trusts_nobody(tmp_path: Path) -> None:
    """A slim container without ca-certificates."""
    async with deployed(valkey(), tmp_path) as here:
        here.environ["CODEARTS_ENDPOINT"] = "https://127.0.0.1:1"
        (tmp_path / "empty").mkdir()
        _, out, _ = await doctor(here, SSL_CERT_DIR=str(tmp_path / "empty"))
        assert "FAULT   certificates: this machine trusts no authority, so every TLS connection fails" in out


async def test_which_service_goes_through_which_proxy(tmp_path: Path) -> None:
    """Without the proxy's password."""
    async with deployed(valkey(), tmp_path) as here:
        here.environ["CODEARTS_ENDPOINT"] = "https://codearts-check.cn-north-4.myhuaweicloud.com"
        status, out, err = await doctor(here, HTTPS_PROXY="http://bot:hunter22@127.0.0.1:1")
        assert status == 1
        assert "proxies: requests to codearts-check.cn-north-4.myhuaweicloud.com go through 127.0.0.1:1" in out
        assert "FAULT   CodeArts Check: the proxy refused the connection." in out
        assert "hunter22" not in out + err
