"""The probe sees what PING does not, says what to do about it, and leaves nothing behind."""

import signal

import pytest

from bot.domain.errors import NotRecordedError, PersonError
from bot.store.probe import probe
from bot.store.schema import COMMANDS, acl_rules
from tests.store.conftest import each_server
from tests.store.rig import Rig
from tests.store.servers import Server

pytestmark = each_server


async def test_a_server_that_is_well_passes(own_rig: Rig) -> None:
    """Again and again, and what it wrote is gone after a minute; nothing of the bot's is touched."""
    requested = await own_rig.requested()
    for _ in range(2):
        await probe(own_rig.calls)
    probed = [key async for key in own_rig.redis.scan_iter(own_rig.keys.probe("*"))]
    assert probed
    for key in probed:
        assert 0 < await own_rig.redis.pttl(key) <= 60_000
    assert await own_rig.unchanged(requested)
    assert await own_rig.events() == ["requested"]


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_missing_right_is_named(own_rig: Rig, command: str) -> None:
    """Whichever command the ACL lacks."""
    rules = [rule for rule in acl_rules("own").split() if rule != f"+{command}"]
    await own_rig.redis.execute_command("ACL", "SETUSER", "bot", "reset", "on", ">s3cret", *rules)
    url = own_rig.url.replace("//", "//bot:s3cret@") + "/1"
    with pytest.raises(NotRecordedError) as caught:
        await probe(own_rig.another_calls(url))
    assert f"may not run {command.upper()}:" in caught.value.why


async def test_an_acl_for_another_prefix_is_named(own_rig: Rig) -> None:
    """CODECHECK_REDIS_PREFIX and the ACL have to agree."""
    rules = acl_rules("another").split()
    await own_rig.redis.execute_command("ACL", "SETUSER", "bot", "reset", "on", ">s3cret", *rules)
    with pytest.raises(NotRecordedError) as caught:
        await probe(own_rig.another_calls(own_rig.url.replace("//", "//bot:s3cret@")))
    assert "keys under this prefix" in caught.value.why


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("maxmemory", "1", "out of memory"),
        ("min-replicas-to-write", "1", "too few replicas"),
        ("replicaof", "127.0.0.1 1", "read-only replica"),
    ],
    ids=["OOM", "NOREPLICAS", "READONLY"],
)
async def test_a_server_that_takes_no_writes_fails(own_rig: Rig, setting: str, value: str, why: str) -> None:
    """PING would say PONG."""
    await own_rig.redis.config_set("replica-serve-stale-data", "yes")
    if setting == "replicaof":
        await own_rig.redis.replicaof(*value.split())
    else:
        await own_rig.redis.config_set(setting, value)
    assert await own_rig.redis.ping()
    with pytest.raises(NotRecordedError) as caught:
        await probe(own_rig.calls)
    assert why in caught.value.why


async def test_a_replica_without_its_primary_fails(own_rig: Rig) -> None:
    """MASTERDOWN: it does not even read."""
    await own_rig.redis.config_set("replica-serve-stale-data", "no")
    await own_rig.redis.replicaof("127.0.0.1", "1")
    with pytest.raises(NotRecordedError):
        await probe(own_rig.calls)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_a_server_that_is_not_there_fails(own_rig: Rig, server: Server, number: signal.Signals) -> None:
    """Killed or hung, within the time limit."""
    await own_rig.requested()
    server.send(number)
    with pytest.raises(PersonError):
        await probe(own_rig.calls)
    if number is signal.SIGSTOP:
        server.send(signal.SIGCONT)


async def test_keys_of_other_kinds_under_the_prefix_fail(own_rig: Rig) -> None:
    """Someone else writes there too."""
    for kind in ("hash", "zset", "string", "stream"):
        await own_rig.redis.rpush(own_rig.keys.probe(kind), "a list")
    with pytest.raises(NotRecordedError) as caught:
        await probe(own_rig.calls)
    assert "another kind" in caught.value.why
