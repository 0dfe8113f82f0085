"""What settings need of one another."""

from pathlib import Path

import pytest

from bot.settings import Fault
from tests.settings.examples import BY_KEY, BY_USER, ENOUGH, HTTP, faults

NO_TOKEN = Fault(
    "SLACK_BOT_TOKEN",
    "is not set",
    "Copy the Bot User OAuth Token (xoxb-...) from OAuth & Permissions at https://api.slack.com/apps.",
)
NO_WAY_IN = Fault(
    "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",
    "is not set",
    "Set the app token (xapp-...) for Socket Mode, or the signing secret for HTTP: see Basic Information.",
)
NO_SIGN_IN = Fault(
    "CodeArts Check sign-in",
    "is not set",
    "Set either HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, "
    "or CODEARTS_IAM_USER, CODEARTS_IAM_PASSWORD and CODEARTS_IAM_DOMAIN.",
)
HALF_A_KEY = Fault("CodeArts Check sign-in", "lacks HUAWEICLOUD_SDK_AK", "Set it beside HUAWEICLOUD_SDK_SK.")
HALF_A_USER = Fault(
    "CodeArts Check sign-in", "lacks CODEARTS_IAM_PASSWORD and CODEARTS_IAM_DOMAIN", "Set it beside CODEARTS_IAM_USER."
)
TWO_WAYS = Fault(
    "CodeArts Check sign-in",
    "is given two ways: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, and CODEARTS_IAM_USER",
    "Keep one way and unset the other.",
)
STRAY_TOKEN = Fault(
    "HUAWEICLOUD_SDK_SECURITY_TOKEN",
    "needs the access key it came with",
    "Set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK as well.",
)


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, [NO_TOKEN, NO_WAY_IN, NO_SIGN_IN]),
        (BY_KEY, [NO_TOKEN, NO_WAY_IN]),
        (HTTP, [NO_SIGN_IN]),
        (HTTP | {"HUAWEICLOUD_SDK_SK": "SK"}, [HALF_A_KEY]),
        (HTTP | {"CODEARTS_IAM_USER": "bot"}, [HALF_A_USER]),
        (HTTP | BY_KEY | {"CODEARTS_IAM_USER": "bot"}, [TWO_WAYS]),
        (HTTP | BY_USER | {"HUAWEICLOUD_SDK_SECURITY_TOKEN": "t"}, [STRAY_TOKEN]),
    ],
)
def test_what_is_missing_or_contradicts_is_told_with_its_cure(
    environ: dict[str, str], told: list[Fault], tmp_path: Path
) -> None:
    """There is one token, one way in from Slack and exactly one way of signing in."""
    assert faults(environ, tmp_path) == told


def test_a_faulty_value_is_not_called_missing_as_well(tmp_path: Path) -> None:
    """One fault, one line."""
    told = faults(HTTP | {"HUAWEICLOUD_SDK_AK": "a b", "HUAWEICLOUD_SDK_SK_FILE": "nowhere"}, tmp_path)
    assert [fault.where for fault in told] == ["HUAWEICLOUD_SDK_SK_FILE", "HUAWEICLOUD_SDK_AK"]


def test_replicas_cannot_be_waited_for_without_a_redis_that_has_some(tmp_path: Path) -> None:
    """The embedded server is alone: every confirmation would be refused."""
    (tmp_path / "codecheck.toml").write_text("[redis]\nwait_replicas = 1\n", encoding="utf-8")
    assert faults(ENOUGH, tmp_path) == [
        Fault("[redis] wait_replicas", "needs REDIS_URL", "The embedded server has no replicas: take one out.")
    ]
