"""What the value of each variable must look like, and the cure where it does not."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from bot.domain.operators import OPERATOR
from bot.settings import Fault, checks, load_settings
from tests.settings.examples import ENOUGH, faults

BOT_TOKEN = ("is no bot token", "Copy the token that begins with xoxb- from OAuth & Permissions.")
APP_TOKEN = ("is no app token", "Copy the token that begins with xapp- from Basic Information.")
SIGNING = ("holds a token", "Copy the Signing Secret from Basic Information at https://api.slack.com/apps.")
PREFIX = (
    "has a character that keys and Redis's ACL patterns cannot take, or over 64 of them",
    "Use letters, digits and any of _ . : - alone.",
)
VISIBLE = ("has a space, a line break or a character that is not ASCII", "Copy it anew, and it alone.")
HOST = ("is neither an address nor a host name", "Use 127.0.0.1, or 0.0.0.0 for every interface.")
URL_ALONE = ("has a space, a line break or a character that is not ASCII", "Write the URL alone.")
NO_URL = ("is no URL: its host or port cannot be read", "Write it as https://host.")
CLEAR = ("would send credentials in the clear", "Use https:// (http:// is for 127.0.0.1 alone).")
CREDENTIALS = ("has credentials in it", "Take them out: they have settings of their own.")
QUERY = ("has a query or a fragment", "Write it as https://host or https://host/path.")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1", BOT_TOKEN),
        ("SLACK_BOT_TOKEN", "xoxb-1\n", BOT_TOKEN),
        ("SLACK_APP_TOKEN", "xoxb-1", APP_TOKEN),
        ("SLACK_SIGNING_SECRET", "xoxb-1", SIGNING),
        ("SLACK_SIGNING_SECRET", "a b", VISIBLE),
        ("PORT", "65536", ("is 65536, which is out of range", "Give 0 to 65535 (0 takes a free one).")),
        ("PORT", "-1", ("is -1, which is out of range", "Give 0 to 65535 (0 takes a free one).")),
        ("PORT", "http", ("is not a whole number", "Write digits alone, in the TOML file without quotes.")),
        (
            "PORT",
            "9" * 5_000,
            ("cannot be used (Unable to parse input string as an integer, exceeded maximum size)", "Correct it."),
        ),
        ("HOST", "a b", HOST),
        ("HOST", "http://0.0.0.0", HOST),
        ("CODECHECK_LOG", "xml", ("is none of its values", "Set it to 'console' or 'json'.")),
        ("CODECHECK_REDIS_PREFIX", "a{b}", PREFIX),
        ("CODECHECK_REDIS_PREFIX", "a*", PREFIX),
        ("CODEARTS_REGION", "cn/north-4", ("is no region", "Write it as cn-north-4.")),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "a b", ("is no IAM project ID", "Copy it from My Credentials.")),
        ("HUAWEICLOUD_SDK_SK", "a b", VISIBLE),
        ("SLACK_API_URL", "ftp://slack.com", ("is no https:// URL", "Write it as https://host.")),
        ("SLACK_API_URL", "https://", ("has no host", "Write it as https://host.")),
        ("SLACK_API_URL", "https://-", ("has no host", "Write it as https://host.")),
        ("SLACK_API_URL", "http://slack.com/api", CLEAR),
        ("CODEARTS_ENDPOINT", "http://10.0.0.1", CLEAR),
        ("CODEARTS_ENDPOINT", "http://localhost.example.com", CLEAR),
        ("CODEARTS_ENDPOINT", "https://u:p@h", CREDENTIALS),
        ("CODEARTS_ENDPOINT", "https://h?x=1", QUERY),
        ("CODEARTS_ENDPOINT", "https://a b", URL_ALONE),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://h:port", NO_URL),
        ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://[::1", NO_URL),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_cure(
    name: str, value: str, told: tuple[str, str], tmp_path: Path
) -> None:
    """One fault: where, what, and what to do."""
    assert faults(ENOUGH | {name: value}, tmp_path) == [Fault(name, *told)]


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://slack-gov.com/api", "https://slack-gov.com/api/"),
        ("https://slack-gov.com/api/", "https://slack-gov.com/api/"),
        ("http://127.0.0.1:8484/api/", "http://127.0.0.1:8484/api/"),
        ("http://[::1]:8484/api", "http://[::1]:8484/api/"),
        ("http://localhost/api", "http://localhost/api/"),
    ],
)
def test_the_web_api_can_be_elsewhere(url: str, base: str, tmp_path: Path) -> None:
    """GovSlack over https, stand-ins on loopback; slack_sdk needs the slash at the end."""
    assert load_settings(ENOUGH | {"SLACK_API_URL": url}, tmp_path).slack_api_url == base


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "localhost", "bot.internal"])  # noqa: S104 - to be told
def test_where_http_can_listen(host: str, tmp_path: Path) -> None:
    """An address of either family, or a name."""
    assert load_settings(ENOUGH | {"HOST": host, "PORT": "0"}, tmp_path).host == host


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost",
        "redis://:pass@redis.example.com:6379/3",
        "redis://[::1]:6379/0",
        "rediss://user:pass@h:6380/0?ssl_ca_certs=/ca.pem",
        "unix:///run/redis.sock",
        "unix://user:pass@/run/redis.sock?db=2",
        "redis+sentinel://h1,h2:26379/codecheck/0",
        "redis+sentinel://user:pass@h1:26379,[::1]:26379/codecheck",
        "rediss+sentinel://h1,h2/codecheck?sentinel_password=x",
    ],
)
def test_the_urls_of_redis(url: str, tmp_path: Path) -> None:
    """A server, one over TLS, a socket, and Sentinel."""
    read = load_settings(ENOUGH | {"REDIS_URL": url}, tmp_path).redis_url
    assert read is not None
    assert read.get_secret_value() == url


NO_REDIS = ("is no URL of Redis", "Begin it with redis://, rediss://, unix:// or redis+sentinel://.")
ESCAPED = "(in a password @ is %40, / is %2F and # is %23)"
REDIS = f"Write it as redis://host:6379/0 {ESCAPED}."
SENTINEL = f"Write it as redis+sentinel://host1,host2/service/0 {ESCAPED}."


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://h", NO_REDIS),
        ("localhost:6379", NO_REDIS),
        ("redis://", ("has no host", REDIS)),
        ("redis://h/zero", ("has a database that is no number", REDIS)),
        ("redis://h:99999", ("is no URL: its host or port cannot be read", REDIS)),
        ("redis://:p#ss@h", ("is no URL: its host or port cannot be read", REDIS)),
        ("redis://:p/ss@h", ("is no URL: its host or port cannot be read", REDIS)),
        ("unix://run/redis.sock", ("has no absolute path", "Write it as unix:///run/redis.sock.")),
        ("redis+sentinel://h1,h2", ("names no service", SENTINEL)),
        ("redis+sentinel://h1/s/zero", ("names no service", SENTINEL)),
        ("redis+sentinel://h1,/s", ("has no list of Sentinel hosts", SENTINEL)),
    ],
)
def test_urls_of_redis_that_cannot_be_used(url: str, told: tuple[str, str], tmp_path: Path) -> None:
    """Each says how it is written."""
    assert faults(ENOUGH | {"REDIS_URL": url}, tmp_path) == [Fault("REDIS_URL", *told)]


@given(st.text(max_size=80))
def test_an_operator_is_taken_or_refused_as_the_domain_says(name: str) -> None:
    """No value of `[operators]` gets into a header but those that the domain takes."""
    if OPERATOR.fullmatch(name):
        assert checks.operator(name) == name
    else:
        with pytest.raises(PydanticCustomError, match=r"^(has|is|begins) "):
            checks.operator(name)


@given(st.text(max_size=40))
def test_a_url_is_taken_or_refused_whatever_stands_there(text: str) -> None:
    """No text crashes the check, and none that is taken holds credentials."""
    with suppress(PydanticCustomError):
        assert "@" not in checks.base_url(f"https://{text}").removeprefix("https://").partition("/")[0]
