"""The server ends with the last process that uses it, and never before."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from bot.domain.errors import EmbeddedServerError
from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer, open_embedded, start_embedded
from tests.store.embedded.conftest import answers, servers_of, until

USE = """
import asyncio, pathlib, sys
from bot.store.embedded import open_embedded
async def use():
    async with open_embedded(pathlib.Path(sys.argv[1])) as server:
        print(server.pid, flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(use())
"""


async def user(data_dir: Path) -> asyncio.subprocess.Process:
    """A process that uses the server until its input ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", USE, str(data_dir), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline()
    return process


async def test_the_last_user_stops_it(data_dir: Path) -> None:
    """Also if another one started it."""
    first = await start_embedded(data_dir)
    second = await start_embedded(data_dir)
    await first.release()
    assert await answers(second)
    await second.release()
    assert not servers_of(data_dir)


async def test_it_ends_with_a_bot_that_ends(data_dir: Path) -> None:
    """In a process of its own; nothing is left behind, and no other process is in the way of the next one."""
    process = await user(data_dir)
    assert servers_of(data_dir)
    await process.communicate(b"")
    assert process.returncode == 0
    assert not servers_of(data_dir)


async def test_it_goes_on_for_another_bot(data_dir: Path) -> None:
    """The one that started it ends, the other one keeps it."""
    first, second = await user(data_dir), await user(data_dir)
    (pid,) = servers_of(data_dir)
    await first.communicate(b"")
    assert servers_of(data_dir) == {pid}
    await second.communicate(b"")
    assert not servers_of(data_dir)


async def test_a_killed_bot_does_not_count(data_dir: Path) -> None:
    """The kernel lets go for it, so the next one that ends is the last."""
    killed, ending = await user(data_dir), await user(data_dir)
    killed.kill()
    await killed.communicate()
    await ending.communicate(b"")
    assert not servers_of(data_dir)


async def test_many_that_let_go_at_once(data_dir: Path) -> None:
    """None of them leaves it to another that has gone already."""
    for _ in range(10):
        servers = [await start_embedded(data_dir) for _ in range(4)]
        await asyncio.gather(*(server.release() for server in servers))
        assert not servers_of(data_dir)


async def test_a_bot_that_comes_while_the_last_one_goes_has_a_server(data_dir: Path) -> None:
    """It waits until the old server has ended, and starts a new one."""
    server = await start_embedded(data_dir)
    for _ in range(10):
        going = asyncio.create_task(server.release())
        server = await start_embedded(data_dir)
        await going
        assert await answers(server)
    await server.release()


async def test_letting_go_loses_nothing(data_dir: Path) -> None:
    """What was acknowledged is there at the next start."""
    async with open_embedded(data_dir) as server:
        client = connect(server.url)
        await client.set("kept", "yes")
        await client.aclose()
    async with open_embedded(data_dir, create=False) as server:
        client = connect(server.url)
        assert await client.get("kept") == "yes"
        await client.aclose()


@pytest.mark.parametrize("milliseconds", [0, 1, 2, 4, 8, 16, 32, 64])
async def test_a_bot_that_ends_while_the_server_is_started_again(data_dir: Path, milliseconds: int) -> None:
    """However far that has come, no server is left behind."""
    async with open_embedded(data_dir) as server:
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.sleep(milliseconds / 1_000)
    await until(lambda: not psutil.pid_exists(server.pid))
    assert not servers_of(data_dir)


async def test_letting_go_of_a_server_that_was_killed(data_dir: Path) -> None:
    """There is nothing to stop, and nothing to complain about."""
    server = await start_embedded(data_dir)
    os.kill(server.pid, signal.SIGKILL)
    with capture_logs() as logs:
        await server.release()
    assert not logs
    await until(lambda: not servers_of(data_dir))


async def test_letting_go_twice(data_dir: Path) -> None:
    """The second time does nothing, even if someone else uses the server by then."""
    first = await start_embedded(data_dir)
    await first.release()
    second = await start_embedded(data_dir)
    await first.release()
    assert await answers(second)
    await second.release()


async def test_a_server_that_does_not_stop_is_named_and_left(data_dir: Path) -> None:
    """The bot ends all the same, within its time."""
    server = await start_embedded(data_dir)
    os.kill(server.pid, signal.SIGSTOP)
    with capture_logs() as logs:
        await server.release()
    (entry,) = logs
    assert entry["event"] == "embedded redis server not stopped"
    assert f"process {server.pid} (valkey-server) still holds" in entry["error"]


@pytest.mark.parametrize("made", [False, True])
async def test_a_folder_without_data_is_not_filled_for_somebody_who_only_reads(data_dir: Path, *, made: bool) -> None:
    """`audit` with a mistyped folder: nothing is made there, and nothing is started."""
    if made:
        data_dir.mkdir(mode=0o700)
    with pytest.raises(EmbeddedServerError, match="Is CODECHECK_DATA_DIR right"):
        await start_embedded(data_dir, create=False)
    assert data_dir.exists() is made
    assert not made or not list(data_dir.iterdir())
    assert not servers_of(data_dir)


async def test_no_zombie(data_dir: Path) -> None:
    """A server that was killed does not stay in the list of processes, although nobody supervises it."""
    server: EmbeddedServer = await start_embedded(data_dir)
    os.kill(server.pid, signal.SIGKILL)
    await until(lambda: not psutil.pid_exists(server.pid))
    await server.release()


async def test_nothing_is_written_outside_the_folder(data_dir: Path) -> None:
    """No PID file in /run either, which a server that goes into the background by itself leaves there."""
    before = {path: path.stat().st_mtime_ns for path in Path("/run").glob("*.pid")}
    async with open_embedded(data_dir):
        assert {path: path.stat().st_mtime_ns for path in Path("/run").glob("*.pid")} == before
