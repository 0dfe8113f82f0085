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
HALF_A_KEY = Fault(
    "CodeArts Check sign-in", "lacks HUAWEICLOUD_SDK_AK", "Set it as well, since HUAWEICLOUD_SDK_SK is set."
)
HALF_A_USER = Fault(
    "CodeArts Check sign-in",
    "lacks CODEARTS_IAM_PASSWORD and CODEARTS_IAM_DOMAIN",
    "Set it as well, since CODEARTS_IAM_USER is set.",
)
TWO_WAYS = Fault(
    "CodeArts Check sign-in",
    "is set in two ways: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, and CODEARTS_IAM_USER",
    "Keep one and unset the other.",
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
def test_what_is_missing_or_contradictory_is_reported_with_what_to_do(
    environ: dict[str, str], told: list[Fault], tmp_path: Path
) -> None:
    """There is one token, one way in from Slack and exactly one way of signing in."""
    assert faults(environ, tmp_path) == told


def test_a_faulty_value_is_not_called_missing_as_well(tmp_path: Path) -> None:
    """One fault, one line."""
    told = faults(HTTP | {"HUAWEICLOUD_SDK_AK": "a b", "HUAWEICLOUD_SDK_SK_FILE": "nowhere"}, tmp_path)
    assert [fault.where for fault in told] == ["HUAWEICLOUD_SDK_SK_FILE", "HUAWEICLOUD_SDK_AK"]


def test_replicas_cannot_be_waited_for_without_a_redis_that_has_some(tmp_path: Path) -> None:
    """The embedded server has no replicas, so every confirmation would be refused."""
    (tmp_path / "codecheck.toml").write_text("[redis]\nwait_replicas = 1\n", encoding="utf-8")
    assert faults(ENOUGH, tmp_path) == [
        Fault(
            "[redis] wait_replicas",
            "needs REDIS_URL",
            "Set REDIS_URL, or take it out: the embedded server has no replicas.",
        )
    ]


@pytest.mark.parametrize(
    ("toml", "table"),
    [
        ("[confirmation]\nttl_seconds = 2", "confirmation"),
        ("[confirmation]\nttl_seconds = 30\ndwell_seconds = 30", "confirmation"),
        ("[second_person]\nttl_seconds = 1", "second_person"),
    ],
)
def test_a_request_does_not_expire_before_it_can_be_confirmed(toml: str, table: str, tmp_path: Path) -> None:
    """The second step counts only once it has been shown for a while."""
    (tmp_path / "codecheck.toml").write_text(toml, encoding="utf-8")
    (told,) = faults(ENOUGH, tmp_path)
    assert told.where == f"[{table}] ttl_seconds"
    assert told.hint == "Nobody could confirm anything: make ttl_seconds longer."


@pytest.mark.parametrize("toml", ["confirmation = 5", "[confirmation]\nttl_seconds = 'x'", "redis = 5"])
def test_what_is_faulty_by_itself_is_not_judged_together_with_others(toml: str, tmp_path: Path) -> None:
    """One fault, one line."""
    (tmp_path / "codecheck.toml").write_text(toml, encoding="utf-8")
    assert len(faults(ENOUGH, tmp_path)) == 1
