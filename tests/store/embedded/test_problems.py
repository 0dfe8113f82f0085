"""What `doctor` can ask: every problem as a value, and nothing changed by looking."""

import os
import signal
from pathlib import Path

from bot.store.embedded import open_embedded, problems, start_embedded
from tests.store.embedded.conftest import servers_of
from tests.store.embedded.test_lost_data import tree


async def test_a_healthy_server_has_none(data_dir: Path) -> None:
    """Before it is started, while it runs, and afterwards."""
    assert not problems(data_dir)
    async with open_embedded(data_dir):
        assert not problems(data_dir)
    assert not problems(data_dir)


async def test_looking_changes_nothing(data_dir: Path) -> None:
    """No folder is made, no lock file, no server started."""
    assert not problems(data_dir)
    assert not data_dir.exists()
    async with open_embedded(data_dir):
        pass
    before = tree(data_dir)
    assert not problems(data_dir)
    assert tree(data_dir) == before
    assert not servers_of(data_dir)


async def test_looking_does_not_keep_a_server_from_starting(data_dir: Path) -> None:
    """It takes no lock that someone who starts would wait for in vain."""
    for _ in range(5):
        problems(data_dir)
        async with open_embedded(data_dir):
            problems(data_dir)


async def test_a_hung_server_is_named_with_its_process(data_dir: Path) -> None:
    """So that someone can end it."""
    server = await start_embedded(data_dir)
    os.kill(server.pid, signal.SIGSTOP)
    (problem,) = problems(data_dir)
    assert f"does not answer; process {server.pid} (valkey-server) holds its lock" in problem.what
    os.kill(server.pid, signal.SIGCONT)
    await server.stop()


async def test_a_server_whose_folder_was_replaced_is_named(tmp_path: Path) -> None:
    """It answers, but is not the one of this folder."""
    folder = tmp_path / ("long" * 30)
    server = await start_embedded(folder)
    folder.rename(tmp_path / "old")
    folder.mkdir(mode=0o700)
    (problem,) = problems(folder)
    assert "the folder was replaced" in problem.what
    os.kill(server.pid, signal.SIGKILL)


def test_a_place_where_no_folder_can_be_made(tmp_path: Path) -> None:
    """It names what stands in the way."""
    (tmp_path / "file").touch()
    (problem,) = problems(tmp_path / "file" / "deeper" / "data")
    assert problem.fatal
    assert "Set CODECHECK_DATA_DIR" in problem.hint


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    """It is named."""
    (tmp_path / "data").touch()
    (problem,) = problems(tmp_path / "data")
    assert "is not a folder" in problem.what
    assert problem.fatal


def test_a_read_only_disk(tmp_path: Path) -> None:
    """Also for root, who is let write to nothing there either."""
    (problem,) = problems(Path("/proc/1/data"))
    assert problem.fatal
    assert not list(tmp_path.iterdir())


async def test_files_that_cannot_be_read(data_dir: Path) -> None:
    """What a damaged disk answers is a problem like any other, not a stack trace."""
    async with open_embedded(data_dir):
        pass
    manifest = data_dir / "appendonlydir" / "appendonly.aof.manifest"
    manifest.unlink()
    manifest.mkdir()
    (problem,) = problems(data_dir)
    assert problem.fatal
    assert "cannot be read: Is a directory" in problem.what
