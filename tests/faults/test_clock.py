"""Machines' clocks differ by minutes, so the bot decides nothing by its own clock: the linter enforces that."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUFF = [sys.executable, "-m", "ruff", "check", "--select", "TID251", "--no-cache", "--output-format", "concise"]


def lint(*args: str, source: str = "") -> str:
    """What the linter says about uses of banned functions."""
    linted = subprocess.run([*RUFF, *args], input=source, text=True, capture_output=True, cwd=ROOT, check=False)
    return linted.stdout + linted.stderr


def test_no_decision_uses_the_local_clock() -> None:
    """Except in the modules that pyproject.toml names, each with its reason."""
    assert "All checks passed" in lint("bot")


@pytest.mark.parametrize(
    "source",
    [
        "import time\nlate = time.time() > 0\n",
        "import time\nlate = time.time_ns() > 0\n",
        "from time import time\nlate = time() > 0\n",
        "from datetime import UTC, datetime\nnow = datetime.now(UTC)\n",
        "import datetime as dt\nnow = dt.datetime.utcnow()\n",
        "from datetime import date\nnow = date.today()\n",
    ],
)
@pytest.mark.parametrize("module", ["domain/deletion", "deletions/execution", "store/deletions", "slack/listeners"])
def test_a_use_of_the_local_clock_is_seen(module: str, source: str) -> None:
    """The linter sees it, however it is imported."""
    assert "TID251" in lint("--stdin-filename", f"bot/{module}.py", "-", source=source)


def test_the_script_has_no_clock_but_that_of_redis() -> None:
    """It is read in one place, and nothing else asks the server for the time."""
    scripts = {path.name: path.read_text() for path in (ROOT / "bot" / "store").glob("*.lua")}
    assert {name: text.count("'TIME'") for name, text in scripts.items()} == {"transaction.lua": 1}
    assert not [name for name, text in scripts.items() if "os.time" in text or "os.clock" in text]
