"""The server comes back, whatever ends it, for as long as a bot needs it."""

import asyncio
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import uvloop
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer, open_embedded, start_embedded, supervise
from tests.store.embedded.conftest import answers, servers_of, until

ADOPT_AS_THE_FIRST_PROCESS = """
import asyncio, ctypes, pathlib, subprocess, sys
from bot.store.embedded import open_embedded
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
START = "import asyncio, pathlib, sys; from bot.store.embedded import start_embedded;"
START += "asyncio.run(start_embedded(pathlib.Path(sys.argv[1])))"
subprocess.run([sys.executable, "-c", START, sys.argv[1]], check=True)
async def use():
    async with open_embedded(pathlib.Path(sys.argv[1])) as server:
        print(server.pid, flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(use())
"""
SUPERVISE = """
import asyncio, pathlib, sys
from bot.store.embedded import open_embedded
async def use():
    async with open_embedded(pathlib.Path(sys.argv[1])) as server:
        print(server.pid, flush=True)
        await asyncio.to_thread(sys.stdin.read)
asyncio.run(use())
"""


async def shut_down(server: EmbeddedServer) -> None:
    """Someone sends SHUTDOWN by hand."""
    client = connect(server.url)
    await client.shutdown(nosave=True)
    await client.aclose()


async def came_back(data_dir: Path, server: EmbeddedServer, gone: int) -> int:
    """The PID of the server that came in place of another."""

    async def back() -> bool:
        return servers_of(data_dir) not in (set(), {gone}) and await answers(server)

    await until(back)
    (pid,) = servers_of(data_dir) - {gone}
    return pid


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGINT, None])
async def test_it_comes_back(data_dir: Path, number: signal.Signals | None) -> None:
    """At the same URL and with what it had acknowledged; several times in a row. Nothing is left of the old ones."""
    async with open_embedded(data_dir) as server:
        client = connect(server.url)
        pid = server.pid
        for count in range(1, 4):
            assert await client.incr("writes") == count
            with capture_logs() as logs:
                if number is None:
                    await shut_down(server)
                else:
                    os.kill(pid, number)
                pid = await came_back(data_dir, server, gone=pid)
                await until(lambda: any("server restarted" in entry["event"] for entry in logs))
            (entry,) = [entry for entry in logs if "server restarted" in entry["event"]]
            assert entry["pid"] == pid
            assert entry["last_words"]
        await client.aclose()
    assert not servers_of(data_dir)


async def test_how_it_was_killed_is_logged(data_dir: Path) -> None:
    """A server that runs out of memory has no last words of its own."""
    async with open_embedded(data_dir) as server:
        with capture_logs() as logs:
            os.kill(server.pid, signal.SIGKILL)
            await until(lambda: bool(logs))
    assert "killed by SIGKILL" in logs[0]["last_words"]


def test_it_comes_back_under_uvloop(data_dir: Path) -> None:
    """The bot's own event loop."""

    async def kill_and_wait() -> None:
        async with open_embedded(data_dir) as server:
            os.kill(server.pid, signal.SIGKILL)
            await came_back(data_dir, server, gone=server.pid)

    uvloop.run(kill_and_wait())


async def test_two_bots_start_one_server(data_dir: Path) -> None:
    """Both notice that it has ended; one of them starts it, the other one adopts it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SUPERVISE, str(data_dir), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    pid = int(await process.stdout.readline())
    async with open_embedded(data_dir) as server:
        assert server.pid == pid
        for _ in range(5):
            os.kill(pid, signal.SIGKILL)
            pid = await came_back(data_dir, server, gone=pid)
        await process.communicate(b"")
        assert servers_of(data_dir) == {pid}
    assert not servers_of(data_dir)


async def test_a_closed_connection_is_no_end(data_dir: Path) -> None:
    """Clients are disconnected while the server goes on: it is not called dead, and is still watched."""
    async with open_embedded(data_dir) as server:
        client = connect(server.url)
        with capture_logs() as logs:
            await asyncio.sleep(0)
            for _ in range(3):
                await until(lambda: _clients(client))
                await client.execute_command("CLIENT", "KILL", "TYPE", "normal")
            assert servers_of(data_dir) == {server.pid}
            assert not logs
        os.kill(server.pid, signal.SIGKILL)
        await came_back(data_dir, server, gone=server.pid)
        await client.aclose()


async def _clients(client: Redis) -> bool:
    """Whether the supervisor is connected again."""
    return int((await client.info("clients"))["connected_clients"]) >= 2


async def test_the_first_process_of_a_container_leaves_no_zombie(data_dir: Path) -> None:
    """It is left with the server of a process that has ended without letting go, and so has to bury it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ADOPT_AS_THE_FIRST_PROCESS,
        str(data_dir),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    pid = int(await process.stdout.readline())
    assert psutil.Process(pid).ppid() == process.pid
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not psutil.pid_exists(pid))
    await until(lambda: bool(servers_of(data_dir)))
    await process.communicate(b"")
    assert not servers_of(data_dir)


async def test_it_is_there_until_a_bot_has_finished(data_dir: Path) -> None:
    """A service manager signals bot and server together: what is still under way is recorded all the same."""
    async with open_embedded(data_dir) as server:
        os.kill(server.pid, signal.SIGTERM)
        client = connect(server.url)

        async def recorded() -> bool:
            try:
                return bool(await client.set("outcome", "deleted"))
            except RedisError:
                return False

        await until(recorded)
        await client.aclose()
    async with open_embedded(data_dir, create=False) as server:
        client = connect(server.url)
        assert await client.get("outcome") == "deleted"
        await client.aclose()


async def test_a_supervisor_that_is_cancelled_leaves_the_server(data_dir: Path) -> None:
    """Whoever started it decides what becomes of it."""
    server = await start_embedded(data_dir)
    supervising = asyncio.create_task(supervise(server))
    await asyncio.sleep(0)
    supervising.cancel()
    await asyncio.gather(supervising, return_exceptions=True)
    assert await answers(server)
    await server.release()
    assert not servers_of(data_dir)


async def test_what_keeps_it_from_starting_is_logged_once(data_dir: Path) -> None:
    """With the reason; as soon as that is gone, it runs."""
    async with open_embedded(data_dir) as server:
        manifest = data_dir / "appendonlydir" / "appendonly.aof.manifest"
        with capture_logs() as logs:
            manifest.rename(data_dir / "aside")
            os.kill(server.pid, signal.SIGKILL)
            await until(lambda: any("not restarted yet" in entry["event"] for entry in logs))
            begun = time.monotonic()
            await until(lambda: time.monotonic() > begun + 1)  # for several attempts
            (data_dir / "aside").rename(manifest)
            await came_back(data_dir, server, gone=server.pid)
        reasons = [entry["error"] for entry in logs if "not restarted yet" in entry["event"]]
        assert len(reasons) == 1
        assert "has lost its manifest" in reasons[0]


def replace_folder(folder: Path) -> None:
    """Move it away, and make a new one in its place."""
    folder.rename(folder.with_name("old"))
    folder.mkdir(mode=0o700)


def restore_another(folder: Path) -> None:
    """The same with files of the same names."""
    replace_folder(folder)
    (folder / "lock").touch()
    (folder / "users").touch()


def replace_lock(folder: Path) -> None:
    """Put a new file in its place, which nobody holds."""
    (folder / "lock").unlink()
    (folder / "lock").touch()


REPLACEMENTS: list[Callable[[Path], object]] = [
    replace_folder,
    restore_another,
    lambda folder: folder.rename(folder.with_name("old")),
    lambda folder: (folder / "lock").unlink(),
    replace_lock,
    lambda folder: (folder / "users").unlink(),
]


@pytest.mark.parametrize("replace", REPLACEMENTS)
async def test_a_folder_that_is_replaced_while_it_runs_is_noticed(
    data_dir: Path, replace: Callable[[Path], object]
) -> None:
    """Everything would go on, and be lost: so a readiness check can ask."""
    server = await start_embedded(data_dir)
    assert not list(server.troubles())
    replace(data_dir)
    (problem,) = server.troubles()
    assert problem.fatal
    assert "removed or replaced while the bot was using it" in problem.what
    assert not await server.ready()
    os.kill(server.pid, signal.SIGKILL)
    await server.release()


async def test_a_socket_that_is_removed_is_noticed(data_dir: Path) -> None:
    """Open connections go on, but nobody new gets in. Once the server is ended, there is a new one with its data."""
    async with open_embedded(data_dir) as server:
        client = connect(server.url)
        await client.set("kept", "yes")
        (data_dir / "redis.sock").unlink()
        (problem,) = server.troubles()
        assert problem.fatal
        assert f"End process {server.pid} (valkey-server)" in problem.hint
        os.kill(server.pid, signal.SIGTERM)
        await came_back(data_dir, server, gone=server.pid)
        assert await client.get("kept") == "yes"
        await client.aclose()


async def test_no_server_is_started_in_a_folder_that_was_replaced(data_dir: Path) -> None:
    """It would be an empty one, without the freeze. Once the folder is back, the server is too."""
    async with open_embedded(data_dir) as server:
        replace_folder(data_dir)
        with capture_logs() as logs:
            os.kill(server.pid, signal.SIGKILL)
            await until(lambda: any("not restarted yet" in entry["event"] for entry in logs))
        assert not list(data_dir.iterdir())
        data_dir.rmdir()
        data_dir.with_name("old").rename(data_dir)
        await came_back(data_dir, server, gone=server.pid)
        assert not list(server.troubles())


async def test_a_server_of_a_folder_that_was_replaced_is_not_adopted(tmp_path: Path) -> None:
    """With a long name, its socket is elsewhere and still answers, but what it writes is gone."""
    folder = tmp_path / ("long" * 30)
    server = await start_embedded(folder)
    replace_folder(folder)
    with pytest.raises(Exception, match=f"is not the one of .*: it is process {server.pid}"):
        await start_embedded(folder)
    os.kill(server.pid, signal.SIGKILL)
    await until(lambda: not psutil.pid_exists(server.pid))


async def test_it_comes_back_with_many_files_open(data_dir: Path) -> None:
    """A bot at the limit of its descriptors says so, and starts the server as soon as it can."""
    async with open_embedded(data_dir) as server:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        used = max(int(name) for name in os.listdir("/proc/self/fd"))  # noqa: PTH208 - names are enough
        with capture_logs() as logs:
            resource.setrlimit(resource.RLIMIT_NOFILE, (used - 2, hard))
            try:
                os.kill(server.pid, signal.SIGKILL)
                await until(lambda: any("not restarted yet" in entry["event"] for entry in logs))
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        await came_back(data_dir, server, gone=server.pid)
