"""A deployment in which all is well."""

from pathlib import Path

import pytest

from bot.doctor import Grade
from bot.doctor.registry import discover
from bot.doctor.slack_answers import READS
from tests.doctor.deployed import deployed
from tests.store.servers import DEBIAN, valkey


@pytest.mark.parametrize("binary", [valkey(), DEBIAN], ids=["valkey", "redis 7.0"])
@pytest.mark.parametrize("socket_mode", [False, True], ids=["http", "socket"])
async def test_nothing_is_found_where_nothing_is_wrong(binary: Path, socket_mode: bool, tmp_path: Path) -> None:
    """Every probe that has something to check says OK, and none writes."""
    if not binary.exists():
        pytest.skip(f"{binary} is not installed")
    async with deployed(binary, tmp_path) as well:
        if socket_mode:
            well.environ["SLACK_APP_TOKEN"] = well.slack.app_token
        before = await well.kept()
        checks = await well.examine()
        assert not [check for check in checks if check.grade is not Grade.OK]
        quiet = {"second person", "rules", "data folder", "Redis replicas", "user groups", "proxies", "certificates"}
        assert {check.name for check in checks} == {probe.name for probe in discover()} - quiet
        assert await well.kept() == before
        assert {exchange.what for exchange in well.slack.wire.exchanges} <= READS
        assert {request.method for request in well.codearts.requests} == {"GET"}
