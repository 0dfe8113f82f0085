"""Whether Redis can do the bot's work: a transaction that uses every command, on keys of its own.

PING does not show a read-only replica, a cluster that is down, full memory, or a user without the rights that the bot
needs; only a write like the real ones does.
"""

from bot.domain.errors import NotRecordedError, PersonError
from bot.observability.health import READY, State
from bot.store.redis_calls import Calls, RedisCalls
from bot.store.schema import Keys
from bot.store.transaction import (
    SCRIPT,
    Transaction,
    after,
    ahead,
    append,
    before,
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

_LASTS = 60_000  # milliseconds that what the probe writes is kept


async def redis_works(redis: RedisCalls) -> State:
    """A probe for `/readyz`: whether Redis accepts the bot's own kind of write, not only a PING."""
    try:
        await probe(redis)
    except NotRecordedError as error:
        return State(ready=False, reason=error.why)
    except PersonError:
        return State(ready=False, reason="no answer in time")
    return READY


async def probe(redis: RedisCalls) -> None:
    """Do once what the bot does all the time.

    Every command comes by itself first: a script that Redis refuses does not always say which command it lacks.

    Raises:
        NotRecordedError: Redis cannot be reached, or refuses; `why` says what to do.
        MaybeRecordedError: it did not answer in time.
    """

    async def singly(calls: Calls) -> None:
        await calls.pipeline(*_commands(redis.keys))
        await calls.command("SCRIPT", "LOAD", SCRIPT)

    await redis.run(singly)
    await redis.transact(_prepared(redis.keys))
    answer, _ = await redis.transact(_everything(redis.keys))
    if not answer.applied:
        raise NotRecordedError(f"the probe's write was not applied: {answer.failed}")


def _commands(keys: Keys) -> tuple[tuple[str | int, ...], ...]:
    """Each command that the bot's scripts and reads use, on keys that are gone after a minute."""
    text, hash_key, members, stream = (keys.probe(kind) for kind in ("string", "hash", "zset", "stream"))
    return (
        ("PING",),
        ("TIME",),
        ("SET", text, 1, "PX", _LASTS),
        ("GET", text),
        ("TYPE", text),
        ("EXISTS", text),
        ("DEL", text),
        ("HSET", hash_key, "version", 1),
        ("HGET", hash_key, "version"),
        ("HGETALL", hash_key),
        ("PEXPIRE", hash_key, _LASTS),
        ("ZADD", members, 1, "one"),
        ("ZSCORE", members, "one"),
        ("ZRANGE", members, 0, 1, "WITHSCORES"),
        ("ZREM", members, "one"),
        ("ZREMRANGEBYSCORE", members, "-inf", 0),
        ("XADD", stream, "*", "event", "probe"),
        ("PEXPIRE", stream, _LASTS),
        ("XRANGE", stream, "-", "+", "COUNT", 1),
        ("XREVRANGE", stream, "+", "-", "COUNT", 1),
        ("XTRIM", stream, "MINID", "0-1"),
        ("WAIT", 0, 1),  # last, since a read-only replica says so only of writes
    )


def _prepared(keys: Keys) -> Transaction:
    """What the conditions of the probe look at."""
    hash_key, members = keys.probe("hash"), keys.probe("zset")
    return Transaction(
        effects=(
            put(hash_key, {"version": "1"}),
            put_time(hash_key, "past", -1),
            put_time(hash_key, "future", _LASTS),
            schedule_in(members, "past", -1),
            schedule_in(members, "future", _LASTS),
            expire(hash_key, _LASTS),
            expire(members, _LASTS),
        )
    )


def _everything(keys: Keys) -> Transaction:
    hash_key, members, text, stream = (keys.probe(kind) for kind in ("hash", "zset", "string", "stream"))
    return Transaction(
        when=(
            missing(keys.probe("nothing")),
            equals(hash_key, "version", "1"),
            after(hash_key, "past"),
            before(hash_key, "future"),
            due(members, "past"),
            ahead(members, "future"),
            fewer(keys.probe("hour"), 1_000_000, 1),
        ),
        effects=(
            append(stream, '"kind":"probe"'),
            trim(stream, "0-1"),
            expire(stream, _LASTS),
            put(hash_key, {"version": "1"}),
            hold(text, "held"),
            release(text, "held"),
            set_for(text, "set", _LASTS),
            unschedule(members, "past"),
            count(keys.probe("hour"), "one", _LASTS),
        ),
        read=(hash_key,),
    )
