"""Without REDIS_URL: the embedded server ends with the bot, and until then it is restarted whenever it ends."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from codecheck_sandbox.codearts import Delay
from tests.fixtures.world import TASK, OpenWorld, World
from tests.settings.examples import BY_KEY, SOCKET
from tests.store.embedded.conftest import servers_of, until


@pytest.fixture
def places(tmp_path: Path) -> Mapping[str, str]:
    """Settings without REDIS_URL."""
    return {"REDIS_URL": "", "CODECHECK_DATA_DIR": str(tmp_path / "data")}


def the_server(places: Mapping[str, str]) -> int:
    """The PID of the server that runs."""
    (pid,) = servers_of(Path(places["CODECHECK_DATA_DIR"]))
    return pid


async def kill_the_server(places: Mapping[str, str]) -> None:
    """Kill the server, as the kernel does when memory runs out; then wait for the next one."""
    killed = the_server(places)
    os.kill(killed, signal.SIGKILL)
    await until(lambda: servers_of(Path(places["CODECHECK_DATA_DIR"])) not in (set(), {killed}))


async def test_a_server_that_is_killed_at_each_step(open_world: OpenWorld, places: Mapping[str, str]) -> None:
    """Each step that was shown counts, and the deletion is completed; the server ends with the bot."""
    async with open_world(environ=places) as world:
        await world.ask(TASK)
        await kill_the_server(places)
        await world.review()
        await kill_the_server(places)
        await world.confirm(TASK)
        await world.latest("status: success")
        assert len(world.codearts.deletions) == 1
    assert not servers_of(Path(places["CODECHECK_DATA_DIR"]))


async def test_the_service_manager_stops_bot_and_server_together(
    open_world: OpenWorld, places: Mapping[str, str]
) -> None:
    """While the DELETE is in flight: its outcome is recorded and posted before the bot ends."""
    async with open_world(environ=places) as world:
        await executing(world)
        os.kill(the_server(places), signal.SIGTERM)
        await world.stop()
        result = await world.latest("status: success")
        assert "httpStatus: OK" in result.text
        assert world.codearts.count("DELETE") == 1
        assert not servers_of(Path(places["CODECHECK_DATA_DIR"]))


async def executing(world: World) -> None:
    """Confirm a deletion whose call takes a second."""
    await world.ask(TASK)
    await world.review()
    world.codearts.next_answer(Delay(1))
    await world.confirm(TASK)
    await world.codearts.arrival("DELETE")
    await world.latest("is being deleted")


async def audit(places: Mapping[str, str], cwd: Path) -> "subprocess.CompletedProcess[str]":
    """`codecheck-bot audit verify` with these settings."""
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", "audit", "verify"],
        env={"PATH": os.environ["PATH"], **SOCKET, **BY_KEY, **places},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_audit_makes_nothing_and_leaves_nothing(
    open_world: OpenWorld, places: Mapping[str, str], tmp_path: Path
) -> None:
    """The error names a mistyped folder. The right one is read while the bot runs and afterwards; no server is left."""
    cwd = tmp_path / "elsewhere"
    cwd.mkdir()
    mistyped = await audit({**places, "CODECHECK_DATA_DIR": str(tmp_path / "dada")}, cwd)
    assert mistyped.returncode == 1
    assert f"There is no data folder {tmp_path / 'dada'}. Is CODECHECK_DATA_DIR right?" in mistyped.stderr
    assert not (tmp_path / "dada").exists()
    prefix: dict[str, str] = {}
    async with open_world(environ=places) as world:
        prefix["CODECHECK_REDIS_PREFIX"] = world.environ["CODECHECK_REDIS_PREFIX"]
        await world.delete(TASK)
        await world.latest("status: success")
        running = the_server(places)
        beside = await audit({**places, **prefix}, cwd)
        assert beside.returncode == 0, beside.stderr
        assert the_server(places) == running
    alone = await audit({**places, **prefix}, cwd)
    assert alone.returncode == 0, alone.stderr
    assert "5 events" in alone.stdout
    assert not servers_of(tmp_path / "data")
