"""`redis+sentinel://`: the primary is asked for by name, again after a failover, over TLS and with the ACL."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.domain.errors import MaybeRecordedError, NotRecordedError
from bot.domain.lifecycle import Action, State
from bot.store.connection import connect
from bot.store.probe import probe
from bot.store.schema import acl_rules
from tests.store.conftest import BINARIES
from tests.store.modes.processes import killed, until
from tests.store.modes.sentinels import Watched, watched
from tests.store.modes.tls import Certificates
from tests.store.rig import Rig, acting, new

MODES = [("valkey", False), ("redis 7.0", True)]  # the bundled Valkey has no TLS


@pytest.fixture(params=MODES, ids=lambda mode: f"{mode[0]}{' over TLS' if mode[1] else ''}")
async def servers(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Watched]:
    """An arrangement of this test's own."""
    name, over_tls = request.param
    if not BINARIES[name].exists():
        pytest.skip(f"{BINARIES[name]} is not installed")
    async with watched(BINARIES[name], tmp_path, Certificates.made_in(tmp_path) if over_tls else None) as started:
        yield started


@asynccontextmanager
async def rig_on(url: str) -> AsyncIterator[Rig]:
    """A store at this URL."""
    client = connect(url)
    async with Rig(url, client, "own") as rig:
        yield rig
    await client.aclose()


async def test_a_dead_sentinel_is_passed_over_and_the_acl_suffices(servers: Watched) -> None:
    """The URL's user is the primary's, with a password that has to be escaped, and no more rights than the README's."""
    rules = acl_rules("own").split()
    await servers.says(servers.primary[0], "ACL", "SETUSER", "bot", "on", ">p@ss/word", *rules)
    await killed(servers.sentinels[0][1])
    async with rig_on(servers.url(0, 1, user="bot:p%40ss%2Fword@")) as rig:
        await rig.requested()
        await probe(rig.calls)
    assert await servers.says(servers.primary[0], "EXISTS", rig.keys.due) == 1


async def test_a_killed_primary_is_replaced_and_nothing_acknowledged_is_lost(servers: Watched) -> None:
    """Until the Sentinels agree nothing is recorded, and it is said so in time; from then on it goes on by itself."""
    async with rig_on(servers.url(0, 1, 2)) as rig:
        store = rig.another_store(wait_replicas=1)
        reviewed = await rig.shown(await rig.act(await rig.requested(), Action.REVIEW))
        confirmed = await store.commit(acting(reviewed, Action.CONFIRM))  # the replica has it
        await killed(servers.primary[1])
        with pytest.raises(NotRecordedError):
            async with asyncio.timeout(3):
                await rig.store.request(new("during"))
        await until(servers.failed_over)
        assert await rig.unchanged(confirmed)
        _, created = await rig.store.request(new("after"))
        assert created


async def test_a_frozen_primary_that_wakes_as_a_replica_is_left(servers: Watched) -> None:
    """While it sleeps nobody knows; when it wakes, it is a replica, and what the new primary has counts."""
    async with rig_on(servers.url(0, 1, 2)) as rig:
        requested = await rig.requested()

        async def replicated() -> bool:
            return await servers.says(servers.replica[0], "EXISTS", rig.keys.deletion(requested.id)) == 1

        await until(replicated)
        servers.primary[1].send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(MaybeRecordedError):
                async with asyncio.timeout(3):
                    await rig.store.request(new("during"))
            await until(servers.failed_over)
            assert (await rig.act(requested, Action.REVIEW)).state is State.REVIEWED
        finally:
            servers.primary[1].send_signal(signal.SIGCONT)

        async def demoted() -> bool:
            role = await servers.says(servers.primary[0], "ROLE")
            return isinstance(role, list) and role[0] == "slave"

        await until(demoted)
        assert (await rig.read(requested)).state is State.REVIEWED
        _, created = await rig.store.request(new("during"))  # what it took in its sleep went with its demotion
        assert created


async def test_sentinels_that_know_no_primary_mean_not_recorded(servers: Watched) -> None:
    """Nothing is sent anywhere; the same if none of them is there."""
    url = servers.url(0, 1, 2).replace("/codecheck/", "/another/")
    async with rig_on(url) as rig:
        with pytest.raises(NotRecordedError):
            await rig.store.request(new())
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with rig_on(f"redis+sentinel://127.0.0.1:{nobody.getsockname()[1]}/main") as rig:
            with pytest.raises(NotRecordedError):
                await rig.store.request(new())
