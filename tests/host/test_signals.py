"""A signal while a DELETE is on its way: its outcome is recorded and announced before the bot ends."""

import os
import signal
from pathlib import Path

import pytest

from bot.domain.lifecycle import State
from codecheck_sandbox.codearts.faults import Delay
from tests.fixtures.world import TASK
from tests.host.rig import open_host, stored
from tests.store.servers import running, valkey


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_the_outcome_of_a_call_under_way_is_told(tmp_path: Path, number: signal.Signals) -> None:
    """With a shared Redis."""
    async with running(valkey(), tmp_path / "redis") as server, open_host(tmp_path, server.url) as host:
        host.codearts.next_answer(Delay(3))
        await host.delete(TASK)
        await host.codearts.arrival("DELETE")
        bot = host.processes[0]
        os.kill(bot.pid, number)
        assert await bot.ended() == 0
        await host.latest("status: success", within=1)
        assert (await stored(host)).state is State.DELETED
        assert host.codearts.count("DELETE") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_the_same_with_the_embedded_server(tmp_path: Path, number: signal.Signals) -> None:
    """Which outlives the draining, and is stopped after it."""
    environ = {"CODECHECK_DATA_DIR": str(tmp_path / "data")}
    async with open_host(tmp_path, "", environ=environ) as host:
        host.codearts.next_answer(Delay(3))
        await host.delete(TASK)
        await host.codearts.arrival("DELETE")
        bot = host.processes[0]
        os.kill(bot.pid, number)
        assert await bot.ended() == 0
        await host.latest("status: success", within=1)
        await host.start_replica()
        story = await host.bob.types(f"/codecheck history {TASK}", in_=host.channel)
        assert "was deleted" in story.text
        await host.processes[-1].terminate()
