"""Standard streams that are closed, full, or read by nobody: the command says so, and nothing goes astray."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("codecheck-bot")


def shell(line: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `line` in a shell, with `codecheck-bot` as `$BOT`."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {line}"],
        cwd=folder,
        env={"BOT": str(COMMAND), "PATH": "/usr/bin:/bin"} | environ | measured,
        capture_output=True,
        encoding="latin-1" if "PYTHONIOENCODING" in environ else "utf-8",
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("line", ["$BOT manifest | head -c 1", "$BOT run --help | true", "$BOT --help | true"])
def test_a_reader_that_goes_away_ends_it_quietly(line: str, tmp_path: Path) -> None:
    """As `head` does."""
    ended = shell(line, tmp_path)
    assert ended.stderr == ""


@pytest.mark.parametrize("command", ["manifest", "--version", "run --help"])
def test_a_full_disk_is_told(command: str, tmp_path: Path) -> None:
    """Nobody takes half a file for a whole one."""
    ended = shell(f"$BOT {command} > /dev/full", tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == "Error: standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize("command", ["manifest", "--version"])
def test_a_closed_standard_output_is_told(command: str, tmp_path: Path) -> None:
    """The first file that is opened would get its number, and the output."""
    ended = shell(f"$BOT {command} >&-", tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == "Error: standard output cannot be written: Bad file descriptor\n"


@pytest.mark.parametrize("closed", ["0<&-", "2>&-", "0<&- 2>&-"])
def test_other_streams_may_be_closed(closed: str, tmp_path: Path) -> None:
    """A supervisor that closes them all gets a working command."""
    ended = shell(f"$BOT manifest {closed}", tmp_path)
    assert ended.returncode == 0
    assert ended.stdout.startswith(("#", "display"))


def test_faults_end_it_with_2_also_if_nobody_can_read_them(tmp_path: Path) -> None:
    """With all three closed."""
    assert shell("$BOT run 0<&- >&- 2>&-", tmp_path).returncode == 2


DESCRIPTORS = """
import os, sys
from bot.cli.streams import open_closed_streams
open_closed_streams()
opened = os.open("/etc/hostname", os.O_RDONLY)
sys.exit(opened)
"""


def test_no_file_or_socket_takes_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    """What is written to standard error must not reach Redis or Slack."""
    (tmp_path / "script.py").write_text(DESCRIPTORS, encoding="utf-8")
    ended = shell(f"{sys.executable} script.py 0<&- >&- 2>&-", tmp_path, PYTHONPATH=str(Path(__file__).parents[2]))
    assert ended.returncode == 3


def test_characters_that_the_locale_lacks_are_escaped(tmp_path: Path) -> None:
    """A name out of a file, or a dot of our own: never a traceback."""
    (tmp_path / "codecheck.toml").write_text('[operators]\n"é" = "a"\n', encoding="utf-8")
    ended = shell("$BOT run", tmp_path, PYTHONIOENCODING="latin-1")
    assert ended.returncode == 2
    assert "is not a Slack user ID. In Slack, open the person's profile, \\u22ee, Copy member ID." in ended.stderr


def test_characters_that_the_locale_lacks_are_escaped_in_the_output_too(tmp_path: Path) -> None:
    """The help has dots that Latin-1 lacks."""
    ended = shell("$BOT run --help", tmp_path, PYTHONIOENCODING="latin-1")
    assert ended.returncode == 0
    assert "(xoxb-\\u2026)" in ended.stdout


def test_a_working_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    """It was deleted under the process."""
    ended = shell("mkdir gone; cd gone; rmdir ../gone; $BOT run", tmp_path)
    assert ended.returncode == 1
    told = "Error: The working folder cannot be used: No such file or directory. Change to another one."
    assert ended.stderr.splitlines()[-1] == told


def test_a_working_folder_whose_name_is_not_utf_8_is_no_problem(tmp_path: Path) -> None:
    """A path is bytes. The fault shows it in escapes."""
    ended = shell("mkdir $'caf\\xe9'; cd $'caf\\xe9'; ln -s nothing codecheck.toml; $BOT run", tmp_path)
    assert ended.returncode == 2
    assert "caf\\udce9/codecheck.toml cannot be read: No such file or directory" in ended.stderr
