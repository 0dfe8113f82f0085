"""The clocks of Redis, of this machine and of Slack are minutes apart: Redis's decides, and people read Slack's."""

import re
import time
from pathlib import Path

import pytest

from tests.faults.moving_time import shifted
from tests.fixtures.world import TASK, words
from tests.host.rig import movable, needs_faketime, open_host, stored

pytestmark = needs_faketime
GRACE = "[[rules]]\ngrace_seconds = 60\n"


def dates(text: str) -> list[float]:
    """The times of a message, in seconds since 1970."""
    return [float(found) for found in re.findall(r"<!date\^(\d+)\^", text)]


@pytest.mark.parametrize("apart", [600, -600, 7 * 3_600])
async def test_times_are_shown_by_slacks_clock(tmp_path: Path, apart: int) -> None:
    """Until when a prompt waits, when a grace ends, and since when deletions are frozen; `run` says so, once."""
    async with movable(tmp_path / "redis") as server:
        server.move(apart)
        async with open_host(tmp_path, server.url, GRACE) as host:
            prompt = await host.ask(TASK)
            assert [True for at in dates(words(prompt)) if abs(at - time.time() - 300) < 30], words(prompt)
            await host.review()
            await host.confirm(TASK)
            scheduled = await host.latest("will be deleted at")
            assert [True for at in dates(words(scheduled)) if abs(at - time.time() - 60) < 20], words(scheduled)
            answer = await host.bob.types("/codecheck freeze", in_=host.channel)
            assert [True for at in dates(answer.text) if abs(at - time.time()) < 20], answer.text
            story = await host.bob.types("/codecheck history", in_=host.channel)
            assert dates(story.text)
            assert all(abs(at - time.time()) < 60 for at in dates(story.text))
            (line,) = host.lines("redis clock differs")
            assert abs(int(str(line["redis_ahead_by_seconds"])) - apart) <= 1


async def test_times_are_right_even_if_the_bots_machine_is_wrong(tmp_path: Path) -> None:
    """Over Socket Mode it would work at any distance; over HTTP it works up to five minutes."""
    async with (
        movable(tmp_path / "redis") as server,
        open_host(tmp_path, server.url, environ=shifted(240)) as host,
    ):
        prompt = await host.ask(TASK)
        assert [True for at in dates(words(prompt)) if abs(at - time.time() - 300) < 30], words(prompt)
        assert not host.lines("redis clock differs")


async def test_readyz_tells_of_a_clock_that_refuses_everything(tmp_path: Path) -> None:
    """A replica that is ten minutes off refuses all that Slack signs, so no load balancer may send it anything."""
    async with (
        movable(tmp_path / "redis") as server,
        open_host(tmp_path, server.url, environ=shifted(-600), ready=False) as host,
    ):
        said = await host.checked(lambda checks: "so Slack's requests are refused" in checks["slack"])
        assert said["status"] == 503


async def test_redis_decides(tmp_path: Path) -> None:
    """What has expired by Redis's clock cannot be confirmed, whatever this machine's says."""
    async with movable(tmp_path / "redis") as server:
        server.move(-600)
        async with open_host(tmp_path, server.url) as host:
            await host.ask(TASK)
            asked = await stored(host)
            assert 280_000 < asked.lifecycle.expires_at - asked.read_at <= 300_000
            assert abs(asked.read_at / 1_000 - time.time() + 600) < 20


async def test_clocks_that_agree_are_not_worth_a_word(tmp_path: Path) -> None:
    """Within five seconds nothing is shifted, and nothing is said."""
    async with movable(tmp_path / "redis") as server:
        server.move(3)
        async with open_host(tmp_path, server.url) as host:
            await host.ask(TASK)
            assert not host.lines("clock")
