"""Redis's clock jumps while people are deciding: nobody loses time, and nothing goes off hours later by itself."""

import asyncio
import sys
from pathlib import Path

import pytest

from bot.domain.lifecycle import State
from bot.store.audit import RedisAuditLog
from bot.store.connection import connect
from bot.store.redis_calls import RedisCalls
from codecheck_sandbox.codearts.faults import Delay
from tests.fixtures.world import TASK, buttons
from tests.host.rig import Host, movable, needs_faketime, open_host, stored, until

pytestmark = needs_faketime
GRACE = "[[rules]]\ngrace_seconds = 60\n"


@pytest.mark.parametrize("bots", [1, 2])
@pytest.mark.parametrize("hours", [3, -3])
async def test_a_grace_starts_again(tmp_path: Path, hours: int, bots: int) -> None:
    """After a jump nothing has been sent; there is the whole grace again, and no more, to stop it."""
    async with movable(tmp_path / "redis") as server, open_host(tmp_path, server.url, GRACE, bots=bots) as host:
        await host.delete(TASK)
        prompt = await host.latest("will be deleted at")
        before = await stored(host)
        server.move(hours * 3_600)

        async def started_again() -> bool:
            return (await stored(host)).lifecycle.restarts > 0

        await until(started_again)
        after = await stored(host)
        assert after.state is State.SCHEDULED
        assert after.lifecycle.restarts == 1
        assert 50_000 < after.lifecycle.send_at - after.read_at <= 60_000
        assert abs(after.lifecycle.send_at - before.lifecycle.send_at - hours * 3_600_000) < 30_000
        assert not host.codearts.deletions
        await host.logged("redis clock jumped")
        await host.checked(lambda said: "its clock has jumped by" in said["storage"])
        await host.alice.clicks("Stop", on=host.channel)
        await host.latest("stopped by")
        assert not buttons(host.now(prompt))
        assert not host.codearts.deletions


@pytest.mark.parametrize("hours", [3, -3])
async def test_a_prompt_neither_expires_nor_waits_longer(tmp_path: Path, hours: int) -> None:
    """It can be confirmed as if nothing had happened, and expires when it says so."""
    async with movable(tmp_path / "redis") as server, open_host(tmp_path, server.url) as host:
        await host.ask(TASK)
        await host.review()
        server.move(hours * 3_600)

        async def noticed() -> bool:
            return (await stored(host)).lifecycle.restarts > 0

        await until(noticed)
        after = await stored(host)
        assert after.state is State.REVIEWED
        assert 290_000 < after.lifecycle.expires_at - after.read_at <= 300_000
        await host.confirm(TASK)
        await host.latest("status: success")


async def test_a_call_under_way_is_not_taken_over(tmp_path: Path) -> None:
    """A replica that sees the jump leaves a DELETE in flight alone: it is sent once, and nobody says that it failed."""
    async with movable(tmp_path / "redis") as server, open_host(tmp_path, server.url, bots=2) as host:
        host.codearts.next_answer(Delay(4))
        await host.delete(TASK)
        await host.codearts.arrival("DELETE")
        server.move(60)  # longer than the lease, shorter than a call may be sent again
        await host.logged("redis clock jumped")
        await host.latest("status: success")
        assert host.codearts.count("DELETE") == 1


async def test_what_jumped_while_no_bot_ran_is_found_at_the_start(tmp_path: Path) -> None:
    """After a correction back by hours, a grace does not go off hours later by itself."""
    async with movable(tmp_path / "redis") as server:
        server.move(7 * 3_600)
        async with open_host(tmp_path, server.url, GRACE) as host:
            await host.delete(TASK)
            await host.latest("will be deleted at")
            await host.stop()
            server.move(0)
            await host.start_replica()

            async def near() -> bool:
                found = await stored(host)
                return found.lifecycle.send_at - found.read_at <= 60_000

            await until(near)


async def test_doctor_tells_of_a_jump(tmp_path: Path) -> None:
    """Also when the log has scrolled away."""
    async with movable(tmp_path / "redis") as server, open_host(tmp_path, server.url) as host:
        server.move(3_600)
        await host.logged("redis clock jumped")
        doctor = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "doctor"), cwd=tmp_path, env=host.environ, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await doctor.communicate()
        assert "Redis's clock has jumped by 3600 s" in out.decode()


async def test_no_jump_is_seen_where_there_is_none(tmp_path: Path) -> None:
    """A correction by a second, as NTP makes it, restarts nothing."""
    async with movable(tmp_path / "redis") as server, open_host(tmp_path, server.url) as host:
        await host.ask(TASK)
        server.move(1)
        await until_checked_again(host)
        assert (await stored(host)).lifecycle.restarts == 0
        assert not host.lines("redis clock jumped")


async def until_checked_again(host: Host) -> None:
    """Wait until the bot has swept at least once more: it has expired something, say."""
    async with connect(host.environ["REDIS_URL"]) as client:
        audit = RedisAuditLog(RedisCalls(client, host.keys))
        last = (await audit.checkpoints())[-1:]

        async def sealed() -> bool:
            return (await audit.checkpoints())[-1:] != last

        await until(sealed)
