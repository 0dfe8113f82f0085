"""`codecheck-bot run` and `codecheck-bot sandbox --play` as processes of their own, with nothing but their settings."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from bot.manifest import parsed_manifest
from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer
from codecheck_sandbox.bot_process import BotProcess
from codecheck_sandbox.world import open_world as open_world_of_processes
from tests.fixtures.world import STEP_1, STEP_2, TASK, OpenWorld, delete_label
from tests.settings.examples import ENOUGH
from tests.slack.wire import SlackWire, refused

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket"])
async def test_a_bot_started_from_its_settings_deletes_and_ends_well(
    redis_server: EmbeddedServer, tmp_path: Path, *, socket_mode: bool
) -> None:
    """One whole deletion over the wire; then SIGTERM, and exit status 0."""
    async with open_world_of_processes(parsed_manifest(), redis_server.url, tmp_path, socket_mode=socket_mode) as world:
        await world.alice.types(f"/codecheck delete {TASK}", in_=world.channel)
        await world.slack.until(lambda: any(STEP_1 in seen.text for seen in world.channel.messages))
        await world.alice.clicks("Review deletion…", on=world.channel)
        await world.slack.until(lambda: any(STEP_2 in seen.text for seen in world.channel.messages))
        await asyncio.sleep(2.2)  # the usual dwell, by a real clock
        await world.alice.clicks(delete_label(TASK), on=world.channel)
        await world.slack.until(lambda: any("status: success" in seen.text for seen in world.channel.messages))
        assert [gone.operator for gone in world.codearts.deletions] == ["alice"]

        assert await world.bot.terminate() == 0
        events = [str(line.get("event")) for line in world.bot.log]
        assert events[-1] == "stopped"
        assert {"listening", "ready"} < set(events)


async def test_without_redis_url_the_bot_takes_the_server_of_its_data_folder(
    open_world: OpenWorld, redis_server: EmbeddedServer
) -> None:
    """One that runs already is adopted, and goes on running when the bot stops."""
    places = {"REDIS_URL": "", "CODECHECK_DATA_DIR": str(redis_server.data_dir)}
    async with open_world(environ=places) as world:
        await world.delete(TASK)
        await world.latest("status: success")
    async with connect(redis_server.url) as client:
        assert await client.ping()


async def test_a_bot_that_slack_does_not_know_says_so_and_exits_1(tmp_path: Path) -> None:
    """What to check, without a stack trace."""
    async with SlackWire().serving() as slack:
        slack.answer("auth.test", refused("invalid_auth"))
        bot = BotProcess(ENOUGH | {"SLACK_API_URL": slack.api_url, "REDIS_URL": "redis://127.0.0.1:1"}, tmp_path)
        await bot.start(ready=False)
        assert await bot.ended() == 1
    said = "Error: Slack refuses the bot's token (invalid_auth). Check `SLACK_BOT_TOKEN`."
    assert [line for line in bot.log if said in str(line)]
    assert not [line for line in bot.log if "Traceback" in str(line)]


async def test_notices_about_the_settings_are_logged(tmp_path: Path) -> None:
    """Before anything else, since they may explain what follows."""
    toml = '[[confirmation.rules]]\nchannels = ["C01"]\nsecond_step = "typed"\n'
    (tmp_path / "codecheck.toml").write_text(toml, encoding="utf-8")
    bot = BotProcess(ENOUGH | {"SLACK_API_URL": "http://127.0.0.1:1/", "REDIS_URL": "redis://127.0.0.1:1"}, tmp_path)
    with suppress(RuntimeError):  # Slack is not there
        await bot.start(ready=False)
    bot.kill()
    await bot.ended()
    assert bot.log[0]["event"] == "a setting needs attention"
    assert bot.log[0]["setting"] == "[[confirmation.rules]]"
    assert bot.log[0]["level"] == "warning"


@pytest.mark.parametrize("transport", [["--http"], ["--socket"]])
async def test_the_sandbox_plays_its_conversations_and_exits_0(transport: Sequence[str]) -> None:
    """Nothing is needed: no settings, no network, no server; and nothing is left behind."""
    played = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "sandbox",
        "--play",
        *transport,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, _ = await played.communicate()
    story = out.decode()
    assert played.returncode == 0, story
    assert "5 of 5 conversations went as expected." in story
    assert "alice types /codecheck delete 897acf" in story
    assert "status: success" in story
    assert "✗" not in story
