"""`codecheck-bot audit`, as it is run."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.store.embedded import EmbeddedServer
from bot.store.record import RedisRecord
from tests.settings.examples import BY_KEY, SOCKET
from tests.store.rig import Rig


async def audit(rig: Rig, folder: Path, *arguments: str) -> tuple[int, str]:
    """The exit status and the output of `codecheck-bot audit …`."""
    environ = {"PATH": os.environ["PATH"], "REDIS_URL": rig.url, "CODECHECK_REDIS_PREFIX": rig.prefix}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bot", "audit", *arguments],
        env=environ | SOCKET | BY_KEY,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder from which `bot` can be imported, without a codecheck.toml."""
    return tmp_path


async def test_audit(redis_server: EmbeddedServer, redis_client: Redis, redis_prefix: str, folder: Path) -> None:
    """It prints the head to note; against that it finds a tail cut off, and an entry removed without it."""
    async with Rig(redis_server.url, redis_client, redis_prefix) as rig:
        await rig.executing()
        status, said = await audit(rig, folder, "verify")
        assert status == 0, said
        assert said.startswith("3 entries, unbroken. To note: --count 3 --head ")
        noted = said.split("To note: ")[1].split()
        assert (await audit(rig, folder, "verify", *noted))[0] == 0
        status, lines = await audit(rig, folder, "export", "--since", "2020-01-01")
        entries = [json.loads(line) for line in lines.splitlines()]
        assert [entry["what"] for entry in entries] == ["requested", "reviewed", "confirmed"]
        last, *_ = await RedisRecord(redis_client, prefix=rig.prefix).latest()
        await redis_client.xdel(rig.keys.record, last.position)
        await redis_client.hset(rig.keys.head, mapping={"number": 2, "hash": entries[1]["hash"]})
        assert (await audit(rig, folder, "verify"))[0] == 0
        status, said = await audit(rig, folder, "verify", *noted)
        assert (status, said.startswith("BROKEN at entry 3")) == (1, True)
