"""Nobody else can be the bot's Redis: the folder is this user's, closed to others, and so is whoever answers there."""

import os
import re
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.domain.errors import EmbeddedServerError
from bot.store.embedded import open_embedded, problems, start_embedded
from tests.store.embedded.conftest import answers, root_only, servers_of

NOBODY = 65_534
STRANGER = """
import pathlib, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
print("ready", flush=True)
while True:
    print(server.accept()[0].recv(100), flush=True)
"""


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775, 0o770, 0o720, 0o702, 0o733])
async def test_a_folder_that_others_can_write_to_is_refused(data_dir: Path, mode: int) -> None:
    """What lies in it may be theirs. Nothing is started there."""
    data_dir.mkdir()
    data_dir.chmod(mode)
    with pytest.raises(EmbeddedServerError, match=r"Other users can write to .* chmod 700"):
        await start_embedded(data_dir)
    assert not list(data_dir.iterdir())
    assert [problem.fatal for problem in problems(data_dir)] == [True]


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o705, 0o711, 0o2755])
async def test_a_folder_that_others_can_only_read_is_closed(data_dir: Path, mode: int) -> None:
    """It holds nothing of theirs, so it is mended; `doctor` tells it, and leaves it."""
    data_dir.mkdir()
    data_dir.chmod(mode)
    assert [problem.fatal for problem in problems(data_dir)] == [False]
    assert stat.S_IMODE(data_dir.stat().st_mode) == mode
    async with open_embedded(data_dir):
        assert stat.S_IMODE(data_dir.stat().st_mode) & 0o777 == 0o700
        assert not problems(data_dir)


async def test_no_file_is_open_to_others(data_dir: Path) -> None:
    """Whatever the bot's own umask is."""
    before = os.umask(0)
    try:
        async with open_embedded(data_dir):
            open_ones = [path for path in data_dir.rglob("*") if path.lstat().st_mode & 0o077]
    finally:
        os.umask(before)
    assert not open_ones


@root_only
@pytest.mark.parametrize("name", [".", "lock", "users", "server.log", "appendonlydir", "redis.sock"])
async def test_what_belongs_to_another_user_is_refused(data_dir: Path, name: str) -> None:
    """The folder, or anything in it that a server would use."""
    async with open_embedded(data_dir) as server:
        if name == "redis.sock":
            os.link(data_dir / name, data_dir / "kept.sock")
    if name == "redis.sock":
        (data_dir / "kept.sock").rename(data_dir / name)
    os.chown(data_dir / name, NOBODY, NOBODY)
    with pytest.raises(EmbeddedServerError, match=f"belongs to the user with the ID {NOBODY}"):
        await start_embedded(data_dir)
    assert [problem.fatal for problem in problems(data_dir)] == [True]
    assert not await answers(server)


@root_only
async def test_a_server_of_another_user_is_not_spoken_to() -> None:
    """Although the folder and the socket file are this user's by now: the kernel knows who listens."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o711)
        data_dir = Path(name) / "data"
        data_dir.mkdir()
        data_dir.chmod(0o777)
        with stranger_at(data_dir / "redis.sock") as stranger:
            os.chown(data_dir / "redis.sock", os.geteuid(), os.getegid())
            data_dir.chmod(0o700)
            whose = rf"process {stranger.pid} of the user with the ID {NOBODY}"
            with pytest.raises(EmbeddedServerError, match=whose):
                await start_embedded(data_dir)
            (problem,) = problems(data_dir)
            assert re.search(whose, problem.what)
            assert stranger.stdout is not None
            assert stranger.stdout.readline() == b"b''\n"  # connected, asked the kernel, and gone


@contextmanager
def stranger_at(socket: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another user's process that listens at the socket."""
    with subprocess.Popen(
        ["/usr/bin/python3", "-c", STRANGER, str(socket)], user=NOBODY, cwd="/", stdout=subprocess.PIPE
    ) as stranger:
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == b"ready\n"
        yield stranger
        stranger.kill()


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
@pytest.mark.parametrize("name", ["lock", "users", "server.log"])
async def test_what_is_not_a_file_is_named(data_dir: Path, name: str, kind: str) -> None:
    """And neither followed nor opened: a pipe would keep the bot waiting for ever."""
    data_dir.mkdir(mode=0o700)
    path = data_dir / name
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(data_dir.parent / "elsewhere")
    else:
        os.mkfifo(path)
    with pytest.raises(EmbeddedServerError, match=rf"{name} is not a file. Move it away"):
        await start_embedded(data_dir)
    assert not (data_dir.parent / "elsewhere").exists()
    assert [problem.fatal for problem in problems(data_dir)] == [True]


@pytest.mark.parametrize(
    "name",
    ["with space", "quo'te\"s", "100%25", "hash#mark", "ques?tion", "データ", b"not-\xff-utf-8", "-dash", "new\nline"],
)
async def test_any_name_of_a_folder(tmp_path: Path, name: str | bytes) -> None:
    """Whatever the kernel takes for one; what is written is written there."""
    folder = tmp_path / os.fsdecode(name)
    async with open_embedded(folder) as server:
        assert await answers(server)
        assert (folder / "appendonlydir").is_dir()
        assert not problems(folder)
    assert not servers_of(folder)


def start_with_tmp(tmp: Path, data_dir: Path) -> "subprocess.CompletedProcess[str]":
    """Start and release a server in a process that has its temporary folder at `tmp`."""
    code = (
        "import asyncio, pathlib, sys\nfrom bot.store.embedded import start_embedded\n"
        "async def run():\n await (await start_embedded(pathlib.Path(sys.argv[1]))).release()\nasyncio.run(run())"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(data_dir)],
        env={**os.environ, "TMPDIR": str(tmp)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_socket_outside_the_folder_is_as_private(tmp_path: Path) -> None:
    """With a folder whose name is too long for a socket; the one under /tmp must not be open to others in any way."""
    data_dir = tmp_path / ("long" * 30)
    elsewhere = tmp_path / f"codecheck-{os.geteuid()}"
    assert start_with_tmp(tmp_path, data_dir).returncode == 0
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o700
    elsewhere.chmod(0o755)
    ended = start_with_tmp(tmp_path, data_dir)
    assert ended.returncode
    assert "Other users can read" in ended.stderr
