"""The kinds of values that settings have, each with its check."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from bot.settings import checks


def _text(pattern: str, what: str, cure: str) -> AfterValidator:
    return AfterValidator(checks.matching(pattern, what, cure))


def _secret(check: Callable[[str], object]) -> AfterValidator:
    return AfterValidator(checks.secret(check))


SlackUserId = Annotated[
    str,
    _text(r"[UW][A-Z0-9]{2,}", "is no Slack user ID", "In Slack: a person's profile, its three dots, Copy member ID."),
]
ChannelId = Annotated[
    str,
    _text(
        r"[CDG][A-Z0-9]{2,}",
        "is no Slack channel ID",
        "In Slack: click the channel's name; the ID is at the end of About.",
    ),
]
Operator = Annotated[str, AfterValidator(checks.operator)]

BotToken = Annotated[
    SecretStr,
    _secret(
        checks.matching(
            r"(xoxe\.)?xoxb-[!-~]+",
            "is no bot token",
            "Copy the token that begins with xoxb- from OAuth & Permissions.",
        )
    ),
]
AppToken = Annotated[
    SecretStr,
    _secret(
        checks.matching(
            r"xapp-[!-~]+", "is no app token", "Copy the token that begins with xapp- from Basic Information."
        )
    ),
]
SigningSecret = Annotated[SecretStr, _secret(checks.signing_secret)]
HeaderSecret = Annotated[SecretStr, _secret(checks.printable)]
RedisUrl = Annotated[SecretStr, _secret(checks.redis_url)]

BaseUrl = Annotated[str, AfterValidator(checks.base_url)]
SlackApiUrl = Annotated[BaseUrl, AfterValidator(lambda url: f"{url}/")]  # slack_sdk joins the method's name to it
ListeningHost = Annotated[str, AfterValidator(checks.listening_host)]
Port = Annotated[int, checks.within(0, 65535, "(0 takes a free one)")]
KeyPrefix = Annotated[
    str,
    _text(
        r"[0-9A-Za-z_.:-]{1,64}",
        "has a character that keys and Redis's ACL patterns cannot take, or over 64 of them",
        "Use letters, digits and any of _ . : - alone.",
    ),
]
Region = Annotated[str, _text(r"[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,3}", "is no region", "Write it as cn-north-4.")]
ProjectId = Annotated[str, _text(r"[0-9A-Za-z_-]{1,64}", "is no IAM project ID", "Copy it from My Credentials.")]
PlainText = Annotated[
    str, _text(r"[^\x00-\x1f\x7f]+", "has a line break or another control character", "Copy it anew, and it alone.")
]

Seconds = Annotated[int, Field(strict=True)]
