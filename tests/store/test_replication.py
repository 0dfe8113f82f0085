"""WAIT: a second confirmation or a cancel that too few replicas hold is said to be so."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import astuple
from pathlib import Path

import pytest

from bot.domain.deletion import State
from bot.domain.errors import NotReplicatedError
from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer, start_embedded
from tests.store.rig import Rig
from tests.wire.proxy import Proxy


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
async def replica(own_rig: Rig, tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    """A replica of the test's own server, in step with it."""
    port = free_port()
    for setting, value in {"bind": "127.0.0.1", "port": str(port), "repl-diskless-sync-delay": "0"}.items():
        await own_rig.redis.config_set(setting, value)
    server = await start_embedded(tmp_path / "replica")
    client = connect(server.url)
    await client.replicaof("127.0.0.1", str(port))
    await client.aclose()
    async with own_rig.redis.client() as connection:
        await connection.set("written when", "the replica had come")
        while await connection.wait(1, 1_000) < 1:
            await connection.set("written when", "it had not come yet")
    yield server
    os.kill(server.pid, signal.SIGKILL)


@pytest.mark.usefixtures("replica")
@pytest.mark.parametrize("to", [State.EXECUTING, State.CANCELLED])
async def test_what_a_replica_holds_goes_on(own_rig: Rig, to: State) -> None:
    """Where the replicas asked for answer, nothing is different."""
    own_rig.store = own_rig.another_store(wait_replicas=1)
    await own_rig.won(await own_rig.reviewed(), to)


@pytest.mark.parametrize("to", [State.EXECUTING, State.CANCELLED])
async def test_what_no_replica_holds_is_said_to_be_so(own_rig: Rig, replica: EmbeddedServer, to: State) -> None:
    """It is recorded all the same, under a lease: whoever finds it then carries it on, unless a failover loses it."""
    own_rig.store = own_rig.another_store(wait_replicas=1)
    reviewed = await own_rig.reviewed()
    os.kill(replica.pid, signal.SIGSTOP)
    with pytest.raises(NotReplicatedError, match="only 0 of 1 replicas"):
        await own_rig.store.advance(reviewed, to, token="click-2")
    assert (await own_rig.loaded(reviewed)).state is to
    assert await own_rig.deadline(reviewed) is not None


async def test_where_wait_is_forbidden_it_is_not_called_unrecorded(own_rig: Rig) -> None:
    """An ACL without WAIT refuses it only after the script has run."""
    reviewed = await own_rig.reviewed()
    await own_rig.redis.execute_command("ACL", "SETUSER", "default", "-wait")
    own_rig.store = own_rig.another_store(wait_replicas=1)
    with pytest.raises(NotReplicatedError):
        await own_rig.store.advance(reviewed, State.EXECUTING, token="click-2")
    assert (await own_rig.loaded(reviewed)).state is State.EXECUTING


async def test_a_first_confirmation_waits_for_nobody(own_rig: Rig) -> None:
    """Losing it in a failover costs one more click."""
    own_rig.store = own_rig.another_store(wait_replicas=1)
    await own_rig.won(await own_rig.requested(), State.REVIEWED)


async def confirm_with_the_reply_lost(rig: Rig, replica: EmbeddedServer) -> bool:
    """Confirm while the replica is stopped and the reply is lost; whether it won."""
    reviewed = await rig.reviewed()
    for script in astuple(rig.scripts):
        await rig.redis.script_load(script)
    path = rig.url.removeprefix("unix://")
    async with Proxy(lambda: asyncio.open_unix_connection(path)) as proxy:
        store = rig.another_store(f"redis://127.0.0.1:{proxy.port}", wait_replicas=1)
        await store.load("connects")
        os.kill(replica.pid, signal.SIGSTOP)
        proxy.lose_reply(to=b"EVALSHA")
        _, won = await store.advance(reviewed, State.EXECUTING, token="click-2")
        return won


async def test_a_replay_waits_for_the_replicas_too(own_rig: Rig, replica: EmbeddedServer) -> None:
    """WAIT answers for the writes of its own connection only, so the replay must write there."""
    with pytest.raises(NotReplicatedError):
        await confirm_with_the_reply_lost(own_rig, replica)


async def test_a_replay_that_writes_nothing_would_be_believed(own_rig: Rig, replica: EmbeddedServer) -> None:
    """The bug that the test above guards against, planted."""
    written = "redis.call('HSET', deletion, 'holder', token)\n  return {1"
    broken = own_rig.scripts.advance.replace(written, "return {1")
    assert broken != own_rig.scripts.advance
    async with own_rig.planted("advance", broken) as buggy:
        assert await confirm_with_the_reply_lost(buggy, replica)
