"""deploy/systemd: the unit, held to what systemd says of it and to the bot's settings."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.settings import load_settings
from tests.deploy.environments import ENVIRONMENT_NAMES, with_secrets

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "codecheck-bot.service"
ANALYZE = shutil.which("systemd-analyze")
LINES = [
    (name, value)
    for name, _, value in (line.partition("=") for line in UNIT.read_text(encoding="utf-8").splitlines())
    if value or name.endswith("Capabilities") or name == "CapabilityBoundingSet"
]


def values(name: str) -> list[str]:
    """What a directive is set to."""
    return [value for found, value in LINES if found == name]


def test_the_bot_can_finish_before_its_server_is_stopped() -> None:
    """SIGTERM goes to the bot alone, and it has longer than the 20 s that it takes at most."""
    assert values("KillMode") == ["mixed"]
    assert values("TimeoutStopSec") == ["30"]
    assert values("RestartPreventExitStatus") == ["2"]


def test_nobody_else_reads_what_it_writes() -> None:
    """Neither files nor folders, and it is a user of its own."""
    assert values("UMask") == ["0077"]
    assert values("StateDirectoryMode") == ["0700"]
    assert values("DynamicUser") == ["yes"]
    assert values("CapabilityBoundingSet") == [""]


def test_the_bot_starts_with_these_settings(tmp_path: Path) -> None:
    """Every variable is one that it reads, and every credential that one names is loaded."""
    environment = dict(pair.split("=", 1) for value in values("Environment") for pair in value.split())
    assert environment.pop("HOME") == environment["CODECHECK_DATA_DIR"]  # slack_sdk does not load without one
    assert set(environment) <= ENVIRONMENT_NAMES
    loaded = {value.partition(":")[0] for value in values("LoadCredential")}
    assert set(re.findall(r"%d/([\w.]+)", " ".join(environment.values()))) == loaded
    (tmp_path / "codecheck.toml").write_text('[operators]\nU0123456789 = "alice"\n', encoding="utf-8")
    environment |= {"CODECHECK_CONFIG": str(tmp_path / "codecheck.toml"), "CODECHECK_DATA_DIR": str(tmp_path)}
    assert load_settings(with_secrets(environment, tmp_path), tmp_path).socket_mode


def test_systemd_finds_it_hardened() -> None:
    """`systemd-analyze security` gives it at most 1.5 of 10, where 10 is a service without any restriction."""
    if ANALYZE is None:
        pytest.skip("systemd-analyze is not installed")
    ended = subprocess.run(
        [ANALYZE, "security", "--offline=true", "--threshold=15", "--no-pager", str(UNIT)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stdout[-300:] + ended.stderr
