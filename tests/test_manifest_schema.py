"""manifest.yml is one that Slack takes, and asks for no more than the bot needs."""

import copy
import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import TypedDict

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.manifest import OPTIONAL_SCOPES, http_form, with_scopes

ROOT = Path(__file__).parent.parent
SCHEMA = ROOT / "tests" / "data" / "slack_manifest.schema.json"

# https://docs.slack.dev/reference/scopes: those that such a bot could have a use for; the schema takes any text.
REAL_SCOPES = {
    *("chat:write", "chat:write.public", "commands", "files:write", "im:write", "usergroups:read"),
    *("users.profile:read", "users:read", "users:read.email", "app_mentions:read", "im:history"),
}


class Command(TypedDict, total=False):
    """A slash command of a manifest."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool
    url: str


class Manifest(TypedDict):
    """The parts of a manifest that these tests look at; the schema looks at all of it."""

    display_information: dict[str, str]
    features: "Features"
    oauth_config: "OAuth"
    settings: "Settings"


class Features(TypedDict):
    """What the app adds to a workspace."""

    app_home: dict[str, bool]
    bot_user: dict[str, str | bool]
    slash_commands: list[Command]


class OAuth(TypedDict):
    """What it asks for."""

    scopes: dict[str, list[str]]


class Settings(TypedDict):
    """How Slack reaches it."""

    interactivity: dict[str, str | bool]
    event_subscriptions: dict[str, str | list[str]]
    socket_mode_enabled: bool
    org_deploy_enabled: bool
    token_rotation_enabled: bool


@pytest.fixture
def manifest() -> Manifest:
    """manifest.yml, parsed."""
    parsed: Manifest = yaml.safe_load((ROOT / "manifest.yml").read_text())
    return parsed


def faults(manifest: Manifest) -> list[str]:
    """What Slack would refuse in a manifest: by its schema, and by what the schema misses."""
    schema = json.loads(SCHEMA.read_text())
    found = [error.message for error in Draft7Validator(schema).iter_errors(manifest)]
    found += [f"bogus scope {scope}" for scope in manifest["oauth_config"]["scopes"]["bot"] if scope not in REAL_SCOPES]
    if not manifest["settings"]["socket_mode_enabled"]:
        commands = manifest["features"]["slash_commands"]
        found += [f"{command['command']} has no url" for command in commands if "url" not in command]
        if "request_url" not in manifest["settings"]["interactivity"]:
            found.append("interactivity has no request_url")
        if "request_url" not in manifest["settings"]["event_subscriptions"]:
            found.append("event_subscriptions has no request_url")
    return found


def test_slack_takes_the_manifest(manifest: Manifest) -> None:
    """Neither the schema nor the rules beside it find a fault."""
    assert faults(manifest) == []


def misspell_a_key(manifest: Manifest) -> None:
    """`descripton`."""
    command = manifest["features"]["slash_commands"][0]
    del command["description"]


def lengthen_the_name(manifest: Manifest) -> None:
    """36 characters, one more than Slack takes."""
    manifest["display_information"]["name"] = "x" * 36


def invent_a_scope(manifest: Manifest) -> None:
    """A scope that Slack does not have."""
    manifest["oauth_config"]["scopes"]["bot"].append("chat:delete")


def turn_sockets_off(manifest: Manifest) -> None:
    """Without sockets Slack needs URLs."""
    manifest["settings"]["socket_mode_enabled"] = False


@pytest.mark.parametrize("spoil", [misspell_a_key, lengthen_the_name, invent_a_scope, turn_sockets_off])
def test_a_spoilt_manifest_is_found_out(manifest: Manifest, spoil: Callable[[Manifest], None]) -> None:
    """The check above can fail: for the schema's rules and for those that it misses."""
    spoilt = copy.deepcopy(manifest)
    spoil(spoilt)
    assert faults(spoilt)


def test_the_app_asks_for_nothing_but_what_it_needs(manifest: Manifest) -> None:
    """Bot scopes that every installation needs, each explained in the manifest, and no token of a user."""
    assert manifest["oauth_config"]["scopes"] == {
        "bot": ["commands", "chat:write", "app_mentions:read", "im:history", "users:read"]
    }


@pytest.mark.parametrize("url", [None, "https://bot.example.com"])
@pytest.mark.parametrize("names", [names for n in range(4) for names in combinations(OPTIONAL_SCOPES, n)])
def test_slack_takes_every_form(url: str | None, names: tuple[str, ...]) -> None:
    """With any optional scopes, for Socket Mode and for HTTP: what was asked for is added, and nothing else."""
    text = with_scopes((ROOT / "manifest.yml").read_text(encoding="utf-8"), names)
    form: Manifest = yaml.safe_load(http_form(text, url) if url else text)
    assert faults(form) == []
    assert form["oauth_config"]["scopes"]["bot"][5:] == [OPTIONAL_SCOPES[name] for name in names]


def test_a_person_can_be_told_directly(manifest: Manifest) -> None:
    """The Messages tab is on: without it Slack refuses the bot's direct messages, the last way to reach a person."""
    home = manifest["features"]["app_home"]
    assert home["messages_tab_enabled"] is True
    assert home["messages_tab_read_only_enabled"] is False  # whoever writes to the bot is answered with the help


def test_a_person_has_a_home_tab(manifest: Manifest) -> None:
    """It is on, and the bot hears when it is opened; without either it stays empty."""
    assert manifest["features"]["app_home"]["home_tab_enabled"] is True
    assert "app_home_opened" in manifest["settings"]["event_subscriptions"]["bot_events"]


def test_the_app_speaks_socket_mode_in_one_workspace(manifest: Manifest) -> None:
    """Socket Mode with interactivity, no organisation-wide install, no rotating tokens."""
    settings = manifest["settings"]
    assert settings["interactivity"] == {"is_enabled": True}
    assert (settings["socket_mode_enabled"], settings["org_deploy_enabled"]) == (True, False)
    assert settings["token_rotation_enabled"] is False


def test_the_command_is_introduced_as_it_is_typed(manifest: Manifest) -> None:
    """`/codecheck delete <task_id>` first, with mentions sent as IDs."""
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/codecheck"
    assert command["usage_hint"].startswith("delete <task_id> [reason] | ")
    assert command["should_escape"] is True
