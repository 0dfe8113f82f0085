"""The command line, as a process of its own: what it prints, and its exit status."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from bot.cli import commands
from bot.settings import setting_rows

COMMAND = Path(sys.executable).with_name("codecheck-bot")
SECRET = "s3cret-value"


def run(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `codecheck-bot` in `folder` with no environment but `environ`."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environ | measured,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_wrong_settings_are_listed_at_once_with_exit_status_2(tmp_path: Path) -> None:
    """Missing token, bad URL, unknown key, an operator with a line break: one line each, and no secret in them."""
    (tmp_path / "codecheck.toml").write_text(
        '[operators]\nU01ALICE = "ali\\nce"\n[confirmation]\nttl = 60\n', encoding="utf-8"
    )
    ended = run(
        tmp_path,
        "run",
        SLACK_APP_TOKEN=SECRET,
        REDIS_URL=f"http://:{SECRET}@h",
        HUAWEICLOUD_SDK_AK=SECRET,
        HUAWEICLOUD_SDK_SK_FILE=SECRET,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    head, *faults = ended.stderr.splitlines()
    assert head == "The settings cannot be used:"
    assert [fault.removeprefix("- ").split()[0] for fault in faults] == [
        "HUAWEICLOUD_SDK_SK_FILE",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "REDIS_URL",
        "codecheck.toml:",
        "codecheck.toml:",
    ]
    assert SECRET not in ended.stderr


def test_python_m_bot_is_the_same_command(tmp_path: Path) -> None:
    """And it calls itself by the command's name."""
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ended.stdout == run(tmp_path, "--help").stdout
    assert ended.stdout.startswith("Usage: codecheck-bot ")


def test_version(tmp_path: Path) -> None:
    """The distribution's name and version."""
    assert run(tmp_path, "--version").stdout == f"codecheck-bot {version('codecheck-bot')}\n"


def test_the_help_of_run_names_every_variable(tmp_path: Path) -> None:
    """An engineer on call finds them without the README."""
    text = run(tmp_path, "run", "--help").stdout
    assert not [row.name for row in setting_rows() if not row.table and row.name not in text]


@pytest.mark.parametrize("command", sorted(commands.commands))
def test_every_command_has_a_help(command: str, tmp_path: Path) -> None:
    """And asking for it needs no settings."""
    ended = run(tmp_path, command, "--help")
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"Usage: codecheck-bot {command} ")


def test_without_the_sandbox_it_says_how_to_install_it(tmp_path: Path) -> None:
    """An installation of the bot alone: every package that there is here but the sandbox's."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for folder in map(Path, filter(lambda path: path.endswith("site-packages"), sys.path)):
        for package in folder.iterdir():
            if (
                package.name != "bot"
                and "codecheck_sandbox" not in package.name
                and not (packages / package.name).exists()
            ):
                (packages / package.name).symlink_to(package)
    (packages / "bot").symlink_to(Path(__file__).parents[1] / "bot")
    for arguments in ([], ["--play"]):
        ended = subprocess.run(
            [sys.executable, "-S", "-m", "bot", "sandbox", *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": str(packages)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, ended.stdout) == (1, "")
        assert "pip install ./sandbox" in ended.stderr
        assert "Traceback" not in ended.stderr


def test_the_manifest_is_printed_as_it_stands_or_for_a_url(tmp_path: Path) -> None:
    """Ready to paste, or to pipe into a file."""
    text = (Path(__file__).parents[1] / "manifest.yml").read_text(encoding="utf-8")
    assert run(tmp_path, "manifest").stdout == text
    document = yaml.safe_load(run(tmp_path, "manifest", "--url", "https://bot.example.com").stdout)
    assert document["settings"]["interactivity"]["request_url"] == "https://bot.example.com/slack/events"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("manifest", "--url", "http://h"), "Slack only calls https://"),
        (("sandbox", "--port", "70000"), "70000 is not in the range"),
        (("explode",), "No such command 'explode'"),
    ],
)
def test_a_wrong_command_line_is_told_with_exit_status_2(arguments: tuple[str, ...], told: str, tmp_path: Path) -> None:
    """Without a stack trace."""
    ended = run(tmp_path, *arguments)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


ENDS = """
import click
from bot.cli.execution import execute
from bot.domain.errors import UndeliverableError
from bot.settings import Fault, SettingsError
from bot.observability.logs import configure_logging

async def work():
    {work}

configure_logging("json", ["s3cret-value"])
click.command()(lambda: print(execute(work())))([])
"""


@pytest.mark.parametrize(
    ("work", "status", "out", "err"),
    [
        ("return 5", 0, "5\n", ""),
        ("raise KeyboardInterrupt", 130, "", ""),
        ("raise UndeliverableError('is_archived')", 1, "", "Error: is_archived\n"),
        (
            "raise SettingsError([Fault('PORT', 'is taken', 'Use another one.')])",
            2,
            "",
            "The settings cannot be used:\n- PORT is taken. Use another one.\n",
        ),
    ],
)
def test_how_a_command_ends(work: str, status: int, out: str, err: str, tmp_path: Path) -> None:
    """Done, interrupted, failed for a known reason, or with a setting that turns out wrong: no stack trace."""
    script = ENDS.format(work=work)
    ended = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, out, err)


def test_an_unexpected_error_goes_to_the_log_without_secrets(tmp_path: Path) -> None:
    """Its stack trace is one line of the log, and the exit status is 1."""
    script = ENDS.format(work="raise RuntimeError('signing with s3cret-value failed')")
    ended = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    line = json.loads(ended.stderr)
    assert ended.returncode == 1
    assert line["event"] == "stopped by an unexpected error"
    assert "RuntimeError: signing with [hidden] failed" in line["exception"]
    assert SECRET not in ended.stderr


def test_the_command_line_answers_without_loading_the_bot(tmp_path: Path) -> None:
    """Slack's SDK, Redis's client and the rest are imported by the commands that need them."""
    script = "import sys, bot.__main__; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    ended = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = ended.stdout.split()
    assert "click" in loaded
    assert not {"slack_bolt", "slack_sdk", "redis", "httpx", "aiohttp", "pydantic"} & set(loaded)


def test_doctor_can_print_json(tmp_path: Path) -> None:
    """For a script: every check with its grade, and what to do."""
    ended = run(
        tmp_path,
        "doctor",
        "--json",
        SLACK_BOT_TOKEN="xoxb-1-a",
        SLACK_SIGNING_SECRET="s",
        HUAWEICLOUD_SDK_AK="a",
        HUAWEICLOUD_SDK_SK="b",
        SLACK_API_URL="http://127.0.0.1:1/",
        CODEARTS_ENDPOINT="http://127.0.0.1:1",
        REDIS_URL="redis://127.0.0.1:1",
    )
    assert ended.returncode == 1, ended.stderr
    checks = json.loads(ended.stdout)
    assert {check["grade"] for check in checks} >= {"FAULT"}
    assert all(set(check) == {"name", "grade", "text", "hint"} for check in checks)


def test_doctor_shows_the_notices_about_the_settings(tmp_path: Path) -> None:
    """What works, but probably not as someone expects."""
    (tmp_path / "codecheck.toml").write_text(
        '[operators]\nU01 = "a"\n[[confirmation.rules]]\nchannels = ["C01"]\nsecond_step = "typed"\n', encoding="utf-8"
    )
    ended = run(
        tmp_path,
        "doctor",
        SLACK_BOT_TOKEN="xoxb-1-a",
        SLACK_SIGNING_SECRET="s",
        HUAWEICLOUD_SDK_AK="a",
        HUAWEICLOUD_SDK_SK="b",
        SLACK_API_URL="http://127.0.0.1:1/",
        CODEARTS_ENDPOINT="http://127.0.0.1:1",
        REDIS_URL="redis://127.0.0.1:1",
    )
    assert "warning settings: [[confirmation.rules]] is read, but [[rules]] replaces it" in ended.stdout, ended.stderr


def test_audit_needs_no_setting_of_slack_or_codearts(tmp_path: Path) -> None:
    """It gets as far as Redis, which is not there."""
    ended = run(tmp_path, "audit", "verify", REDIS_URL="redis://127.0.0.1:1")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "The settings cannot be used" not in ended.stderr
    assert "Redis" in ended.stderr
