"""A deployment in which all is well."""

from pathlib import Path

import pytest

from bot.doctor import Check, Grade
from bot.doctor.registry import discover
from bot.doctor.slack_answers import READS
from bot.domain.data_loss import Remembered
from bot.store.connection import connect
from bot.store.embedded import open_embedded
from bot.store.memory import Memory, place_of
from bot.store.redis_calls import RedisCalls
from bot.store.schema import acl_rules
from bot.store.vitals import RedisVitals
from tests.doctor.deployed import PREFIX, deployed
from tests.slack.waiting import until
from tests.store.servers import DEBIAN, free_port, running, valkey


@pytest.mark.parametrize("binary", [valkey(), DEBIAN], ids=["valkey", "redis 7.0"])
@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_nothing_is_found_where_nothing_is_wrong(binary: Path, transport: str, tmp_path: Path) -> None:
    """Every probe that has something to check says OK, and none writes."""
    if not binary.exists():
        pytest.skip(f"{binary} is not installed")
    async with deployed(binary, tmp_path) as well:
        if transport == "socket":
            well.environ["SLACK_APP_TOKEN"] = well.slack.app_token
        well.write_toml()
        before = await well.kept()
        checks = await well.examine()
        assert not [check for check in checks if check.grade is not Grade.OK]
        quiet = {"second person", "rules", "data folder", "Redis replicas", "user groups", "proxies", "certificates"}
        quiet |= {"traces"}
        assert {check.name for check in checks} == {probe.name for probe in discover()} - quiet
        assert await well.kept() == before
        assert {exchange.what for exchange in well.slack.wire.exchanges} <= READS
        assert {request.method for request in well.codearts.requests} == {"GET"}


async def test_beside_a_bot_that_uses_the_embedded_server(tmp_path: Path) -> None:
    """Doctor asks the server that runs, and neither starts nor ends one."""
    async with deployed(valkey(), tmp_path) as here, open_embedded(tmp_path / "data") as server:
        here.environ["CODECHECK_DATA_DIR"] = str(tmp_path / "data")
        del here.environ["REDIS_URL"]
        client = connect(server.url)
        vitals = RedisVitals(RedisCalls(client, here.keys))
        await Memory(tmp_path / "data", place_of("", PREFIX)).keep(Remembered(await vitals.begin()))
        await client.aclose()
        here.write_toml()
        checks = await here.examine()
        assert [check.name for check in checks if check.grade is not Grade.OK] == ["stored data"]  # nothing is kept yet
        assert Check("lost data", Grade.OK, "it is what a bot on this machine last saw") in checks
        assert {"data folder", "Redis", "Redis memory", "Redis clock"} <= {check.name for check in checks}
        assert await server.ready()


async def test_with_the_documented_rights_only_info_cannot_be_read(tmp_path: Path) -> None:
    """The bot needs no INFO; everything else about Redis is found out without it."""
    async with deployed(valkey(), tmp_path) as here:
        await here.user("bot", *acl_rules(PREFIX).split())
        here.write_toml()
        checks = await here.examine()
        assert [check.name for check in checks if check.grade is not Grade.OK] == ["Redis memory", "Redis persistence"]


async def test_in_a_cluster(tmp_path: Path) -> None:
    """Every question goes to the node that has the keys."""
    options = ("--cluster-enabled", "yes", "--cluster-port", str(free_port()), "--appendonly", "yes")
    async with deployed(valkey(), tmp_path) as here, running(valkey(), tmp_path / "node", *options) as node:
        client = connect(node.url)
        await client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)

        async def is_up() -> bool:
            return "ok" in str((await client.execute_command("CLUSTER INFO"))["cluster_state"])

        await until(is_up)
        await client.aclose()
        here.use_url(node.url.replace("redis://", "redis+cluster://"))
        here.write_toml()
        checks = await here.examine()
        assert [check.name for check in checks if check.grade is not Grade.OK] == ["stored data"]  # nothing is kept yet
