"""How a bot starts that cannot serve, and how it ends when it is asked to: as a process of its own."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.manifest import parsed_manifest
from bot.store.embedded import EmbeddedServer
from codecheck_sandbox.bot_process import BotProcess
from codecheck_sandbox.world import open_world
from tests.settings.examples import ENOUGH
from tests.slack.waiting import until
from tests.slack.wire import SlackWire

NOBODY = "http://127.0.0.1:1/"
PLACES = {"REDIS_URL": "redis://127.0.0.1:1", "HOST": "127.0.0.1", "PORT": "0", "CODECHECK_LOG": "json"}


@asynccontextmanager
async def hanging() -> AsyncIterator[str]:
    """A Slack that takes connections and never answers; its address."""

    async def never(_: web.BaseRequest) -> web.StreamResponse:
        await asyncio.Event().wait()
        return web.Response()

    runner = web.ServerRunner(web.Server(never, handler_cancellation=True), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def run(folder: Path, **environ: str) -> tuple[int, str]:
    """Run a bot to its end. Returns the exit status and what it wrote to standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1])} | ENOUGH | PLACES | environ,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        _, told = await process.communicate()
    assert process.returncode is not None
    return process.returncode, told.decode()


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """A plain fault that names the setting, and exit status 2."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        status, told = await run(tmp_path, PORT=port, SLACK_API_URL=NOBODY)

    assert status == 2
    assert f"- PORT {port} is in use on 127.0.0.1." in told
    assert "Traceback" not in told


@pytest.mark.parametrize("host", ["no-such-host.invalid", "198.51.100.1", "2001:db8::1"])
async def test_a_host_that_is_not_there(tmp_path: Path, host: str) -> None:
    """The same for HOST."""
    status, told = await run(tmp_path, HOST=host, SLACK_API_URL=NOBODY)

    assert status == 2
    assert f"- HOST ({host})" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_asked_to_stop_while_slack_hangs(tmp_path: Path, number: signal.Signals) -> None:
    """A bot that still waits for Slack ends at once, with exit status 0: nothing is under way."""
    async with hanging() as slack:
        bot = BotProcess(ENOUGH | PLACES | {"SLACK_API_URL": slack}, tmp_path)
        await bot.start(ready=False)
        os.kill(bot.pid, number)
        async with asyncio.timeout(8):  # one call of Slack may take 10 s
            assert await bot.ended() == 0

    assert bot.log[-1]["event"] == "stopped"


async def test_alive_but_not_ready_while_slack_is_away(tmp_path: Path) -> None:
    """A machine that boots before its network: the process lives, says that it is not ready, and goes on trying."""
    async with SlackWire().serving() as slack:
        address = slack.api_url
    bot = BotProcess(ENOUGH | PLACES | {"SLACK_API_URL": address}, tmp_path)
    await bot.start(ready=False)

    async def tried_thrice() -> bool:
        return [line.get("event") for line in bot.log].count("sign-in to slack failed, trying again") >= 3

    await until(tried_thrice)
    assert bot.running
    assert await bot.terminate() == 0


def handles(pid: int, number: signal.Signals) -> bool:
    """Whether a process would do something of its own on a signal."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (number - 1) & 1)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_asked_to_stop_before_anything_slow_is_loaded(tmp_path: Path) -> None:
    """The signal that process 1 would lose is handled before the bot is loaded, and ends it with status 0."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "importtime", "-m", "bot", "run"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1])} | ENOUGH | PLACES,
        stderr=asyncio.subprocess.PIPE,
    )

    async def handled() -> bool:
        return handles(process.pid, signal.SIGTERM)

    await until(handled)
    process.terminate()
    _, told = await process.communicate()

    assert process.returncode == 0
    assert b"Traceback" not in told
    assert not [line for line in told.splitlines() if line.endswith((b" slack_bolt", b" bot.app"))]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_asked_to_stop_while_it_serves(
    redis_server: EmbeddedServer, tmp_path: Path, number: signal.Signals
) -> None:
    """When its terminal goes it drains as it does on SIGTERM, so nothing ends in the middle of a DELETE."""
    async with open_world(parsed_manifest(), redis_server.url, tmp_path, socket_mode=True) as world:
        os.kill(world.bot.pid, number)
        assert await world.bot.ended() == 0
        events = [str(line["event"]) for line in world.bot.log]

    assert events[-2:] == ["stopping: no new work is taken, what is under way is finished", "stopped"]


async def test_nohup_is_kept(tmp_path: Path) -> None:
    """Started with SIGHUP ignored, it ignores it."""
    async with hanging() as slack:
        command = ("/bin/sh", "-c", f'trap "" HUP; exec "{sys.executable}" -m bot run')
        bot = BotProcess(ENOUGH | PLACES | {"SLACK_API_URL": slack}, tmp_path, command)
        await bot.start(ready=False)
        assert not handles(bot.pid, signal.SIGHUP)
        os.kill(bot.pid, signal.SIGHUP)
        assert await bot.terminate() == 0


IN_A_CALLBACK = """
import os, signal
from bot.stopping import end_at_once_until_running

class Signals:
    def __del__(self):
        os.kill(os.getpid(), signal.{number})

end_at_once_until_running()
Signals()
os._exit(7)
"""


@pytest.mark.parametrize(("number", "status"), [("SIGTERM", 0), ("SIGINT", 130)])
async def test_a_signal_in_a_callback_counts(number: str, status: int) -> None:
    """While modules are loaded Python runs callbacks in which an exception is ignored; a signal there ends it too."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", IN_A_CALLBACK.format(number=number)),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[1])},
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()

    assert (process.returncode, told) == (status, b"")
