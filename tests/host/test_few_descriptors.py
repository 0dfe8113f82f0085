"""A process that may open only 64 files: everything is done all the same, a little later."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from codecheck_sandbox.codearts import default_tasks
from tests.fixtures.world import TASK, buttons
from tests.host.rig import open_host, until
from tests.store.servers import running, valkey

_EXPIRIES = 300


@pytest.mark.parametrize("embedded", [False, True], ids=["shared Redis", "embedded server"])
async def test_no_prompt_keeps_its_buttons(tmp_path: Path, *, embedded: bool) -> None:
    """300 requests expire at once."""
    few = ("/bin/sh", "-c", 'ulimit -n 64; exec "$0" -m bot run', sys.executable)
    environ = {"CODECHECK_DATA_DIR": str(tmp_path / "data")}
    async with running(valkey(), tmp_path / "redis") as server:
        url = "" if embedded else server.url
        async with open_host(tmp_path, url, environ=environ, command=few) as host:
            template = next(task for task in default_tasks() if task.id == TASK)
            ids = [f"{number:032x}" for number in range(1, _EXPIRIES + 1)]
            host.codearts.add_tasks(*(replace(template, id=each, name=f"shop-{each[-3:]}") for each in ids))
            for each in ids:
                answer = await host.alice.types(f"/codecheck delete {each}", in_=host.channel)
                assert not answer.text, answer.text

            async def all_shown() -> bool:
                return sum(bool(buttons(message)) for message in host.channel.messages) == _EXPIRIES

            await until(all_shown, within=50)
            await host.pass_time(301)

            async def none_left() -> bool:
                return not any(buttons(message) for message in host.channel.messages)

            await until(none_left, within=50)
            assert not [line for bot in host.processes for line in bot.log if "Too many open files" in str(line)]
