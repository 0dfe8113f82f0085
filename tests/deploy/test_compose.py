"""deploy/compose.yaml: held to Compose's schema, and to what the image is made for."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import load_settings
from tests.deploy.environments import ENVIRONMENT_NAMES, with_secrets

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "compose.yaml"
COMPOSE: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
BOT, VALKEY = COMPOSE["services"]["bot"], COMPOSE["services"]["valkey"]


def test_compose_takes_it() -> None:
    """By the schema that Compose publishes."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_no_container_can_do_more_than_it_must() -> None:
    """A read-only root, no capability, nothing that could give it one; and the bot has time to finish."""
    for service in (BOT, VALKEY):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["stop_grace_period"] == "30s"
    assert all(str(port).startswith("127.0.0.1:") for port in BOT["ports"])
    assert "ports" not in VALKEY
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert VALKEY["networks"] == ["inside"]


def test_secrets_come_as_files() -> None:
    """None stands in the file or in the environment, each that is used is declared, and git ignores them."""
    for service in (BOT, VALKEY):
        assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    assert {Path(each["file"]).parent for each in COMPOSE["secrets"].values()} == {Path("secrets")}
    named = {Path(path).name for name, path in BOT["environment"].items() if name.endswith("_FILE")}
    assert named == set(BOT["secrets"])
    assert "*" in (ROOT / "deploy/secrets/.gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("password", "started"), [("secret\n", True), ("", False), (None, False)])
def test_valkey_does_not_start_without_its_password(password: str | None, started: bool, tmp_path: Path) -> None:
    """A file that is empty, or that its user may not read, must not leave it open."""
    secret, server = tmp_path / "password", tmp_path / "valkey-server"
    if password is not None:
        secret.write_text(password, encoding="utf-8")
    server.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    server.chmod(0o755)
    shell = [part.replace("$$", "$").replace("/run/secrets/valkey_password", str(secret)) for part in VALKEY["command"]]
    ended = subprocess.run(
        shell, env={"PATH": f"{tmp_path}:{os.defpath}"}, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.stdout.startswith("--requirepass secret --appendonly yes") is started
    assert (ended.returncode == 0) is started


def test_the_secrets_are_given_to_the_users_in_the_containers() -> None:
    """Compose mounts each file with the owner and the rights that it has outside."""
    (commands,) = (line for line in FILE.read_text(encoding="utf-8").splitlines() if "sudo chown" in line)
    user = re.search(r"^USER (\d+):", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert user is not None
    assert f"chown {user[1]} deploy/secrets/*" in commands
    assert f"chown {VALKEY['user'].partition(':')[0]} deploy/secrets/valkey_password" in commands
    assert "chmod 400 deploy/secrets/*" in commands


def test_valkey_loses_nothing_that_it_acknowledged() -> None:
    """Each write is on the disk before the answer, and none is evicted."""
    script = VALKEY["command"][-1]
    for option in ("--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction", "--requirepass"):
        assert option in script


def test_the_bot_starts_with_these_settings(tmp_path: Path) -> None:
    """Every variable is one that it reads."""
    environment = {name: str(value) for name, value in BOT["environment"].items()}
    assert set(environment) <= ENVIRONMENT_NAMES
    (tmp_path / "codecheck.toml").write_text('[operators]\nU0123456789 = "alice"\n', encoding="utf-8")
    environment["CODEARTS_REGION"] = "cn-north-4"
    settings = load_settings(with_secrets(environment, tmp_path), tmp_path)
    assert settings.socket_mode
    assert settings.redis_url is not None
