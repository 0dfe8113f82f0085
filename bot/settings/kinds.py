"""The kinds of values that settings have, each with its check."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from bot.domain import rules
from bot.domain.confirmations import KINDS
from bot.settings import checks, urls
from bot.settings.redis_url import redis_url


def _text(pattern: str, what: str, hint: str) -> AfterValidator:
    return AfterValidator(checks.matching(pattern, what, hint))


def _secret(check: Callable[[str], object]) -> AfterValidator:
    return AfterValidator(checks.secret(check))


_COPY_CHANNEL_ID = "In Slack, open the channel's details: its ID is at the bottom of the About tab."

# People and places in Slack
SlackUserId = Annotated[
    str,
    _text(r"[UW][A-Z0-9]{2,}", "is not a Slack user ID", "In Slack, open the person's profile, ⋮, Copy member ID."),
]
UsergroupId = Annotated[
    str,
    _text(
        r"S[A-Z0-9]{2,}",
        "is not the ID of a Slack user group",
        "In Slack, open the group under People, User groups, ⋮, Copy group ID.",
    ),
]
Mentioned = Annotated[
    str,
    _text(
        r"[UWS][A-Z0-9]{2,}",
        "is not the ID of a Slack user or user group",
        "Copy the member ID (U…) from a profile, or the group ID (S…) from People, User groups.",
    ),
]
ChannelId = Annotated[str, _text(r"[CDG][A-Z0-9]{2,}", "is not a Slack channel ID", _COPY_CHANNEL_ID)]
EmailDomain = Annotated[
    str,
    _text(
        r"|[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?(\.[0-9A-Za-z]([0-9A-Za-z-]*[0-9A-Za-z])?)+",
        "is not a domain of e-mail addresses",
        "Write what follows the @, such as example.com.",
    ),
]
ProfileField = Annotated[
    str,
    _text(
        r"|Xf[0-9A-Z]{2,}",
        "is not the ID of a Slack profile field",
        "Use the ID that begins with Xf, as team.profile.get lists it.",
    ),
]
Operator = Annotated[str, AfterValidator(checks.operator)]

# How sure the bot must be
SecondStep = Annotated[str, BeforeValidator(checks.one_of(KINDS, "is not a kind of second step"))]
SECOND_STEPS = ", ".join(f"`{name}`" for name in KINDS)
ReasonPolicy = Annotated[
    rules.ReasonPolicy,
    BeforeValidator(checks.one_of(rules.ReasonPolicy, "is not a way to ask for a reason")),
]
ChannelGlob = Annotated[
    str,
    _text(r"[CDG*?\[][A-Z0-9a-z*?!\[\]-]{0,63}", "is neither a Slack channel ID nor a glob of one", _COPY_CHANNEL_ID),
]
Glob = Annotated[
    str,
    _text(
        r"[^\x00-\x1f\x7f]{1,256}",
        "is empty, too long or has a control character",
        "Write a glob such as release-*, of at most 256 characters.",
    ),
]
Warn = Annotated[
    str,
    _text(r"[^\x00-\x1f\x7f]{0,200}", "is too long or has a line break", "Write one line of at most 200 characters."),
]
Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True)]
Seconds = Count
Grace = Annotated[Seconds, checks.within(0, 604_800, "seconds")]  # 7 days

# Secrets
BotToken = Annotated[
    SecretStr,
    _secret(
        checks.matching(
            r"(xoxe\.)?xoxb-[!-~]+",
            "is not a bot token",
            "Copy the token that begins with xoxb- from OAuth & Permissions.",
        )
    ),
]
AppToken = Annotated[
    SecretStr,
    _secret(
        checks.matching(
            r"xapp-[!-~]+", "is not an app token", "Copy the token that begins with xapp- from Basic Information."
        )
    ),
]
SigningSecret = Annotated[SecretStr, _secret(checks.signing_secret)]
HeaderSecret = Annotated[SecretStr, _secret(checks.printable)]
Password = Annotated[
    SecretStr,
    _secret(checks.matching(r"(?s)[^\ud800-\udfff]+", "has bytes that are not UTF-8", "Write it in UTF-8.")),
]
RedisUrl = Annotated[SecretStr, _secret(redis_url)]

# Places
BaseUrl = Annotated[str, AfterValidator(urls.base_url)]
SlackApiUrl = Annotated[BaseUrl, AfterValidator(lambda url: f"{url}/")]  # slack_sdk appends the method's name
ConsoleUrl = Annotated[str, AfterValidator(urls.console_url)]
ListeningHost = Annotated[str, AfterValidator(checks.listening_host)]
Port = Annotated[int, checks.within(0, 65535, "(0 for any free port)")]
KeyPrefix = Annotated[
    str,
    _text(
        r"[0-9A-Za-z_.:-]{1,64}",
        "is longer than 64 characters, or has one that keys and Redis's ACL patterns cannot have",
        "Use only letters, digits, and the characters _ . : and -.",
    ),
]
Region = Annotated[str, _text(r"[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,3}", "is not a region", "Write it as cn-north-4.")]
ProjectId = Annotated[str, _text(r"[0-9A-Za-z_-]{1,64}", "is not an IAM project ID", "Copy it from My Credentials.")]
CodeArtsProjectId = Annotated[
    str,
    _text(
        r"[0-9A-Za-z_-]{1,64}",
        "is not the ID of a CodeArts project",
        "Copy the 32 characters from the address of the project's page.",
    ),
]
PlainText = Annotated[
    str,
    _text(
        r"[^\x00-\x1f\x7f\ud800-\udfff]+",
        "has a line break, another control character or bytes that are not UTF-8",
        "Copy it again, without anything around it.",
    ),
]
