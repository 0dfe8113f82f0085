"""`codecheck-bot audit`, as it is run."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.domain.audit import of_refusal
from bot.store.embedded import EmbeddedServer
from tests.settings.examples import BY_KEY, SOCKET
from tests.store.rig import ALICE, Rig


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
    """It prints the last checkpoint to note; against that it finds an end that was cut off with its checkpoint."""
    async with Rig(redis_server.url, redis_client, redis_prefix) as rig:
        await rig.executing()
        assert await rig.audit.seal()
        await rig.audit.append(of_refusal(ALICE, "delete", "frozen", "C0QUALITY"))
        noted = await rig.audit.seal()
        assert noted is not None
        known = ("--checkpoint", f"{noted.number}:{noted.hash}")
        status, said = await audit(rig, folder, "verify")
        assert status == 0, said
        assert f"{noted.number}:{noted.hash}" in said
        assert (await audit(rig, folder, "verify", *known))[0] == 0
        status, lines = await audit(rig, folder, "export", "--since", "2020-01-01")
        assert status == 0, lines
        kinds = [json.loads(line)["kind"] for line in lines.splitlines()]
        assert kinds == ["requested", "reviewed", "confirmed", "refused"]
        last, *_ = await rig.audit.latest()
        await redis_client.xdel(rig.keys.events, last.id)
        (latest,) = await redis_client.xrevrange(rig.keys.checkpoints, count=1) or []
        await redis_client.xdel(rig.keys.checkpoints, str(latest[0]))
        assert (await audit(rig, folder, "verify"))[0] == 0
        assert (await audit(rig, folder, "verify", *known))[0] == 1
