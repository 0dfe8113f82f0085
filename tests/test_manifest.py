"""manifest.yml: what is pasted into Slack, in both forms, and where it is found."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from bot.manifest import http_form, manifest
from bot.slack.registry import discover

ROOT = Path(__file__).parents[1]
REQUEST_URL = "https://bot.example.com/slack/events"


def test_as_it_stands_it_is_for_socket_mode() -> None:
    """No URL to fill in, and nothing that calls from outside."""
    document = yaml.safe_load(manifest())
    assert document["settings"]["socket_mode_enabled"] is True
    assert document["settings"]["interactivity"] == {"is_enabled": True}
    (command,) = document["features"]["slash_commands"]
    assert command["command"] == "/codecheck"
    assert command["usage_hint"] == discover().usage_hint()
    assert command["should_escape"] is True
    assert "url" not in command


@pytest.mark.parametrize(
    "url", ["https://bot.example.com", "https://bot.example.com/", "https://bot.example.com/slack/events"]
)
def test_the_http_form_differs_in_nothing_but_where_requests_go(url: str) -> None:
    """Commands and clicks go to one URL, and Socket Mode is off."""
    socket_form, document = yaml.safe_load(manifest()), yaml.safe_load(http_form(manifest(), url))
    for command in socket_form["features"]["slash_commands"]:
        command["url"] = REQUEST_URL
    socket_form["settings"]["interactivity"]["request_url"] = REQUEST_URL
    socket_form["settings"]["event_subscriptions"]["request_url"] = REQUEST_URL
    socket_form["settings"]["socket_mode_enabled"] = False
    assert document == socket_form


def test_a_path_before_the_bot_is_kept() -> None:
    """A proxy may serve the bot under a path of its own."""
    document = yaml.safe_load(http_form(manifest(), "https://example.com:8443/bots/codecheck"))
    assert document["settings"]["interactivity"]["request_url"] == (
        "https://example.com:8443/bots/codecheck/slack/events"
    )


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://bot.example.com", "Slack only calls https://: write it as https://bot.example.com"),
        ("bot.example.com", "Slack only calls https://: write it as https://bot.example.com"),
        ("https://", "it has no host: write it as https://bot.example.com"),
        ("https:// x", "it has no host: write it as https://bot.example.com"),
        ("https://h:x", "its host or port cannot be read: write it as https://bot.example.com"),
        ("https://u:p@h", "it has credentials, a query or a fragment: write it as https://bot.example.com"),
        ("https://h/?a=1", "it has credentials, a query or a fragment: write it as https://bot.example.com"),
    ],
)
def test_a_url_that_slack_could_not_call_is_refused(url: str, told: str) -> None:
    """Slack would take the manifest and then fail on every command."""
    with pytest.raises(ValueError, match=f"^{re.escape(told)}$"):
        http_form(manifest(), url)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, as `pip install` gets it; built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return zipfile.ZipFile(built)


def test_everything_that_the_bot_reads_travels_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    """The manifest, the types, and whatever stands in the package beside the code: scripts of Redis, pages."""
    names = set(wheel.namelist())
    assert wheel.read("bot/manifest.yml") == (ROOT / "manifest.yml").read_bytes()
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "bot").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "bot/py.typed" in files
    assert files <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_the_manifest_is_found_in_the_installed_wheel(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Not only in a checkout: there is no file above the package then."""
    wheel.extractall(tmp_path)
    script = "from bot import manifest; print(manifest.__file__); print(manifest.manifest(), end='')"
    ran = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True)
    where, _, text = ran.stdout.partition("\n")
    assert Path(where).is_relative_to(tmp_path)
    assert text == (ROOT / "manifest.yml").read_text(encoding="utf-8")


def test_the_command_line_takes_optional_scopes() -> None:
    """`--with` adds what a setting needs, any number of times, also for HTTP; a name that is none is told."""
    command = [sys.executable, "-m", "bot", "manifest"]
    asked = [*command, "--with", "usergroups", "--with", "email", "--url", "https://bot.example.com"]
    printed = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True)
    document = yaml.safe_load(printed.stdout)
    assert document["oauth_config"]["scopes"]["bot"][5:] == ["users:read.email", "usergroups:read"]
    assert document["features"]["slash_commands"][0]["url"] == REQUEST_URL

    refused = subprocess.run([*command, "--with", "admin"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "'email', 'profile', 'usergroups'" in refused.stderr
