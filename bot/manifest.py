"""manifest.yml, which is pasted into Slack to create the app, and its variants: for HTTP, and with more scopes."""

from collections.abc import Collection
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

EVENTS = "/slack/events"  # the one path of the HTTP transport that Slack calls
OPTIONAL_SCOPES = {  # scopes that only some settings need, by the name that `--with` takes
    "email": "users:read.email",  # [operators_from] email_domain: the address in users.info
    "profile": "users.profile:read",  # [operators_from] profile_field: users.profile.get
    "usergroups": "usergroups:read",  # [allow] usergroups, and groups in [second_person] ask: usergroups.users.list
}


def manifest() -> str:
    """The text of manifest.yml: from the installed package, or else from the top of the checkout."""
    packaged = files("bot") / "manifest.yml"
    return (packaged if packaged.is_file() else Path(__file__).parents[1] / "manifest.yml").read_text("utf-8")


def parsed_manifest() -> dict[str, object]:
    """The manifest with every optional scope, parsed."""
    return _parsed(with_scopes(manifest(), OPTIONAL_SCOPES))


def with_scopes(text: str, names: Collection[str]) -> str:
    """The manifest `text` with optional scopes.

    Args:
        text: a manifest in YAML.
        names: keys of `OPTIONAL_SCOPES`.
    """
    if not names:
        return text
    document = _parsed(text)
    document["oauth_config"]["scopes"]["bot"] += [scope for name, scope in OPTIONAL_SCOPES.items() if name in names]
    return _written(document)


def http_form(text: str, url: str) -> str:
    """The manifest `text` for HTTP: every request goes to `url`, and Socket Mode is off.

    Args:
        text: a manifest in YAML.
        url: where Slack reaches the bot, with or without `/slack/events` at its end.

    Raises:
        ValueError: Slack could not call `url`; the text says why.
    """
    request_url = _request_url(url)
    document = _parsed(text)
    for command in document["features"]["slash_commands"]:
        command["url"] = request_url
    document["settings"]["interactivity"]["request_url"] = request_url
    document["settings"]["event_subscriptions"]["request_url"] = request_url
    document["settings"]["socket_mode_enabled"] = False
    return _written(document)


def _parsed(text: str) -> dict[str, Any]:
    document = yaml.safe_load(text)
    if not isinstance(document, dict):
        raise TypeError("manifest.yml is not a mapping")
    return document


def _written(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _request_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("its host or port cannot be read: write it as https://bot.example.com") from None
    if parts.scheme != "https":
        raise ValueError("Slack only calls https://: write it as https://bot.example.com")
    if not host or any(character.isspace() for character in url):
        raise ValueError("it has no host: write it as https://bot.example.com")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("it has credentials, a query or a fragment: write it as https://bot.example.com")
    return url.rstrip("/").removesuffix(EVENTS) + EVENTS
