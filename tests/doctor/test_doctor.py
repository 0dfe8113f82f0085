"""The doctor as a whole: the people it finds, what it prints, and its exit status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.doctor import Check, Grade, examine, report
from bot.doctor.people import look_at_people
from bot.settings import Settings, load_settings
from tests.settings.examples import ENOUGH


@pytest.mark.parametrize(
    ("toml", "checks"),
    [
        ('[operators]\nU01 = "a"\nU02 = "b"\n', [Check("operators", Grade.OK, "2 people have one")]),
        (
            '[operators]\nU01 = "a"\n[allow]\nusers = ["U01", "U03", "U02"]\n',
            [
                Check("operators", Grade.OK, "1 people have one"),
                Check(
                    "allowed users",
                    Grade.WARNING,
                    "U02, U03 may ask, but without an operator they are refused",
                    "List them under [operators] as well.",
                ),
            ],
        ),
    ],
)
async def test_people(toml: str, checks: list[Check], tmp_path: Path) -> None:
    """Who may ask needs an operator."""
    (tmp_path / "codecheck.toml").write_text(toml, encoding="utf-8")
    assert await look_at_people(load_settings(ENOUGH, tmp_path)) == checks


async def test_without_operators_nobody_can_use_the_bot(tmp_path: Path) -> None:
    """That is what a forgotten codecheck.toml looks like."""
    (check,) = await look_at_people(load_settings(ENOUGH, tmp_path))
    assert (check.grade, check.cure) == (Grade.FAULT, "List people under [operators] in codecheck.toml.")


async def test_checks_come_in_the_order_of_their_probes(tmp_path: Path) -> None:
    """However long each of them looks."""
    settings = load_settings(ENOUGH, tmp_path)

    async def two(_settings: Settings) -> list[Check]:
        return [Check("a", Grade.OK, "1"), Check("b", Grade.OK, "2")]

    async def one(given: Settings) -> list[Check]:
        assert given is settings
        return [Check("c", Grade.OK, "3")]

    assert [check.name for check in await examine(settings, [two, one])] == ["a", "b", "c"]


def test_the_report_has_a_line_for_each_check_and_one_for_each_cure() -> None:
    """Grades in one column, so that a fault is seen."""
    checks = [Check("Redis", Grade.OK, "it answers"), Check("Slack", Grade.FAULT, "it does not", "Look at it.")]
    assert report(checks) == "ok      Redis: it answers\nFAULT   Slack: it does not\n        -> Look at it."


def test_the_command_prints_the_report_and_exits_1_on_a_fault(tmp_path: Path) -> None:
    """As a process: nothing is reachable, and nothing secret is printed."""
    environ = ENOUGH | {
        "SLACK_API_URL": "http://127.0.0.1:1/",
        "REDIS_URL": "redis://:hunter22@127.0.0.1:1",
        "CODEARTS_ENDPOINT": "http://127.0.0.1:1",
    }
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "doctor"],
        cwd=tmp_path,
        env=environ | measured | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 1
    faults = [line.split()[1] for line in ended.stdout.splitlines() if line.startswith("FAULT")]
    assert faults == ["operators:", "Redis:", "Slack:", "CodeArts"]
    assert not [secret for secret in (*ENOUGH.values(), "hunter22") if secret in ended.stdout + ended.stderr]
