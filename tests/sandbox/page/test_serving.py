"""`codecheck-bot sandbox`, as a process: it prints one URL, and leaves nothing behind."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

COMMAND = Path(sys.executable).with_name("codecheck-bot")


@pytest.mark.parametrize("transport", ["--socket", "--http"])
def test_ctrl_c_stops_it_all(transport: str, tmp_path: Path) -> None:
    """The bot's processes, the stand-ins and the Redis server; the exit status is 0."""
    with subprocess.Popen(
        [COMMAND, "sandbox", transport, "--port", "0"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(2)]
        commands = {each: " ".join(each.info["cmdline"] or []) for each in psutil.process_iter(["cmdline"])}
        redis = [each for each, command in commands.items() if str(tmp_path) in command and "valkey" in command]
        children = [each for each in psutil.Process(process.pid).children(recursive=True) if each not in redis]
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
    assert re.fullmatch(r"The sandbox is at http://127\.0\.0\.1:\d+/\n", told[0])
    assert told[1] == "Ctrl-C stops it and everything that belongs to it.\n"
    assert rest == ""
    assert process.returncode == 0
    assert (len({*children} - {*redis}), len(redis)) == (1, 1)  # the bot, and its Redis server
    _, alive = psutil.wait_procs([*redis, *children], timeout=5)
    assert alive == []
    assert [left.name for left in tmp_path.iterdir()] == []


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """With what to do, and without a stack trace."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = subprocess.run(
            [COMMAND, "sandbox", "--port", str(taken.getsockname()[1])],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "The page cannot be served" in ended.stderr
    assert "--port 0" in ended.stderr
    assert "Traceback" not in ended.stderr
