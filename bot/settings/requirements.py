"""What settings need of one another, told from which of them are given: faulty values count as given."""

from collections.abc import Collection, Iterator, Mapping

from bot.settings.faults import Fault

_ACCESS_KEY = ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK")
_IAM_USER = ("CODEARTS_IAM_USER", "CODEARTS_IAM_PASSWORD", "CODEARTS_IAM_DOMAIN")
_SIGN_IN = "CodeArts Check sign-in"


def unmet(given: Collection[str], tables: Mapping[str, object]) -> Iterator[Fault]:
    """The faults of what is missing or contradicts.

    Args:
        given: the names of the variables that are set, by themselves or by a file.
        tables: codecheck.toml.
    """
    yield from _slack(given)
    yield from _sign_in(given)
    options = tables.get("redis")
    if isinstance(options, dict) and options.get("wait_replicas") not in (None, 0) and "REDIS_URL" not in given:
        yield Fault("[redis] wait_replicas", "needs REDIS_URL", "The embedded server has no replicas: take one out.")


def _slack(given: Collection[str]) -> Iterator[Fault]:
    if "SLACK_BOT_TOKEN" not in given:
        cure = "Copy the Bot User OAuth Token (xoxb-...) from OAuth & Permissions at https://api.slack.com/apps."
        yield Fault("SLACK_BOT_TOKEN", "is not set", cure)
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
            _SIGN_IN, f"is given two ways: {_and(by_key)}, and {_and(by_user)}", "Keep one way and unset the other."
        )
    elif by_key or by_user:
        missing = [name for name in (_ACCESS_KEY if by_key else _IAM_USER) if name not in given]
        if missing:
            yield Fault(_SIGN_IN, f"lacks {_and(missing)}", f"Set it beside {_and(by_key or by_user)}.")
    else:
        yield Fault(_SIGN_IN, "is not set", f"Set either {_and(_ACCESS_KEY)}, or {_and(_IAM_USER)}.")
    if "HUAWEICLOUD_SDK_SECURITY_TOKEN" in given and not by_key:
        yield Fault(
            "HUAWEICLOUD_SDK_SECURITY_TOKEN", "needs the access key it came with", f"Set {_and(_ACCESS_KEY)} as well."
        )


def _and(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
