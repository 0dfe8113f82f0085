"""`REDIS_URL`: its forms, and the options that redis-py takes."""

from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from redis.asyncio.connection import parse_url

from bot.settings import Fault, load_settings
from bot.settings.redis_url import redis_url
from tests.settings.examples import ENOUGH, faults


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://localhost/",
        "redis://:pass@redis.example.com:6379/3",
        "redis://[::1]:6379/0",
        "redis://h?socket_timeout=2.5&socket_keepalive=yes&max_connections=20&client_name=bot",
        "rediss://user:pass@h:6380/0?ssl_cert_reqs=none",
        "unix:///run/redis.sock",
        "unix://user:pass@/run/redis.sock?db=2",
        "redis+sentinel://h1,h2:26379/codecheck/0",
        "redis+sentinel://user:pass@h1:26379,[::1]:26379/codecheck",
        "rediss+sentinel://h1,h2/codecheck?sentinel_username=u&sentinel_password=x&ssl_check_hostname=no",
        "redis+cluster://h1",
        "redis+cluster://:pa%40ss@h1:7000,h2:7001,[fd00::1]:7002/0",
        "rediss+cluster://h1,h2?socket_timeout=1",
    ],
)
def test_the_forms_of_the_url(url: str, tmp_path: Path) -> None:
    """A server, a socket, Sentinel and a cluster, each over TLS too."""
    read = load_settings(ENOUGH | {"REDIS_URL": url}, tmp_path).redis_url
    assert read is not None
    assert read.get_secret_value() == url


NOT_REDIS = (
    "is not a Redis URL",
    "Begin it with redis://, unix://, redis+sentinel:// or redis+cluster://; with rediss for TLS.",
)
ESCAPED = "(in a password write @ as %40, / as %2F and # as %23)"
SERVER = f"Write it as redis://host:6379/0 {ESCAPED}."
SENTINEL = f"Write it as redis+sentinel://host1,host2/service/0 {ESCAPED}."
CLUSTER = f"Write it as redis+cluster://host1,host2 {ESCAPED}."
SOCKET = "Write it as unix:///run/redis.sock."
UNREADABLE = ("is not a valid URL: its host or port cannot be read", SERVER)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://h", NOT_REDIS),
        ("localhost:6379", NOT_REDIS),
        ("redis+replica://h", NOT_REDIS),
        ("unix+sentinel://h/s", NOT_REDIS),
        ("redis://", ("has no host", SERVER)),
        ("redis://h,h2", ("has a host that is neither a name nor an address", SERVER)),
        ("redis://h/zero", ("has a database that is not a number", SERVER)),
        ("redis://h:99999", UNREADABLE),
        ("redis://:p#ss@h", UNREADABLE),
        ("redis://:p/ss@h", UNREADABLE),
        ("unix://run/redis.sock", ("has no absolute path", SOCKET)),
        ("unix:///", ("has no absolute path", SOCKET)),
        ("redis+sentinel://h1,h2", ("does not name a service", SENTINEL)),
        ("redis+sentinel://h1/s/zero", ("has a database that is not a number", SENTINEL)),
        ("redis+sentinel://h1,/s", ("has no valid list of Sentinel hosts", SENTINEL)),
        ("redis+sentinel://h1:99999/s", ("has no valid list of Sentinel hosts", SENTINEL)),
        ("redis+cluster://", ("has no valid list of cluster hosts", CLUSTER)),
        ("redis+cluster://h1,h2:x", ("has no valid list of cluster hosts", CLUSTER)),
        ("redis+cluster://h1/1", ("has a path, and a cluster has only database 0", CLUSTER)),
    ],
)
def test_a_malformed_url_is_told_with_how_it_is_written(url: str, told: tuple[str, str], tmp_path: Path) -> None:
    """Each form has its own."""
    assert faults(ENOUGH | {"REDIS_URL": url}, tmp_path) == [Fault("REDIS_URL", *told)]


@pytest.mark.parametrize("form", ["redis://h{}", "unix:///s{}", "redis+sentinel://h/s{}", "redis+cluster://h{}"])
@pytest.mark.parametrize(
    ("options", "what"),
    [
        ("?socket_timeot=2", "has an option that it cannot have"),
        ("?decode_responses=False", "has an option that it cannot have"),
        ("?protocol=9", "has an option that it cannot have"),
        ("?retry=5", "has an option that it cannot have"),
        ("?timeout=5", "has an option that it cannot have"),
        ("?socket_timeout=soon", "has an option with a value that redis-py refuses"),
        ("?socket_timeout=1&max_connections=many", "has an option with a value that redis-py refuses"),
        ("?ssl_ca_certs=/ca.pem", "has the option ssl_ca_certs, but no TLS"),
    ],
)
def test_an_option_that_redis_py_refuses_is_a_fault_and_never_a_traceback(
    form: str, options: str, what: str, tmp_path: Path
) -> None:
    """Unknown ones, wrong values, and those that would change how the bot talks to Redis."""
    (told,) = faults(ENOUGH | {"REDIS_URL": form.format(options)}, tmp_path)
    assert (told.where, told.what) == ("REDIS_URL", what)


def test_a_misspelt_option_is_told_with_the_right_one(tmp_path: Path) -> None:
    """Its value is not quoted: it may be a part of a password."""
    (told,) = faults(ENOUGH | {"REDIS_URL": "redis://h?socket_timeot=hunter22"}, tmp_path)
    assert told.hint == "Did you mean socket_timeout?"
    assert "hunter22" not in str(told)


def test_certificates_are_read_at_once(tmp_path: Path) -> None:
    """A CA file that is missing or is not one would otherwise read like a network that is down."""
    ca = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(ca))
    (tmp_path / "garbage.pem").write_text("garbage", encoding="utf-8")
    load_settings(ENOUGH | {"REDIS_URL": f"rediss://h?ssl_ca_certs={ca}"}, tmp_path)
    for name, what in (
        ("missing.pem", "names a certificate file that does not exist"),
        ("garbage.pem", "has TLS options that cannot be used"),
    ):
        for form in ("rediss://h", "rediss+sentinel://h/s", "rediss+cluster://h"):
            (told,) = faults(ENOUGH | {"REDIS_URL": f"{form}?ssl_ca_certs={tmp_path / name}"}, tmp_path)
            assert told.what == what
    (told,) = faults(ENOUGH | {"REDIS_URL": "rediss://h?ssl_cert_reqs=perhaps"}, tmp_path)
    assert told.what == "has an option with a value that redis-py refuses"


@given(
    st.sampled_from(["redis://", "rediss://", "unix:///", "redis+sentinel://", "redis+cluster://"]),
    st.text(max_size=40),
)
def test_any_text_is_taken_or_refused(scheme: str, text: str) -> None:
    """No text crashes the check, and redis-py reads what is taken."""
    with suppress(PydanticCustomError):
        redis_url(f"{scheme}{text}")
        if "+" not in scheme:
            parse_url(f"{scheme}{text}")
