"""Redis loses its data: deletions are frozen until an admin has acknowledged it, and everyone is told."""

import asyncio
import shutil
import sys
from pathlib import Path

import pytest

from bot.store.audit import RedisAuditLog
from bot.store.connection import connect
from bot.store.redis_calls import RedisCalls
from tests.fixtures.world import TASK, buttons, words
from tests.host.rig import Host, MovableServer, movable, needs_faketime, open_host, until

pytestmark = needs_faketime
GRACE = "[[rules]]\ngrace_seconds = 20\n"
LOST = "has lost"


async def flush(url: str) -> None:
    """What an operator does by mistake."""
    async with connect(url) as client:
        await client.flushall()


async def kinds(host: Host) -> list[str]:
    """The kinds of the audit log's events."""
    async with connect(host.environ["REDIS_URL"]) as client:
        return [event.get("kind") async for event in RedisAuditLog(RedisCalls(client, host.keys)).events()]


async def sealed(host: Host) -> None:
    """Wait until what has been recorded is sealed, and the bot has seen that."""
    async with connect(host.environ["REDIS_URL"]) as client:
        audit = RedisAuditLog(RedisCalls(client, host.keys))

        async def all_of_it() -> bool:
            events, checkpoints = await audit.latest(), await audit.checkpoints()
            return bool(checkpoints) and checkpoints[-1].upto == events[0].id

        await until(all_of_it)
    await asyncio.sleep(1.2)  # two sweeps of each bot: nothing tells of what it remembers


async def must_be_frozen_until_acknowledged(host: Host) -> None:
    """People, the log and probes are told; nothing can be asked for until an admin ends it."""
    told = await host.frozen()
    assert "Deletions are frozen by the bot" in words(told)
    assert LOST in words(told)
    await host.logged("data lost, deletions frozen")
    said = await host.checked(lambda checks: "it has lost data" in checks["storage"])
    assert said["status"] == 200, "Slack must reach the bot, or no admin can end it"
    asked = await host.alice.types(f"/codecheck delete {TASK}", in_=host.channel)
    assert LOST in asked.text
    assert "data_lost" in await kinds(host)
    await host.bob.types("/codecheck unfreeze", in_=host.channel)
    await host.checked(lambda checks: bool(checks["storage"] == "ok"))


async def audit(host: Host) -> tuple[int, str]:
    """The exit status and the output of `audit verify`."""
    environ = {name: host.environ[name] for name in ("REDIS_URL", "CODECHECK_REDIS_PREFIX", "CODECHECK_DATA_DIR")}
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "audit", "verify"),
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await run.communicate()
    return run.returncode or 0, out.decode()


@pytest.mark.parametrize("bots", [1, 3])
async def test_everything_is_gone_while_bots_run(tmp_path: Path, bots: int) -> None:
    """FLUSHALL, an empty failover: noticed by itself, told once, and lifted once, by whichever replica is first."""
    async with movable(tmp_path / "redis") as server, open_host(tmp_path, server.url, bots=bots) as host:
        prompt = await host.ask(TASK)
        await host.bob.types("/codecheck freeze release weekend", in_=host.channel)
        await host.frozen()
        await host.slack.until(lambda: "frozen" in words(host.now(prompt)))
        await asyncio.sleep(1.2)  # nothing tells that no bot is busy with it any more
        await flush(server.url)
        await host.slack.until(lambda: any(LOST in each.text for each in host.audit.messages))
        await must_be_frozen_until_acknowledged(host)
        await host.alice.clicks("Review deletion…", on=prompt)
        await host.told(host.alice, "or my storage has lost it")
        await host.slack.until(lambda: not buttons(host.now(prompt)))
        assert (await kinds(host)).count("data_lost") == 1
        assert len([each for each in host.audit.messages if LOST in each.text]) == 1
        await host.delete(TASK)
        await host.latest("status: success")
        status, said = await audit(host)
        assert status == 1
        assert "data that had been recorded before were lost" in said


async def test_everything_is_gone_while_no_bot_runs(tmp_path: Path) -> None:
    """The data folder remembers what Redis was: `audit verify` says it, and the next bot freezes."""
    place = {"CODECHECK_DATA_DIR": str(tmp_path / "memory")}
    (tmp_path / "memory").mkdir()
    async with movable(tmp_path / "redis") as server, open_host(tmp_path, server.url, environ=place) as host:
        await host.ask(TASK)
        await sealed(host)
        assert (await audit(host))[0] == 0
        await host.stop()
        await flush(server.url)
        status, said = await audit(host)
        assert (status, "My storage has lost all its data" in said) == (1, True), said
        await host.start_replica()
        await must_be_frozen_until_acknowledged(host)


@pytest.mark.parametrize("while_running", [True, False])
async def test_the_latest_is_gone(tmp_path: Path, *, while_running: bool) -> None:
    """A backup brings back a deletion that someone had stopped: it is not sent."""
    place = {"CODECHECK_DATA_DIR": str(tmp_path / "memory")}
    (tmp_path / "memory").mkdir()
    async with movable(tmp_path / "redis") as server, open_host(tmp_path, server.url, GRACE, environ=place) as host:
        await host.delete(TASK)
        await host.latest("will be deleted at")
        await server.stop()
        shutil.copytree(server.folder / "appendonlydir", tmp_path / "backup")
        await server.start()
        await host.alice.clicks("Stop", on=host.channel)
        await host.latest("stopped by")
        await sealed(host)
        if not while_running:
            await host.stop()
            server.move(60)  # its grace is over: whoever took it up first thing would send it
        await restore(server, tmp_path / "backup")
        if not while_running:
            await host.start_replica()
        await host.slack.until(lambda: any(LOST in each.text for each in host.audit.messages))
        await host.frozen()

        async def ended() -> bool:
            return "stopped" in await kinds(host)

        await until(ended)
        await must_be_frozen_until_acknowledged(host)
        assert not host.codearts.deletions


async def restore(server: MovableServer, backup: Path) -> None:
    """Bring an older state back."""
    await server.stop()
    shutil.rmtree(server.folder / "appendonlydir")
    shutil.copytree(backup, server.folder / "appendonlydir")
    await server.start()


async def test_the_embedded_servers_data_are_gone(tmp_path: Path) -> None:
    """What is remembered lies beside the data."""
    data = tmp_path / "data"
    environ = {"CODECHECK_DATA_DIR": str(data)}
    async with open_host(tmp_path, "", environ=environ) as host:
        await host.ask(TASK)
        await asyncio.sleep(1.2)  # two sweeps
        assert await host.processes[-1].terminate() == 0
        shutil.rmtree(data / "appendonlydir")
        await host.start_replica()
        await host.logged("data lost, deletions frozen")
        assert LOST in (await host.frozen()).text
        await host.processes[-1].terminate()


async def test_a_fresh_deployment_is_never_frozen(tmp_path: Path) -> None:
    """Nor one that is pointed to another Redis or another prefix."""
    place = {"CODECHECK_DATA_DIR": str(tmp_path / "memory")}
    (tmp_path / "memory").mkdir()
    async with (
        movable(tmp_path / "redis") as server,
        movable(tmp_path / "another") as another,
        open_host(tmp_path, server.url, environ=place) as host,
    ):
        await host.delete(TASK)
        await host.latest("status: success")
        await sealed(host)
        for change in ({"CODECHECK_REDIS_PREFIX": "other"}, {"REDIS_URL": another.url}):
            await host.stop()
            host.environ |= change
            await host.start_replica()
            await host.checked(lambda checks: bool(checks["storage"] == "ok"))
            await host.checked(lambda checks: bool(checks["redis"] == "ok"))
        await asyncio.sleep(1.2)  # two sweeps
        assert not host.lines("data lost, deletions frozen")
        assert not [each for each in host.audit.messages if "frozen" in each.text]
