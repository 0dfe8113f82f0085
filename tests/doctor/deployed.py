"""A whole deployment on this machine in which all is well, to plant faults in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis

from bot.doctor import Check, examine
from bot.manifest import parsed_manifest
from bot.settings import load_settings
from bot.store.connection import connect
from bot.store.schema import Keys
from codecheck_sandbox.codearts import CodeArtsStandIn
from codecheck_sandbox.codearts.accounts import WEBSHOP
from codecheck_sandbox.slack import SlackStandIn
from codecheck_sandbox.world import settings as settings_for
from tests.store.rig import Rig
from tests.store.servers import Server, running

PREFIX = "codecheck"
CHANNEL = "C01QUALITY"
TOML = {
    "operators": {"U01ALICE": "alice", "U01BOB": "bob"},
    "allow": {"admins": ["U01ALICE"], "channels": [CHANNEL], "usergroups": []},
    "notify": {"channels": [CHANNEL]},
    "codearts": {"projects": [WEBSHOP]},
}


@dataclass
class Deployed:
    """A deployment.

    Args:
        slack: the stand-in Slack, with the app installed and everyone in it.
        codearts: the stand-in CodeArts Check and IAM.
        server: Redis, with a deletion that waits, and an audit log that is sealed.
        redis: a client that was there before any fault.
        rig: the bot's stores on it.
        folder: where codecheck.toml lies.
        environ: the environment.
        toml: the tables of codecheck.toml.
        stack: ends what a fault has started.
    """

    slack: SlackStandIn
    codearts: CodeArtsStandIn
    server: Server
    redis: Redis
    rig: Rig
    folder: Path
    environ: dict[str, str]
    toml: dict[str, dict[str, object]]
    stack: AsyncExitStack
    rules: list[dict[str, object]] = field(default_factory=list)

    @property
    def keys(self) -> Keys:
        """The bot's keys."""
        return Keys(PREFIX)

    def write_toml(self) -> None:
        """Write codecheck.toml as the tables now are."""
        text = "".join(_table(name, keys) for name, keys in self.toml.items())
        text += "".join(f"[[rules]]\n{_lines(rule)}" for rule in self.rules)
        (self.folder / "codecheck.toml").write_text(text, encoding="utf-8")

    def use_url(self, url: str) -> None:
        """Let the bot use this Redis."""
        self.environ["REDIS_URL"] = url

    async def user(self, name: str, *rules: str) -> None:
        """Let the bot use Redis as a user with these ACL rules."""
        await self.redis.execute_command("ACL", "SETUSER", name, "reset", "on", ">s3cret-pass", *rules)
        self.use_url(self.server.url.replace("//", f"//{name}:s3cret-pass@"))

    async def examine(self) -> list[Check]:
        """What doctor finds, once codecheck.toml is written."""
        return await examine(load_settings(self.environ, self.folder))

    async def kept(self) -> dict[str, object]:
        """Everything in Redis but the probe's own keys; those must be gone within a minute."""
        found: dict[str, object] = {}
        async for key in self.redis.scan_iter("*", count=1_000):
            if key.startswith((self.keys.probe(""), self.keys.done(""))):
                assert 0 < await self.redis.pttl(key) <= 60_000, f"{key} stays"
            else:
                found[key] = await self._content(key)
        return found

    async def _content(self, key: str) -> object:
        match await self.redis.type(key):
            case "hash":
                return await self.redis.hgetall(key)
            case "zset":
                return await self.redis.zrange(key, 0, -1, withscores=True)
            case "stream":
                return await self.redis.xrange(key)
            case "list":
                return await self.redis.lrange(key, 0, -1)
        return await self.redis.get(key)


@asynccontextmanager
async def deployed(binary: Path, folder: Path) -> AsyncIterator[Deployed]:
    """A deployment with a Redis of its own, while the block lasts.

    Args:
        binary: the Redis server's program.
        folder: an empty folder.
    """
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(SlackStandIn(parsed_manifest()))
        slack.installation.grant("channels:read", "groups:read", "usergroups:read")
        people = [slack.user("U01ALICE", "alice"), slack.user("U01BOB", "bob")]
        slack.channel(CHANNEL, "code-quality", members=people)
        codearts = await stack.enter_async_context(CodeArtsStandIn())
        server = await stack.enter_async_context(running(binary, folder / "redis", "--appendonly", "yes"))
        redis = connect(server.url)
        stack.push_async_callback(redis.aclose)
        rig = await stack.enter_async_context(Rig(server.url, redis, PREFIX))
        await rig.requested()
        await rig.audit.seal()
        home = folder / "home"
        home.mkdir()
        environ = settings_for(slack, codearts, server.url, socket_mode=False)
        environ["CODECHECK_DATA_DIR"] = str(home / "data")
        toml = json.loads(json.dumps(TOML))
        yield Deployed(slack, codearts, server, redis, rig, home, environ, toml, stack)


async def old_server(stack: AsyncExitStack) -> str:
    """A server of a version that cannot be had any more: it answers HELLO, and knows no script. Returns its URL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            pieces = [await _bulk(reader) for _ in range(int(line[1:]))]
            hello = b"%2\r\n+server\r\n+redis\r\n+version\r\n+6.0.16\r\n"
            answers = {b"HELLO": hello, b"PING": b"+PONG\r\n"}
            writer.write(answers.get(pieces[0], b"-ERR unknown command\r\n"))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    stack.push_async_callback(server.wait_closed)
    stack.callback(server.close)
    return f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _bulk(reader: asyncio.StreamReader) -> bytes:
    size = int((await reader.readline())[1:])
    return (await reader.readexactly(size + 2))[:-2]


def files_in(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file below a folder: its mode, size and time of change."""
    return {
        str(path): (path.lstat().st_mode, path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
    }


def _table(name: str, keys: dict[str, object]) -> str:
    return f"[{name}]\n{_lines(keys)}"


def _lines(keys: dict[str, object]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in keys.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)
