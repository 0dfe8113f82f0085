"""Redis that refuses, hangs, restarts or will not take a write: what is said, and how soon."""

import asyncio
import os
import signal

import pytest
from structlog.testing import capture_logs

from bot.domain.deletion import State
from bot.domain.errors import MaybeRecordedError, NotRecordedError, PersonError
from bot.store.connection import connect
from bot.store.deletions import RedisDeletionStore
from bot.store.embedded import EmbeddedServer, start_embedded
from tests.store.rig import TIMINGS, Rig, new

LONGEST = 2.5  # seconds: Slack waits 3


async def kill(server: EmbeddedServer, rig: Rig) -> None:
    """Kill -9 the server; the first to notice cannot know whether what it sent was still heard."""
    os.kill(server.pid, signal.SIGKILL)
    with pytest.raises(PersonError):
        await rig.store.claim()


async def test_a_refused_connection_means_not_recorded(own_server: EmbeddedServer, own_rig: Rig) -> None:
    """Nothing was sent, so nothing was done."""
    await kill(own_server, own_rig)
    async with asyncio.timeout(LONGEST):
        with pytest.raises(NotRecordedError):
            await own_rig.store.request(new("task-2"))


async def test_a_hung_server_means_not_known(own_server: EmbeddedServer, own_rig: Rig) -> None:
    """What was sent to a stopped Redis runs when it wakes, though the client has long gone: and so it does here."""
    reviewed = await own_rig.reviewed()
    os.kill(own_server.pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(LONGEST):
            with pytest.raises(MaybeRecordedError):
                await own_rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    finally:
        os.kill(own_server.pid, signal.SIGCONT)
    assert (await own_rig.loaded(reviewed)).state is State.EXECUTING


async def test_a_server_that_hangs_when_reached_means_not_recorded(own_server: EmbeddedServer, own_rig: Rig) -> None:
    """The kernel takes the connection, but no script was sent on it."""
    os.kill(own_server.pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(LONGEST):
            with pytest.raises(NotRecordedError):
                await own_rig.store.request(new())
    finally:
        os.kill(own_server.pid, signal.SIGCONT)
    assert await own_rig.redis.dbsize() == 0


async def test_a_restart_goes_unnoticed(own_server: EmbeddedServer, own_rig: Rig) -> None:
    """The server has lost its connections and scripts, but nothing that it acknowledged, though it was killed."""
    requested = await own_rig.requested()
    os.kill(own_server.pid, signal.SIGKILL)
    await start_embedded(own_server.data_dir)
    reviewed = await own_rig.won(requested, State.REVIEWED)
    assert reviewed.epoch == 2


async def test_forgotten_scripts_are_loaded_again(own_rig: Rig) -> None:
    """After SCRIPT FLUSH, a restart or a failover the first EVALSHA is answered by NOSCRIPT."""
    requested = await own_rig.requested()
    await own_rig.redis.script_flush()
    await own_rig.won(requested, State.REVIEWED)


async def test_an_idle_connection_closed_by_the_server_goes_unnoticed(own_rig: Rig) -> None:
    """Redis closes idle clients where `timeout` says so."""
    await own_rig.requested()
    await own_rig.redis.client_kill_filter(_type="normal", skipme=True)
    _, created = await own_rig.store.request(new("task-2"))
    assert created


@pytest.mark.parametrize(
    ("setting", "value"),
    [("maxmemory", "1"), ("min-replicas-to-write", "1"), ("replicaof", "127.0.0.1 1")],
    ids=["OOM", "NOREPLICAS", "READONLY"],
)
async def test_a_write_that_redis_refuses_means_not_recorded(own_rig: Rig, setting: str, value: str) -> None:
    """Full, short of replicas, or no longer the primary: Redis says so before it writes anything."""
    reviewed = await own_rig.reviewed()
    if setting == "replicaof":
        await own_rig.redis.replicaof(*value.split())
    else:
        await own_rig.redis.config_set(setting, value)
    with pytest.raises(NotRecordedError):
        await own_rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    await own_rig.redis.config_set("replica-serve-stale-data", "yes")
    assert await own_rig.redis.hget(own_rig.keys.deletion(reviewed.id), "state") == State.REVIEWED


async def test_a_fault_of_the_data_is_not_called_not_recorded(own_rig: Rig) -> None:
    """A script that fails halfway (a key of another type) may have written: nobody knows."""
    await own_rig.redis.set(own_rig.keys.due, "not a sorted set")
    with pytest.raises(MaybeRecordedError):
        await own_rig.store.request(new())


async def test_a_wrong_password_is_logged_without_it(own_server: EmbeddedServer, own_rig: Rig) -> None:
    """The log says what Redis said; the password stands nowhere."""
    await own_rig.redis.config_set("requirepass", "the right one")
    with capture_logs() as logs:
        client = connect(own_server.url.replace("unix://", "unix://default:s3cret-guess@"))
        store = RedisDeletionStore(client, prefix="own", timings=TIMINGS)
        with pytest.raises(NotRecordedError):
            await store.request(new())
        await client.aclose()
    assert [(log["event"], log["recorded"]) for log in logs] == [("Redis failed", "no")]
    assert "WRONGPASS" in logs[0]["why"] or "invalid username-password pair" in logs[0]["why"]
    assert "s3cret-guess" not in str(logs)
    await own_rig.redis.config_set("requirepass", "")


async def test_a_lasting_failure_is_logged_once(own_server: EmbeddedServer, own_rig: Rig) -> None:
    """The sweep asks twice a second; the log is not to be flooded, and says so again at the next failure."""
    with capture_logs() as logs:
        await kill(own_server, own_rig)
        with pytest.raises(NotRecordedError):
            await own_rig.store.claim()
        assert len(logs) == 1
        server = await start_embedded(own_server.data_dir)
        assert await own_rig.store.claim() is None
        await kill(server, own_rig)
    assert len(logs) == 2


async def test_a_busy_pool_waits(redis_server: EmbeddedServer, redis_prefix: str) -> None:
    """More clicks at once than connections are served one after the other."""
    client = connect(f"{redis_server.url}?max_connections=2")
    store = RedisDeletionStore(client, prefix=redis_prefix, timings=TIMINGS)
    answers = await asyncio.gather(*(store.request(new(f"task-{number}")) for number in range(50)))
    await client.aclose()
    assert all(created for _, created in answers)
