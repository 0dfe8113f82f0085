"""Redis does not roll back, so a transaction that fails must fail before its first write: whatever fails, and where."""

import secrets
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from bot.domain.errors import NotRecordedError
from bot.store.connection import connect
from bot.store.redis_calls import RedisCalls
from bot.store.schema import COMMANDS, Keys, acl_rules
from bot.store.transaction import (
    SCRIPT,
    Condition,
    Effect,
    Transaction,
    after,
    append,
    count,
    due,
    equals,
    expire,
    fewer,
    hold,
    missing,
    put,
    put_time,
    release,
    schedule_in,
    set_for,
    trim,
    unschedule,
)
from tests.store.conftest import each_server
from tests.store.servers import Server

KEYS = Keys("own")
HASH, TEXT, SET, STREAM = (KEYS.probe(kind) for kind in ("hash", "text", "set", "stream"))
EFFECTS: dict[str, Effect] = {
    "append": append(STREAM, '"kind":"x"'),
    "put": put(HASH, {"a": "2"}),
    "time": put_time(HASH, "at", 0),
    "set": set_for(TEXT, "two", 60_000),
    "hold": hold(TEXT, "two"),
    "release": release(TEXT, "one"),
    "schedule": schedule_in(SET, "a", 0),
    "unschedule": unschedule(SET, "b"),
    "count": count(SET, "a", 60_000),
    "trim": trim(STREAM, "2-0"),
    "expire": expire(HASH, 60_000),
}
CONDITIONS: dict[str, Condition] = {
    "equals": equals(HASH, "a", "1"),
    "after": after(HASH, "past"),
    "missing": missing("own:{deletions}:nothing"),
    "due": due(SET, "b"),
    "fewer": fewer(SET, 9, 60_000),
}
EACH_EFFECT = pytest.mark.parametrize("effect", EFFECTS)
pytestmark = each_server


@pytest.fixture
async def redis(server: Server) -> AsyncIterator[Redis]:
    """Looks behind the bot."""
    client = connect(server.url)
    yield client
    await client.aclose()


async def arrange(redis: Redis) -> None:
    """A key of each kind."""
    await redis.flushall()
    await redis.hset(HASH, mapping={"a": "1", "past": "1"})
    await redis.set(TEXT, "one")
    await redis.zadd(SET, {"b": 1})
    await redis.xadd(STREAM, {"event": "x"}, id="1-1")


async def everything(redis: Redis) -> dict[str, object]:
    """All that the server holds."""
    found: dict[str, object] = {}
    async for key in redis.scan_iter("*"):
        match await redis.type(key):
            case "hash":
                found[key] = await redis.hgetall(key)
            case "string":
                found[key] = await redis.get(key)
            case "zset":
                found[key] = await redis.zrange(key, 0, -1, withscores=True)
            case _:
                found[key] = await redis.xrange(key)
        found[f"{key} lasts"] = await redis.ttl(key) > 0
    return found


def ending_with(effect: Effect) -> Transaction:
    """A transaction in which an effect comes last, after a key of its own has been written."""
    return Transaction(tuple(CONDITIONS.values()), (append("own:{deletions}:before", '"kind":"x"'), effect))


async def refused(redis: Redis, calls: RedisCalls, transaction: Transaction) -> None:
    """It is refused, said to be not recorded, and nothing at all is written."""
    before = await everything(redis)
    with pytest.raises(NotRecordedError):
        await calls.transact(transaction)
    assert await everything(redis) == before


@EACH_EFFECT
async def test_without_a_right_nothing_is_written(server: Server, redis: Redis, effect: str) -> None:
    """For each command of the ACL: either the transaction does without it, or it does nothing."""
    lacking = set()
    for command in COMMANDS:
        user, password = f"bot-{command.replace('|', '-')}", secrets.token_hex(8)
        rules = [rule for rule in acl_rules("own").split() if rule != f"+{command}"]
        await redis.execute_command("ACL", "SETUSER", user, "on", f">{password}", *rules)
        await arrange(redis)
        await redis.script_load(SCRIPT)
        client = connect(server.url.replace("//", f"//{user}:{password}@"))
        calls, before = RedisCalls(client, KEYS), await everything(redis)
        try:
            answer, _ = await calls.transact(ending_with(EFFECTS[effect]))
            assert answer.applied
        except NotRecordedError:
            lacking.add(command)
            assert await everything(redis) == before, command
        finally:
            await client.aclose()
    assert {"evalsha", "time", "type", "exists", "xadd", "set", "hget", "zscore", "zrange"} <= lacking
    assert not lacking & {"ping", "wait", "xrange", "xrevrange", "select", "script|load"}


@pytest.mark.parametrize("effect", sorted(EFFECTS.keys() - {"expire"}))  # every kind of key expires
async def test_a_key_of_another_kind_is_found_before_anything_is_written(
    server: Server, redis: Redis, effect: str
) -> None:
    """Whichever effect meets it."""
    await arrange(redis)
    await redis.delete(HASH, TEXT, SET, STREAM)
    await redis.rpush(EFFECTS[effect].key, "a list")
    client = connect(server.url)
    transaction = Transaction(effects=(append("own:{deletions}:before", '"kind":"x"'), EFFECTS[effect]))
    with pytest.raises(NotRecordedError) as caught:
        await RedisCalls(client, KEYS).transact(transaction)
    assert "another kind" in caught.value.why
    assert await redis.keys() == [EFFECTS[effect].key]
    await client.aclose()


@pytest.mark.parametrize("condition", sorted(CONDITIONS.keys() - {"missing"}))  # that one asks for no kind
async def test_a_condition_that_meets_another_kind_of_key_is_refused(
    server: Server, redis: Redis, condition: str
) -> None:
    """It is Redis's own word that nothing was written."""
    await arrange(redis)
    await redis.delete(CONDITIONS[condition].key)
    await redis.rpush(CONDITIONS[condition].key, "a list")
    client = connect(server.url)
    transaction = Transaction((CONDITIONS[condition],), (hold("own:{deletions}:after", "1"),))
    with pytest.raises(NotRecordedError) as caught:
        await RedisCalls(client, KEYS).transact(transaction)
    assert "another kind" in caught.value.why
    assert not await redis.exists("own:{deletions}:after")
    await client.aclose()


@EACH_EFFECT
@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("maxmemory", "1", "out of memory"),
        ("min-replicas-to-write", "1", "too few replicas"),
        ("replicaof", "127.0.0.1 1", "read-only replica"),
    ],
    ids=["OOM", "NOREPLICAS", "READONLY"],
)
async def test_a_server_that_takes_no_writes_takes_none_at_all(  # noqa: PLR0913, PLR0917 - a table
    server: Server, redis: Redis, effect: str, setting: str, value: str, why: str
) -> None:
    """Full, short of replicas, or no longer the primary: said to be so, and nothing is changed."""
    await arrange(redis)
    client = connect(server.url)
    await client.ping()
    await redis.script_load(SCRIPT)
    await redis.config_set("replica-serve-stale-data", "yes")
    if setting == "replicaof":
        await redis.replicaof(*value.split())
    else:
        await redis.config_set(setting, value)
    before = await everything(redis)
    with pytest.raises(NotRecordedError) as caught:
        await RedisCalls(client, KEYS).transact(ending_with(EFFECTS[effect]))
    assert why in caught.value.why
    assert await everything(redis) == before
    await client.aclose()
