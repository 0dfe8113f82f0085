"""What settings need of one another, judged by which of them are set: faulty values count as set."""

from collections.abc import Collection, Iterator, Mapping

from bot.settings.faults import Fault

_ACCESS_KEY = ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK")
_IAM_USER = ("CODEARTS_IAM_USER", "CODEARTS_IAM_PASSWORD", "CODEARTS_IAM_DOMAIN")
_SIGN_IN = "CodeArts Check sign-in"
_TTL, _DWELL = {"confirmation": 300, "second_person": 28_800}, 2  # seconds, the defaults


def unmet(given: Collection[str], tables: Mapping[str, object]) -> Iterator[Fault]:
    """The faults of what is missing or contradictory.

    Args:
        given: the names of the variables that are set, directly or by a file.
        tables: codecheck.toml.
    """
    yield from _slack(given)
    yield from _sign_in(given)
    if _number(tables, "redis", "wait_replicas", 0) and "REDIS_URL" not in given:
        yield Fault(
            "[redis] wait_replicas",
            "needs REDIS_URL",
            "Set REDIS_URL, or take it out: the embedded server has no replicas.",
        )
    dwell = _number(tables, "confirmation", "dwell_seconds", _DWELL)
    for table, usual in _TTL.items():
        if 0 < (ttl := _number(tables, table, "ttl_seconds", usual)) <= dwell:
            yield Fault(
                f"[{table}] ttl_seconds",
                f"is {ttl}, and the second step counts only after dwell_seconds = {dwell}",
                "Nobody could confirm anything: make ttl_seconds longer.",
            )


def _number(tables: Mapping[str, object], table: str, key: str, default: int) -> int:
    """A number of codecheck.toml, which has not been checked yet; 0 for anything else."""
    keys = tables.get(table)
    value = keys.get(key, default) if isinstance(keys, dict) else default
    return value if isinstance(value, int) else 0


def _slack(given: Collection[str]) -> Iterator[Fault]:
    if "SLACK_BOT_TOKEN" not in given:
        hint = "Copy the Bot User OAuth Token (xoxb-...) from OAuth & Permissions at https://api.slack.com/apps."
        yield Fault("SLACK_BOT_TOKEN", "is not set", hint)
    if "SLACK_APP_TOKEN" not in given and "SLACK_SIGNING_SECRET" not in given:
        yield Fault(
            "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",
            "is not set",
            "Set the app token (xapp-...) for Socket Mode, or the signing secret for HTTP: see Basic Information.",
        )


def _sign_in(given: Collection[str]) -> Iterator[Fault]:
    by_key = [name for name in _ACCESS_KEY if name in given]
    by_user = [name for name in _IAM_USER if name in given]
    if by_key and by_user:
        yield Fault(
            _SIGN_IN, f"is set in two ways: {_and(by_key)}, and {_and(by_user)}", "Keep one and unset the other."
        )
    elif by_key or by_user:
        missing = [name for name in (_ACCESS_KEY if by_key else _IAM_USER) if name not in given]
        if missing:
            yield Fault(_SIGN_IN, f"lacks {_and(missing)}", f"Set it as well, since {_and(by_key or by_user)} is set.")
    else:
        yield Fault(_SIGN_IN, "is not set", f"Set either {_and(_ACCESS_KEY)}, or {_and(_IAM_USER)}.")
    if "HUAWEICLOUD_SDK_SECURITY_TOKEN" in given and not by_key:
        yield Fault(
            "HUAWEICLOUD_SDK_SECURITY_TOKEN", "needs the access key it came with", f"Set {_and(_ACCESS_KEY)} as well."
        )


def _and(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
