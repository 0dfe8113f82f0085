"""`codecheck-bot audit export` into a pipe that nobody reads to its end, and onto a disk that is full."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.store.embedded import EmbeddedServer
from tests.store.rig import Rig


@pytest.fixture
async def environ(
    redis_server: EmbeddedServer, redis_client: Redis, redis_prefix: str
) -> AsyncIterator[dict[str, str]]:
    """What leads to a log of more bytes than a pipe holds."""
    async with Rig(redis_server.url, redis_client, redis_prefix) as rig:
        await asyncio.gather(*(rig.requested(f"{number:0128}") for number in range(150)))
        yield {"PATH": os.environ["PATH"], "REDIS_URL": rig.url, "CODECHECK_REDIS_PREFIX": rig.prefix}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("| head -n 1", ""),
        ("| true", ""),
        ("--format csv | head -n 1", ""),
        ("> /dev/full", "Error: standard output cannot be written: No space left on device\n"),
        (">&-", "Error: standard output cannot be written: Bad file descriptor\n"),
    ],
)
async def test_an_export_that_nobody_reads_to_its_end(
    line: str, told: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """`| head` ends it without a word; a full disk is reported, so nobody takes half a log for all of it."""
    ended = await asyncio.to_thread(
        subprocess.run,
        ["/bin/bash", "-c", f"{sys.executable} -m bot audit export {line}"],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.stderr == told
    assert len(ended.stdout.splitlines()) <= 1
