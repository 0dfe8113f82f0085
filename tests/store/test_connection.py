"""`REDIS_URL`: what is understood, and what is said of what is not."""

import asyncio
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from bot.domain.errors import NotRecordedError
from bot.store.connection import connect
from tests.store.rig import Rig, new
from tests.wire.proxy import Proxy


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("", "it must begin with redis://"),
        ("localhost:6379", "it must begin with redis://"),
        ("http://localhost", "it must begin with redis://"),
        ("redis://", "a host is missing"),
        ("redis://:s3cret@:6379", "a host is missing"),
        ("redis://localhost:port", "a port must be a number"),
        ("redis://localhost:99999", "a port must be a number"),
        ("redis://user:s3cr/et@localhost", "`/` as %2F"),
        ("redis://user:s3cr#et@localhost", "`#` as %23"),
        ("redis://localhost/first", "the database after the host's slash must be a number"),
        ("redis://[::1", "cannot be read as a URL"),
        ("redis://localhost?socket_timeout=s3cret", "its options cannot be read"),
        ("redis://localhost?sockt_timeout=s3cret", "an option that redis-py does not know"),
        ("rediss://localhost?ssl_cert_reqs=s3cret", "an option that redis-py does not know, or one with a wrong value"),
        ("unix://run/redis.sock", "three slashes"),
        ("unix://", "three slashes"),
        ("redis+sentinel://one,two", "the service's name is missing"),
        ("redis+sentinel://user:s3cret@one:x/main", "a port must be a number"),
        ("redis+sentinel://one,/main", "a host is missing"),
        ("redis+cluster://one:x,two", "a port must be a number"),
        ("redis+cluster://one,", "a host is missing"),
        ("redis+cluster://user:s3cret@one,two/1", "a cluster has only database 0"),
        ("redis+sentinel://one/main/first", "the database after the host's slash must be a number"),
    ],
)
def test_a_malformed_url_is_explained_without_its_secret(url: str, complaint: str) -> None:
    """The text says what is wrong, and holds nothing of the password."""
    with pytest.raises(ValueError, match=r".+") as caught:
        connect(url)
    assert complaint in str(caught.value)
    assert "s3c" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "url",
    [
        "redis://:s3cret@localhost:6380/2",
        "unix://user:s3cret@/run/redis.sock?db=3",
        "redis+sentinel://user:s3cret@one,two:26380/main/1?sentinel_password=s3cret",
        "rediss+sentinel://user:s3cret@[::1]:26380/main",
        "redis+cluster://user:s3cret@one:7000,[::1]:7001",
        "rediss+cluster://:s3cret@one/0",
    ],
)
async def test_a_client_does_not_show_its_password(url: str) -> None:
    """Neither it nor its pool, in a log or a traceback."""
    client = connect(url)
    assert "s3cret" not in repr(client)
    assert "s3cret" not in repr(client.connection_pool)
    await client.aclose()


async def test_redis_over_tcp(rig: Rig) -> None:
    """`redis://` with a port and a database."""
    path = urlsplit(rig.url).path
    async with Proxy(lambda: asyncio.open_unix_connection(path)) as proxy:
        store = rig.another_store(f"redis://127.0.0.1:{proxy.port}/0")
        _, created = await store.request(new())
    assert created


async def test_redis_over_tls(rig: Rig, tmp_path: Path) -> None:
    """`rediss://` with a CA of one's own; a certificate of any other is refused, and nothing is sent."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    trusted, untrusted = tmp_path / "trusted.pem", tmp_path / "untrusted.pem"
    authority.cert_pem.write_to_path(str(trusted))
    trustme.CA().cert_pem.write_to_path(str(untrusted))
    path = urlsplit(rig.url).path
    async with Proxy(lambda: asyncio.open_unix_connection(path), tls) as proxy:
        url = f"rediss://127.0.0.1:{proxy.port}?ssl_ca_certs="
        _, created = await rig.another_store(f"{url}{trusted}").request(new())
        assert created
        with pytest.raises(NotRecordedError):
            await rig.another_store(f"{url}{untrusted}").request(new("task-2"))
