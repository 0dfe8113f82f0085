"""The whole sandbox with its page: starts and stops everything in order."""

import asyncio
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from codecheck_sandbox.bot_process import BotProcess
from codecheck_sandbox.page.cast import CODECHECK_TOML, assemble
from codecheck_sandbox.page.redis_server import RedisServer, Server
from codecheck_sandbox.page.replicas import Replicas
from codecheck_sandbox.page.server import serve_page
from codecheck_sandbox.page.stage import Stage
from codecheck_sandbox.page.timeline import Timeline
from codecheck_sandbox.page.troubles import Troubles
from codecheck_sandbox.page.wire_log import WireLog
from codecheck_sandbox.world import open_world, settings

FIRST, SECOND = "replica 1", "replica 2"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The sandbox, served.

    Args:
        url: the page.
        stage: what it shows and switches.
    """

    url: str
    stage: Stage


@asynccontextmanager
async def open_sandbox(
    manifest: Mapping[str, object],
    launch_redis: Callable[[], Awaitable[Server]],
    *,
    port: int,
    socket_mode: bool,
    toml: str = CODECHECK_TOML,
) -> AsyncIterator[Sandbox]:
    """Start Redis, the stand-ins, the bot and the page; everything stops at the end of the block.

    Args:
        manifest: the bot's manifest, parsed.
        launch_redis: starts the Redis server, again after it has been stopped.
        port: the page's port on 127.0.0.1; 0 takes a free one.
        socket_mode: whether the bot uses Socket Mode instead of HTTP.
        toml: the bot's codecheck.toml, apart from the operators.

    Raises:
        OSError: the port is not available.
        RuntimeError: the bot does not start; the message includes its log.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="codecheck-page-")))
        redis = RedisServer(launch_redis)
        stack.push_async_callback(redis.stop)
        url = await redis.start()
        world = await stack.enter_async_context(open_world(manifest, url, folder, socket_mode=socket_mode, toml=toml))
        second = BotProcess(settings(world.slack, world.codearts, url, socket_mode=socket_mode), folder)
        replicas = Replicas(world.slack, {FIRST: world.bot, SECOND: second}, socket_mode=socket_mode)
        stack.push_async_callback(replicas.stop_all)
        stage = Stage(
            world=world,
            cast=assemble(world),
            replicas=replicas,
            redis=redis,
            troubles=Troubles(world.slack),
            timeline=Timeline(world.slack.workspace),
            wire=WireLog(world.slack, world.codearts),
            socket_mode=socket_mode,
        )
        page = await stack.enter_async_context(serve_page(stage, port))
        yield Sandbox(page, stage)


async def serve(
    manifest: Mapping[str, object],
    launch_redis: Callable[[], Awaitable[Server]],
    *,
    port: int,
    socket_mode: bool,
    announce: Callable[[str], None],
) -> None:
    """Serve the sandbox until SIGINT, SIGTERM or SIGHUP; nothing is left running.

    Args:
        manifest: the bot's manifest, parsed.
        launch_redis: starts the Redis server.
        port: the page's port.
        socket_mode: whether the bot uses Socket Mode instead of HTTP.
        announce: called with the page's URL.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with open_sandbox(manifest, launch_redis, port=port, socket_mode=socket_mode) as sandbox:
        announce(sandbox.url)
        await stopping.wait()
