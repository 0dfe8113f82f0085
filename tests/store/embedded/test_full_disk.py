"""A full disk: said before it is too late, and survived."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from bot.domain.errors import EmbeddedServerError
from bot.store.connection import connect
from bot.store.embedded import open_embedded, problems, start_embedded
from tests.store.embedded.conftest import answers, servers_of, until

MIB = 1_048_576


def mounted(mebibytes: int) -> Iterator[Path]:
    """A disk of that size, which needs root."""
    with tempfile.TemporaryDirectory() as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0700", "tmpfs", name]
        if os.geteuid() or subprocess.run(command, check=False).returncode:
            pytest.skip("only root, where it may mount, can make a small disk")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)  # noqa: S607 - our own command


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Of 8 MiB."""
    yield from mounted(8)


@pytest.fixture
def disk() -> Iterator[Path]:
    """Of 100 MiB."""
    yield from mounted(100)


def fill(disk: Path) -> Path:
    """Take all the space that is left. Returns the file that does."""
    filling = disk / "filling"
    with filling.open("ab", buffering=0) as file:
        try:
            while file.write(b"x" * 4_096):
                pass
        except OSError:
            pass
    return filling


async def test_a_full_disk_ends_the_server_and_it_comes_back(small_disk: Path) -> None:
    """Within seconds after space was freed, with all that it acknowledged; the log says why it was away."""
    async with open_embedded(small_disk) as server:
        client = connect(server.url)
        acknowledged = await client.incr("writes")
        filling = fill(small_disk)
        with capture_logs() as logs:
            with suppress(RedisError):
                while True:
                    acknowledged = await client.incr("writes")
            assert any(problem.fatal and "is full" in problem.what for problem in server.troubles())
            await until(lambda: any("is full" in entry.get("error", "") for entry in logs))
            filling.unlink()
            await until(lambda: answers(server))
        assert int(await client.get("writes") or 0) >= acknowledged
        await client.aclose()
    assert not servers_of(small_disk)


async def test_no_server_is_started_on_a_full_disk(small_disk: Path) -> None:
    """It would end at its first write."""
    fill(small_disk)
    with pytest.raises(EmbeddedServerError, match=r"is full\. Free some space"):
        await start_embedded(small_disk)
    assert any(problem.fatal and "is full" in problem.what for problem in problems(small_disk))


async def test_a_disk_that_will_be_full_is_said_in_time(disk: Path) -> None:
    """While everything still works: in the log, to whoever asks for troubles, and to `doctor`."""
    with capture_logs() as logs:
        async with open_embedded(disk) as server:
            assert not list(server.troubles())
            (disk / "filling").write_bytes(b"x" * 60 * MIB)
            (problem,) = server.troubles()
            assert not problem.fatal
            assert "has less than 64 MiB left" in problem.what
            assert problems(disk) == [problem]
            assert await answers(server)
            await until(lambda: any("MiB left" in entry.get("problem", "") for entry in logs))
            (disk / "filling").unlink()
            await until(lambda: any(entry["log_level"] == "info" for entry in logs))
    assert [entry["log_level"] for entry in logs] == ["warning", "info"]


async def test_the_room_for_a_rewrite_counts(disk: Path) -> None:
    """It needs as much again as there are data."""
    async with open_embedded(disk) as server:
        (disk / "appendonlydir" / "more").write_bytes(b"x" * 20 * MIB)
        (problem,) = server.troubles()
        assert "has less than 128 MiB left" in problem.what


async def test_a_disk_that_fills_up_is_told_at_each_half(disk: Path) -> None:
    """Not at each look, although a little less is left each time."""
    async with open_embedded(disk) as server:
        said = []
        for number in range(80):
            (disk / f"filling {number}").write_bytes(b"x" * MIB)
            said += [problem.what.partition(" has ")[2] for problem in server.troubles()]
    assert list(dict.fromkeys(said)) == ["less than 64 MiB left.", "less than 32 MiB left."]
