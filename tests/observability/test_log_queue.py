"""A log that nobody reads must not stop the bot."""

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import structlog

from bot.observability.log_queue import LogQueue
from bot.observability.logs import configure_logging

pytestmark = pytest.mark.usefixtures("logging_as_before")

PIPE = 65_536  # bytes that a pipe takes before a write waits


class Pipe:
    """A pipe whose reading end the test holds."""

    def __init__(self) -> None:
        self.reading, writing = os.pipe()
        self.stream = os.fdopen(writing, "w")

    def read_all(self) -> list[str]:
        """Every line until the writing end is closed, in a thread of its own so that closing can wait for it."""
        with os.fdopen(self.reading) as reading:
            return reading.read().splitlines()


@pytest.fixture
def pipe() -> Pipe:
    """A pipe that nobody reads."""
    return Pipe()


def test_nobody_waits(pipe: Pipe) -> None:
    """Ten times what the pipe takes is logged without a reader: every call returns, and what fits in is kept in order.

    Once someone reads, a line says how many are missing where.
    """
    handler = LogQueue(pipe.stream, lines=100)
    logger = logging.getLogger("nobody")
    logger.propagate = False
    logger.addHandler(handler)
    total = 10 * PIPE // 100
    for number in range(total):
        logger.warning("%06d %s", number, "x" * 92)

    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(pipe.read_all()))
    reader.start()
    handler.flush()
    logger.warning("last")
    handler.flush()
    logger.removeHandler(handler)
    handler.close()
    pipe.stream.close()
    reader.join(20)

    numbers = [int(line[:6]) for line in lines if line[:6].isdecimal()]
    missing = [int(line.split()[0]) for line in lines if "log lines dropped here" in line]
    assert numbers == sorted(set(numbers))
    assert missing
    assert sum(missing) == total - len(numbers)
    assert lines[-1] == "last"


def test_missing_lines_are_told_in_the_logs_own_form(pipe: Pipe) -> None:
    """In JSON as every other line."""
    configure_logging("json", ["s3cret-value"], pipe.stream)
    (handler,) = logging.getLogger().handlers
    for _ in range(20_000):
        structlog.get_logger("bot").info("s3cret-value " + "x" * 100)

    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.extend(pipe.read_all()))
    reader.start()
    handler.flush()
    structlog.get_logger("bot").info("last")
    handler.flush()
    logging.getLogger().removeHandler(handler)
    handler.close()
    pipe.stream.close()
    reader.join(20)

    entries = [json.loads(line) for line in lines]
    assert {entry["level"] for entry in entries if "dropped" in entry["event"]} == {"warning"}
    assert not any("s3cret" in line for line in lines)


SCRIPT = """
import sys
from bot.observability.logs import configure_logging
import structlog
configure_logging("json")
log = structlog.get_logger("bot")
for number in range({lines}):
    log.info("line", number=number, padding="x" * 500)
print("logged", flush=True)
sys.exit(3)
"""


def test_a_process_ends_whoever_reads(tmp_path: Path) -> None:
    """Its exit status is its own, though its thread still waits to write; Python must not abort for that."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(lines=20_000))
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"logged\n"
        assert process.wait(30) == 3


def test_at_exit_nothing_is_lost(tmp_path: Path) -> None:
    """If someone reads, every line is written before the process ends."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(lines=1_000))
    ran = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert [json.loads(line)["number"] for line in ran.stderr.splitlines()] == list(range(1_000))


def test_a_log_that_does_not_block(tmp_path: Path) -> None:
    """A pipe that another process has made non-blocking, and whose reader is slow: no line is lost."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(lines=1_000))
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=writing,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        os.close(writing)
        assert process.stdout is not None
        assert process.stdout.readline() == b"logged\n"
        with os.fdopen(reading) as log:
            lines = log.read().splitlines()
        assert process.wait(30) == 3
    assert [json.loads(line)["number"] for line in lines] == list(range(1_000))


@pytest.mark.parametrize("redirection", ["2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_without_a_log(tmp_path: Path, redirection: str) -> None:
    """A process whose standard error is closed, or full, runs as ever."""
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(lines=10).replace('print("logged", flush=True)', ""))
    ran = subprocess.run(  # noqa: S602 - our own command
        f'"{sys.executable}" "{script}" {redirection}',
        shell=True,
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert (ran.returncode, ran.stderr) == (3, b"")
