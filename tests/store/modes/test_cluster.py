"""`redis+cluster://`: the bot finds the node that has its keys, again after a failover, over TLS and with the ACL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.domain.errors import NotRecordedError
from bot.domain.lifecycle import Action, State
from bot.store.connection import connect
from bot.store.probe import probe
from bot.store.schema import acl_rules
from tests.fixtures.world import OpenWorld
from tests.store.conftest import BINARIES
from tests.store.modes.cluster import Cluster, a_cluster
from tests.store.modes.processes import killed, until
from tests.store.modes.tls import Certificates
from tests.store.rig import Rig, acting, new

MODES = [("valkey", False), ("redis 7.0", False), ("redis 7.0", True)]  # the bundled Valkey has no TLS


@pytest.fixture(params=MODES, ids=lambda mode: f"{mode[0]}{' over TLS' if mode[1] else ''}")
async def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Cluster]:
    """A cluster of this test's own."""
    name, over_tls = request.param
    if not BINARIES[name].exists():
        pytest.skip(f"{BINARIES[name]} is not installed")
    async with a_cluster(BINARIES[name], tmp_path, Certificates.made_in(tmp_path) if over_tls else None) as started:
        yield started


@asynccontextmanager
async def rig_on(cluster: Cluster, *nodes: int, user: str = "") -> AsyncIterator[Rig]:
    """A store whose URL names these nodes."""
    client = connect(cluster.url(*nodes, user=user))
    async with Rig(cluster.url(*nodes, user=user), client, "own") as rig:
        yield rig
    await client.aclose()


async def test_any_node_leads_to_the_one_with_the_keys(cluster: Cluster) -> None:
    """Also a replica of another part of the cluster, and a dead one is passed over. The probe finds nothing amiss."""
    others = [number for number in range(6) if number not in {cluster.owner, cluster.owner + 3}]
    async with rig_on(cluster, others[-1]) as rig:
        requested = await rig.requested()
        assert (await rig.act(requested, Action.REVIEW)).state is State.REVIEWED
        await probe(rig.calls)
    owner = cluster.nodes[cluster.owner].client
    assert await owner.exists(rig.keys.deletion(requested.id)) == 1
    await killed(cluster.nodes[others[-1]].process)
    async with rig_on(cluster, others[-1], others[0]) as rig:
        assert (await rig.read(requested)).state is State.REVIEWED


async def test_a_killed_node_is_replaced_and_nothing_acknowledged_is_lost(cluster: Cluster) -> None:
    """Until the cluster has a new primary, nothing is recorded and it is said so; from then on it goes on by itself."""
    async with rig_on(cluster, 0, 1, 2) as rig:
        store = rig.another_store(wait_replicas=1)
        requested = await rig.requested()
        reviewed = await rig.shown(await rig.act(requested, Action.REVIEW))
        confirmed = await store.commit(acting(reviewed, Action.CONFIRM))  # a replica has it
        await killed(cluster.nodes[cluster.owner].process)
        with pytest.raises(NotRecordedError):
            async with asyncio.timeout(3):
                await rig.store.request(new("during"))
        await until(lambda: cluster.promoted(cluster.owner + 3))
        assert await rig.unchanged(confirmed)
        _, created = await rig.store.request(new("after"))
        assert created


async def test_a_demoted_primary_that_keeps_its_clients_is_left_at_the_next_write(cluster: Cluster) -> None:
    """It answers MOVED, which means that nothing was done; the write goes to the new primary within its time limit."""
    async with rig_on(cluster, 0, 1, 2) as rig:
        requested = await rig.requested()
        replica = cluster.nodes[cluster.owner + 3]
        await replica.client.execute_command("CLUSTER", "FAILOVER")
        await until(lambda: cluster.promoted(cluster.owner + 3))
        results = await asyncio.gather(
            rig.act(requested, Action.REVIEW), *(rig.store.request(new(f"task-{number}")) for number in range(2, 20))
        )
        assert len(results) == 19
        assert await replica.client.exists(rig.keys.deletion(requested.id)) == 1


async def test_the_acl_of_the_readme_with_one_more_right_suffices(cluster: Cluster) -> None:
    """The bot's own user on every node; without CLUSTER SLOTS it is said what is missing."""
    for node in cluster.nodes:
        await node.client.execute_command(
            "ACL", "SETUSER", "codecheck", "on", ">s3cret", *acl_rules("own", cluster=True).split()
        )
    async with rig_on(cluster, 0, user="codecheck:s3cret@") as rig:
        await rig.requested()
        await probe(rig.calls)
    for node in cluster.nodes:
        await node.client.execute_command("ACL", "SETUSER", "codecheck", "-cluster|slots")
    async with rig_on(cluster, 0, user="codecheck:s3cret@") as rig:
        with pytest.raises(NotRecordedError, match=r".") as refused:
            await rig.store.request(new())
        assert "CLUSTER SLOTS" in refused.value.why


async def test_a_plain_url_of_a_node_is_explained(cluster: Cluster) -> None:
    """Whoever writes `redis://` for a cluster learns what to write."""
    other = next(number for number in range(3) if number != cluster.owner)
    url = cluster.url(other).replace("+cluster", "")
    client = connect(url)
    async with Rig(url, client, "own") as rig:
        with pytest.raises(NotRecordedError) as refused:
            await rig.store.request(new())
    await client.aclose()
    assert "redis+cluster://" in refused.value.why


async def test_a_server_that_is_no_cluster_is_refused_with_why(own_rig: Rig) -> None:
    """Whoever writes `redis+cluster://` for a plain server learns that it is none."""
    url = own_rig.url.replace("redis://", "redis+cluster://")
    with pytest.raises(NotRecordedError) as refused:
        await own_rig.another_store(url).request(new())
    assert "is it a cluster" in refused.value.why


async def test_a_whole_conversation_on_a_cluster(tmp_path: Path, open_world: OpenWorld) -> None:
    """The bot itself, from its settings: asked, confirmed twice, deleted, announced; `/readyz` finds nothing amiss."""
    async with a_cluster(BINARIES["valkey"], tmp_path) as cluster:
        places = {"REDIS_URL": cluster.url(0, 1)}
        async with open_world("[confirmation]\ndwell_seconds = 0", environ=places) as world:
            await world.delete()
            await world.latest("status: success")
            url = f"http://127.0.0.1:{world.bots[0].port}/readyz"
            async with aiohttp.ClientSession() as session, session.get(url) as answer:
                assert (await answer.json())["checks"]["redis"] == "ok"
        owner = cluster.nodes[cluster.owner].client
        assert await owner.keys("*{deletions}:deletion:*")
