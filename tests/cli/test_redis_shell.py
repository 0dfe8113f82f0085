"""The shell commands and `audit` against a real Redis, with everything recorded as the bot records it."""

import asyncio
import csv
import getpass
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path

import pytest

from bot.deletions.ports import NewDeletion
from bot.domain.audit import Event
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import EventKind
from bot.domain.timings import Timings
from bot.store.audit import RedisAuditLog
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import start_embedded
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from bot.store.vitals import RedisVitals

ALICE = SlackUser("T01", "U01ALICE")
ME = f"{getpass.getuser()} on {socket.gethostname()}"
Bot = Callable[..., Coroutine[None, None, tuple[int, str, str]]]


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisCalls]:
    """The server of a data folder of its own, which a bot has used."""
    (tmp_path / "data").mkdir(mode=0o700)
    server = await start_embedded(tmp_path / "data")
    client = connect(server.url)
    redis = RedisCalls(client, Keys("codecheck"))
    await RedisVitals(redis).begin()
    yield redis
    await client.aclose()
    await server.stop()


@pytest.fixture
def bot(redis: RedisCalls, tmp_path: Path) -> Bot:  # noqa: ARG001 - the server must run
    """Runs `codecheck-bot` with that server, with no setting but the data folder. Gives status, output and errors."""

    async def run(*arguments: str, pipe: str = "", **environ: str) -> tuple[int, str, str]:
        line = f'"$0" -m bot "$@" {pipe}'
        done = await asyncio.to_thread(
            subprocess.run,
            ["/bin/bash", "-c", line, sys.executable, *arguments],
            env={"PATH": os.environ["PATH"], "CODECHECK_DATA_DIR": str(tmp_path / "data")} | environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


async def asked(redis: RedisCalls, deletion_id: str) -> None:
    """A request of alice's."""
    new = NewDeletion(
        id=deletion_id, task_id=f"task-{deletion_id}", requester=ALICE, operator="alice", channel="C01", reason="old"
    )
    await RedisDeletionStore(redis, Timings()).request(new)


async def test_a_freeze_at_a_shell_is_recorded_with_the_user_and_the_host(redis: RedisCalls, bot: Bot) -> None:
    """And lifted there again."""
    status, out, _ = await bot("freeze", "release", "weekend")
    assert (status, out.startswith(f"Deletions are now frozen by {ME} since ")) == (0, True)
    assert out.endswith(": release weekend\n")
    assert (await bot("freeze"))[1].startswith(f"Deletions are already frozen by {ME}")
    assert (await bot("unfreeze"))[1].startswith(f"Deletions can go on. They were frozen by {ME}")
    assert (await bot("unfreeze"))[1] == "Deletions were not frozen.\n"
    events = [event async for event in RedisAuditLog(redis).events()]
    who = f"shell:{ME.replace(' on ', '@')}"
    assert [(event.get("kind"), event.get("who"), event.get("reason")) for event in events] == [
        ("frozen", who, "release weekend"),
        ("unfrozen", who, ""),
    ]


@pytest.mark.parametrize("command", [("freeze",), ("audit", "verify"), ("pending",), ("show", "d1")])
def test_a_data_folder_without_a_bots_data_is_refused_and_not_made(command: tuple[str, ...], tmp_path: Path) -> None:
    """A mistyped one would be frozen, and found unbroken, while the bot goes on elsewhere."""
    folder = tmp_path / "mistyped"
    done = subprocess.run(
        [sys.executable, "-m", "bot", *command],
        env={"PATH": os.environ["PATH"], "CODECHECK_DATA_DIR": str(folder)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert str(folder) in done.stderr
    assert not folder.exists()


@pytest.mark.parametrize(
    "command", [("freeze",), ("audit", "verify"), ("audit", "export"), ("pending",), ("show", "d1")]
)
async def test_a_mistyped_prefix_is_refused(command: tuple[str, ...], redis: RedisCalls, bot: Bot) -> None:
    """An operator whose shell lacks the bot's variables would read "frozen", while the bot goes on."""
    status, out, errors = await bot(*command, CODECHECK_REDIS_PREFIX="mistyped")
    assert (status, out) == (1, "")
    assert "No bot has kept anything in this Redis under the prefix mistyped, so nothing was done." in errors
    assert await redis.run(lambda calls: calls.command("EXISTS", Keys("mistyped").freeze)) == 0


async def test_what_is_pending_and_its_story_are_shown(redis: RedisCalls, bot: Bot) -> None:
    """As long as Redis keeps it, and afterwards from the audit log."""
    await asked(redis, "d1")
    assert "task-d1: requested until " in (await bot("pending"))[1]
    out = (await bot("show", "d1"))[1]
    assert out.startswith("task-d1: requested until ")
    assert out.endswith("UTC  requested by U01ALICE: old\n")
    await RedisAuditLog(redis).append(Event(kind=EventKind.EXPIRED, deletion="gone", task="t9", state="expired"))
    out = (await bot("show", "gone"))[1]
    assert out.startswith("t9: expired, requested by ")
    assert (await bot("show", "d9"))[0] == 1


async def test_audit_verifies_the_log_and_finds_what_was_changed(redis: RedisCalls, bot: Bot) -> None:
    """With a checkpoint that was noted elsewhere, also a log that was rebuilt."""
    log = RedisAuditLog(redis)
    await asked(redis, "d1")
    await asked(redis, "d2")
    checkpoint = await log.seal()
    assert checkpoint is not None
    noted = f"{checkpoint.number}:{checkpoint.hash}"
    status, out, _ = await bot("audit", "verify", "--checkpoint", noted)
    assert (status, out) == (
        0,
        f"2 events, 2 of them sealed.\nUnbroken. Save this elsewhere: --checkpoint {noted}\n",
    )
    status, out, _ = await bot("audit", "verify", "--checkpoint", f"{checkpoint.number}:{'0' * 64}")
    assert (status, out.startswith("WRONG at checkpoint 1: ")) == (1, True)
    first, *_ = [event async for event in log.events()]
    await redis.run(lambda calls: calls.command("XDEL", redis.keys.events, first.id))
    status, out, _ = await bot("audit", "verify")
    assert (status, out.startswith("WRONG at ")) == (1, True)
    assert (await bot("audit", "verify", "--checkpoint", "7"))[0] == 2


async def test_audit_exports_what_was_recorded(redis: RedisCalls, bot: Bot) -> None:
    """JSON with the recorded members, and CSV that no spreadsheet takes for formulas."""
    hostile = "＝1+1"  # noqa: RUF001 - full-width on purpose
    for reason in ("=1+1", hostile, " @x", "a\nb", "fine"):
        await RedisAuditLog(redis).append(Event(kind=EventKind.REFUSED, who="U1", reason=reason))
    lines = (await bot("audit", "export"))[1].splitlines()
    assert [json.loads(line)["reason"] for line in lines] == ["=1+1", hostile, " @x", "a\nb", "fine"]
    rows = list(csv.DictReader(io.StringIO((await bot("audit", "export", "--format", "csv"))[1])))
    assert [row["reason"] for row in rows] == ["'=1+1", f"'{hostile}", "' @x", "a b", "fine"]
    assert all(row["at"].endswith("+00:00") for row in rows)
    assert (await bot("audit", "export", "--since", "2100-01-01"))[1] == ""


@pytest.mark.parametrize(
    ("pipe", "told"),
    [
        ("| head -n 1", ""),
        ("| true", ""),
        ("> /dev/full", "Error: standard output cannot be written: No space left on device\n"),
        (">&-", "Error: standard output cannot be written: Bad file descriptor\n"),
    ],
)
@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_an_export_that_nobody_reads_to_its_end(
    pipe: str, told: str, form: str, redis: RedisCalls, bot: Bot
) -> None:
    """`| head` ends it without a word; a full disk is reported, so nobody takes half a log for all of it."""
    log = RedisAuditLog(redis)
    for _ in range(200):  # more than a pipe holds
        await log.append(Event(kind=EventKind.REFUSED, reason="x" * 600))
    _, out, errors = await bot("audit", "export", "--format", form, pipe=pipe)
    assert errors == told
    assert len(out.splitlines()) <= 1
