"""A whole bot with few descriptors, while strangers try to hold all of them."""

import resource
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import psutil
import pytest

from bot.domain.identity import SlackUser
from bot.manifest import parsed_manifest
from bot.store.embedded import EmbeddedServer
from codecheck_sandbox.world import World, open_world
from tests.fixtures.world import TASK
from tests.slack.signing import SignedSlack, command_form, signed_headers
from tests.slack.transport.strangers import strangers

DESCRIPTORS = 256


@pytest.fixture(autouse=True)
def many_descriptors() -> Iterator[None]:
    """This process needs one for each stranger."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < 4_096:
        pytest.skip("this machine does not allow 4,096 descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
async def world(redis_server: EmbeddedServer, redis_prefix: str, tmp_path: Path) -> AsyncIterator[World]:
    """A bot over HTTP that may open 256 descriptors."""
    # By a fixed threshold glibc returns large blocks at once, so that what is measured is what the bot holds.
    variables = f"CODECHECK_REDIS_PREFIX={redis_prefix} MALLOC_MMAP_THRESHOLD_=131072"
    few = f'export {variables}; ulimit -n {DESCRIPTORS}; exec "{sys.executable}" -m bot run'
    async with open_world(
        parsed_manifest(),
        redis_server.url,
        tmp_path,
        socket_mode=False,
        toml='[allow]\nadmins = ["U01ALICE"]\n',
        command=("/bin/sh", "-c", few),
    ) as opened:
        yield opened


def half_a_body(secret: str) -> bytes:
    """A megabyte is announced, and some of it comes."""
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed_headers("x", secret=secret).items())
    return (
        f"POST /slack/events HTTP/1.1\r\nHost: a\r\n{headers}Content-Length: 1000000\r\n\r\n".encode() + b"x" * 200_000
    )


async def test_freeze_gets_through(world: World) -> None:
    """1,000 connections with half a line and 300 with part of a large body hold neither descriptors nor memory.

    A freeze, which needs the bot's connections to Redis and Slack as well, is answered and takes effect.
    """
    port = int(world.bot.url.rpartition(":")[2])
    process, secret = psutil.Process(world.bot.pid), world.slack.signing_secret
    alice = SlackUser(world.slack.workspace.team_id, world.alice.id)
    before = process.memory_info().rss
    async with AsyncExitStack() as held:
        session = await held.enter_async_context(aiohttp.ClientSession())
        await held.enter_async_context(strangers(port, 1_000, b"POST"))
        await held.enter_async_context(strangers(port, 300, half_a_body("not Slack's secret")))
        slack = SignedSlack(session, world.bot.url)
        body = command_form("freeze under attack", alice)
        status, answer = await slack.send(body, signed_headers(body, secret=secret))
        body = command_form(f"delete {TASK}", alice)
        _, then = await slack.send(body, signed_headers(body, secret=secret))
        descriptors, grown = process.num_fds(), process.memory_info().rss - before

    assert status == 200, answer
    assert "frozen" in then.lower()
    assert descriptors < DESCRIPTORS // 2
    assert grown < 64 * 1_048_576
    assert [line for line in world.bot.log if "too many connections" in str(line.get("event"))]
    assert not [line for line in world.bot.log if line.get("level") == "error"]
