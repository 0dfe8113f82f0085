"""manifest.yml: what to paste into Slack to make the app, for Socket Mode as it stands, or for HTTP."""

from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

import yaml

EVENTS = "/slack/events"  # the one path of the HTTP transport that Slack calls


def manifest() -> str:
    """The text of manifest.yml: from the installed package, else from the top of the checkout."""
    packaged = files("bot") / "manifest.yml"
    return (packaged if packaged.is_file() else Path(__file__).parents[1] / "manifest.yml").read_text("utf-8")


def parsed_manifest() -> dict[str, object]:
    """The same, parsed."""
    document = yaml.safe_load(manifest())
    if not isinstance(document, dict):
        raise TypeError("manifest.yml holds no mapping")
    return document


def http_form(text: str, url: str) -> str:
    """The manifest `text` for HTTP: every request goes to `url`, and Socket Mode is off.

    Args:
        text: a manifest in YAML.
        url: where Slack reaches the bot, with or without `/slack/events` at its end.

    Raises:
        ValueError: Slack could not call `url`; the text says why.
    """
    request_url = _request_url(url)
    document = yaml.safe_load(text)
    for command in document["features"]["slash_commands"]:
        command["url"] = request_url
    document["settings"]["interactivity"]["request_url"] = request_url
    document["settings"]["socket_mode_enabled"] = False
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _request_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("its host or port cannot be read: write it as https://bot.example.com") from None
    if parts.scheme != "https":
        raise ValueError("Slack calls https:// alone: write it as https://bot.example.com")
    if not host or any(character.isspace() for character in url):
        raise ValueError("it has no host: write it as https://bot.example.com")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("it has credentials, a query or a fragment: write it as https://bot.example.com")
    return url.rstrip("/").removesuffix(EVENTS) + EVENTS
