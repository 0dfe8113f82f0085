"""Data that has gone is noticed, before a server starts with nothing and nobody knows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import EmbeddedServerError
from bot.store.connection import connect
from bot.store.embedded import open_embedded, problems, start_embedded
from tests.store.embedded.conftest import servers_of


def tree(folder: Path) -> dict[Path, tuple[int, int]]:
    """Everything in a folder, with its size and when it was changed."""
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


async def used(data_dir: Path) -> None:
    """Leave a folder behind that a server has used."""
    async with open_embedded(data_dir) as server:
        client = connect(server.url)
        await client.set("kept", "yes")
        await client.aclose()


@pytest.mark.parametrize(
    ("lose", "named"),
    [
        (lambda data: (data / "appendonly.aof.manifest").unlink(), "has lost its manifest"),
        (lambda data: (data / "appendonly.aof.manifest").write_bytes(b""), "has lost its manifest"),
        (lambda data: (data / "appendonly.aof.manifest").write_bytes(b"\0" * 60), "lacks every file"),
        (lambda data: (data / "appendonly.aof.1.base.rdb").unlink(), "lacks appendonly.aof.1.base.rdb"),
        (lambda data: (data / "appendonly.aof.1.incr.aof").unlink(), "lacks appendonly.aof.1.incr.aof"),
        (
            lambda data: [file.unlink() for file in data.glob("*.1.*")],
            "lacks appendonly.aof.1.base.rdb, appendonly.aof.1.incr.aof",
        ),
    ],
)
async def test_a_lost_file_keeps_a_server_from_starting(
    data_dir: Path, lose: Callable[[Path], object], named: str
) -> None:
    """Otherwise it would start a second history beside the first. Nothing is changed, so it can still be restored."""
    await used(data_dir)
    lose(data_dir / "appendonlydir")
    before = tree(data_dir)
    (problem,) = problems(data_dir)
    assert problem.fatal
    assert named in problem.what
    with pytest.raises(EmbeddedServerError, match=r"Restore the folder from a backup"):
        await start_embedded(data_dir)
    assert tree(data_dir) == before
    assert not servers_of(data_dir)


async def test_a_folder_that_has_lost_everything_is_named(data_dir: Path) -> None:
    """It starts, since there is nothing to spoil, but says what is gone."""
    await used(data_dir)
    for file in (data_dir / "appendonlydir").iterdir():
        file.unlink()
    (data_dir / "appendonlydir").rmdir()
    (problem,) = problems(data_dir)
    assert not problem.fatal
    assert "All data are gone" in problem.what
    with capture_logs() as logs:
        async with open_embedded(data_dir):
            assert not problems(data_dir)
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["data lost"]


async def test_a_new_folder_has_lost_nothing(data_dir: Path) -> None:
    """Neither one that does not exist, nor an empty one, nor one that is in use or has been."""
    assert not problems(data_dir)
    data_dir.mkdir(mode=0o700)
    assert not problems(data_dir)
    with capture_logs() as logs:
        async with open_embedded(data_dir):
            assert not problems(data_dir)
    assert not logs
    assert not problems(data_dir)


async def test_a_rewrite_is_no_loss(data_dir: Path) -> None:
    """It replaces every file while someone looks."""
    async with open_embedded(data_dir) as server:
        client = connect(server.url)
        for number in range(5):
            await client.set(f"key {number}", "x" * 100_000)
            await client.bgrewriteaof()
            while int((await client.info("persistence"))["aof_rewrite_in_progress"]):
                assert not list(server.troubles())
                assert not problems(data_dir)
        await client.aclose()


async def test_history_that_a_rewrite_has_removed_is_not_missed(data_dir: Path) -> None:
    """Its manifest names it as such ("h") until the files are gone."""
    await used(data_dir)
    with (data_dir / "appendonlydir" / "appendonly.aof.manifest").open("a") as manifest:
        manifest.write("file appendonly.aof.0.incr.aof seq 0 type h\n")
    assert not problems(data_dir)
