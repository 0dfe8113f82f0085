"""What the value of each variable must look like, and what a person reads if it does not."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from bot.domain.operators import OPERATOR
from bot.settings import Fault, checks, load_settings, urls
from tests.settings.examples import ENOUGH, faults

BOT_TOKEN = ("is not a bot token", "Copy the token that begins with xoxb- from OAuth & Permissions.")
APP_TOKEN = ("is not an app token", "Copy the token that begins with xapp- from Basic Information.")
SIGNING = ("holds a token", "Copy the Signing Secret from Basic Information at https://api.slack.com/apps.")
PREFIX = (
    "is longer than 64 characters, or has one that keys and Redis's ACL patterns cannot have",
    "Use only letters, digits, and the characters _ . : and -.",
)
VISIBLE = ("has a space, a line break or a character that is not ASCII", "Copy it again, without anything around it.")
HOST = ("is neither an address nor a host name", "Use 127.0.0.1, or 0.0.0.0 for every interface.")
URL_ALONE = ("has a space, a line break or a character that is not ASCII", "Write the URL without anything around it.")
NO_URL = ("is not a valid URL: its host or port cannot be read", "Write it as https://host.")
NUMBER = ("is not a whole number", "Write digits only; in the TOML file without quotes.")
CLEAR = ("would send credentials unencrypted", "Use https:// (http:// is allowed for 127.0.0.1 only).")
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
        ("PORT", "65536", ("is 65536, which is out of range", "Use 0 to 65535 (0 for any free port).")),
        ("PORT", "-1", ("is -1, which is out of range", "Use 0 to 65535 (0 for any free port).")),
        ("PORT", "http", NUMBER),
        (
            "PORT",
            "9" * 5_000,
            NUMBER,
        ),
        ("HOST", "a b", HOST),
        ("HOST", "http://0.0.0.0", HOST),
        ("CODECHECK_LOG", "xml", ("is not one of its values", "Set it to 'console' or 'json'.")),
        ("CODECHECK_REDIS_PREFIX", "a{b}", PREFIX),
        ("CODECHECK_REDIS_PREFIX", "a*", PREFIX),
        ("CODEARTS_REGION", "cn/north-4", ("is not a region", "Write it as cn-north-4.")),
        ("HUAWEICLOUD_SDK_PROJECT_ID", "a b", ("is not an IAM project ID", "Copy it from My Credentials.")),
        ("HUAWEICLOUD_SDK_SK", "a b", VISIBLE),
        ("SLACK_API_URL", "ftp://slack.com", ("is not an https:// URL", "Write it as https://host.")),
        ("SLACK_API_URL", "https://", ("has no valid host", "Write it as https://host.")),
        ("SLACK_API_URL", "https://-", ("has no valid host", "Write it as https://host.")),
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
def test_a_value_that_cannot_be_used_is_reported_with_what_to_do(
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
        assert "@" not in urls.base_url(f"https://{text}").removeprefix("https://").partition("/")[0]
