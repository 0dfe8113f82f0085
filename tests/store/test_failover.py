"""A failover: the name in REDIS_URL moves to the new primary, and the old one goes on as a replica."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.domain.errors import NotRecordedError
from bot.domain.lifecycle import Action, State
from bot.store.connection import connect
from bot.store.probe import probe
from tests.store.conftest import each_server
from tests.store.rig import Rig, new
from tests.store.servers import Server, in_step, running
from tests.wire.proxy import Proxy, Streams

pytestmark = each_server


class Name:
    """What a name leads to: a proxy that opens each new connection to the server of the moment."""

    def __init__(self, to: Server) -> None:
        self.to = to

    async def open(self) -> Streams:
        """A connection to whatever it now leads to."""
        return await asyncio.open_connection("127.0.0.1", self.to.port)


@asynccontextmanager
async def named(server: Server) -> AsyncIterator[tuple[Name, str]]:
    """A name for a server, and the URL with it."""
    name = Name(server)
    async with Proxy(name.open) as proxy:
        yield name, f"redis://127.0.0.1:{proxy.port}"


@pytest.fixture
async def replica(server: Server, tmp_path: Path) -> AsyncIterator[Server]:
    """A replica of the test's own server, in step with it."""
    async with running(server.binary, tmp_path / "replica") as second:
        await in_step(second, server)
        yield second


async def fail_over(old: Server, new_one: Server, name: Name | None = None) -> None:
    """Make the replica the primary, and the primary its replica; then the name moves, if there is one."""
    first, second = connect(old.url), connect(new_one.url)
    await first.wait(1, 1_000)
    await second.replicaof("NO", "ONE")
    await first.replicaof("127.0.0.1", str(new_one.port))
    await first.aclose()
    await second.aclose()
    if name is not None:
        name.to = new_one


async def test_after_a_failover_the_bot_goes_on_with_the_new_primary(
    server: Server, replica: Server, own_rig: Rig
) -> None:
    """At the very next write, though the old one is there and keeps its clients: the pool lets go of it."""
    async with named(server) as (name, url):
        store = own_rig.another_store(url)
        own_rig.store = store
        requested = await own_rig.requested()
        await fail_over(server, replica, name)
        reviewed = await own_rig.act(requested, Action.REVIEW)
        client = connect(replica.url)
        assert await client.hget(own_rig.keys.deletion(reviewed.id), "version") == "2"
        await client.aclose()


async def test_many_at_once_go_on(server: Server, replica: Server, own_rig: Rig) -> None:
    """Every connection of the pool leads to the old primary, and many callers notice together."""
    async with named(server) as (name, url):
        store = own_rig.another_store(url)
        await asyncio.gather(*(store.request(new(f"before-{number}")) for number in range(30)))
        await fail_over(server, replica, name)
        results = await asyncio.gather(
            *(store.request(new(f"after-{number}")) for number in range(30)), return_exceptions=True
        )
        assert [result for result in results if isinstance(result, NotRecordedError)] == []
        created = [result for result in results if not isinstance(result, BaseException)]
        assert len(created) == 30
        assert {deletion.state for deletion, _ in created} == {State.REQUESTED}
        await probe(own_rig.another_calls(url))


async def test_while_the_name_still_leads_to_a_replica_nothing_is_recorded(
    server: Server, replica: Server, own_rig: Rig
) -> None:
    """It is said to be so within the time limit, with why; and as soon as the name moves, it goes on."""
    async with named(server) as (name, url):
        calls = own_rig.another_calls(url)
        store = own_rig.another_store(calls=calls)
        await store.request(new("before"))
        await fail_over(server, replica)
        async with asyncio.timeout(2.5):
            with pytest.raises(NotRecordedError) as caught:
                await store.request(new("during"))
        assert "read-only replica" in caught.value.why
        with pytest.raises(NotRecordedError):
            await probe(calls)
        name.to = replica
        _, created = await store.request(new("after"))
        assert created


async def test_a_server_that_is_still_loading_is_waited_for(server: Server, own_rig: Rig) -> None:
    """LOADING and MASTERDOWN pass: the next attempt within the time limit may succeed."""
    await own_rig.redis.config_set("replica-serve-stale-data", "no")
    requested = await own_rig.requested()
    await own_rig.redis.replicaof("127.0.0.1", "1")
    acting = asyncio.create_task(own_rig.act(requested, Action.REVIEW))
    await asyncio.sleep(0.05)
    assert not acting.done()
    await own_rig.redis.replicaof("NO", "ONE")
    assert (await acting).state is State.REVIEWED
    assert server.process is not None
