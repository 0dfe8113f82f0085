"""The conditional transaction: each condition and each effect by itself, on both kinds of server."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from redis.asyncio import Redis

from bot.store.connection import connect
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from bot.store.transaction import (
    Condition,
    Effect,
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
    schedule,
    schedule_in,
    set_for,
    trim,
    unschedule,
)
from tests.store.conftest import each_server
from tests.store.servers import Server

HASH, TEXT, SET, STREAM = (f"own:{{deletions}}:{kind}" for kind in ("hash", "text", "set", "stream"))
MINUTE = 60_000
pytestmark = each_server


@dataclass(frozen=True)
class Bench:
    """Runs transactions, and looks at what they did."""

    redis: Redis
    calls: RedisCalls

    async def now(self) -> int:
        """Redis's clock."""
        seconds, microseconds = await self.redis.time()
        return seconds * 1_000 + microseconds // 1_000

    async def do(self, *effects: Effect) -> None:
        """Make effects."""
        answer, _ = await self.calls.transact(Transaction(effects=effects))
        assert answer.applied


@pytest.fixture
async def bench(server: Server) -> AsyncIterator[Bench]:
    """On a server of the test's own."""
    redis, client = connect(server.url), connect(server.url)
    yield Bench(redis, RedisCalls(client, Keys("own")))
    await client.aclose()
    await redis.aclose()


async def arrange(bench: Bench, now: int) -> None:
    """What the conditions below look at."""
    times = {"past": now - 1, "future": now + MINUTE, "never": 0}
    await bench.redis.hset(HASH, mapping={"version": "3", "empty": "", **{name: str(at) for name, at in times.items()}})
    await bench.redis.zadd(SET, {"past": now - 1, "future": now + MINUTE})
    await bench.redis.set(TEXT, "held")


CONDITIONS: list[tuple[Condition, bool]] = [
    (equals(HASH, "version", "3"), True),
    (equals(HASH, "version", "03"), False),
    (equals(HASH, "version", ""), False),
    (equals(HASH, "empty", ""), True),
    (equals(HASH, "no such field", ""), True),
    (equals("own:nothing", "version", ""), True),
    (equals("own:nothing", "version", "1"), False),
    (before(HASH, "future"), True),
    (before(HASH, "past"), False),
    (before(HASH, "never"), False),
    (before(HASH, "no such field"), False),
    (before("own:nothing", "future"), False),
    (after(HASH, "past"), True),
    (after(HASH, "future"), False),
    (after(HASH, "never"), False),
    (after(HASH, "no such field"), False),
    (after("own:nothing", "past"), False),
    (missing("own:nothing"), True),
    (missing(TEXT), False),
    (missing(HASH), False),
    (due(SET, "past"), True),
    (due(SET, "future"), False),
    (due(SET, "no such member"), False),
    (due("own:nothing", "past"), False),
    (ahead(SET, "future"), True),
    (ahead(SET, "past"), False),
    (ahead(SET, "no such member"), False),
    (ahead("own:nothing", "future"), False),
    (fewer(SET, 3, 10 * MINUTE), True),
    (fewer(SET, 2, 10 * MINUTE), False),
    (fewer(SET, 1, 10 * MINUTE), False),
    (fewer("own:nothing", 1, MINUTE), True),
]


async def test_each_condition(bench: Bench) -> None:
    """What holds lets the write through; what does not is named, and nothing is written."""
    await arrange(bench, await bench.now())
    for number, (condition, holds) in enumerate(CONDITIONS):
        key = f"own:written:{number}"
        answer, _ = await bench.calls.transact(Transaction((condition,), (hold(key, "1"),)))
        assert (answer.applied, answer.failed) == ((True, None) if holds else (False, condition)), condition
        assert bool(await bench.redis.exists(key)) is holds, condition


async def test_the_first_condition_that_fails_is_named(bench: Bench) -> None:
    """In the order in which they stand, wherever it is."""
    await arrange(bench, await bench.now())
    good, bad, worse = missing("own:nothing"), equals(HASH, "version", "4"), after(HASH, "future")
    for when, failed in [((good, bad, worse), bad), ((worse, bad), worse), ((good, good), None)]:
        answer, _ = await bench.calls.transact(Transaction(when))
        assert answer.failed == failed


async def test_what_a_condition_says_besides(bench: Bench) -> None:
    """Who has a key; when there is room again, however many too many there are."""
    now = await bench.now()
    await bench.redis.set(TEXT, "the holder")
    await bench.redis.zadd(SET, {"first": now - 3_000, "second": now - 2_000, "third": now - 1_000})
    for condition, said in [
        (missing(TEXT), "the holder"),
        (fewer(SET, 3, MINUTE), str(now - 3_000)),
        (fewer(SET, 2, MINUTE), str(now - 2_000)),
        (fewer(SET, 1, MINUTE), str(now - 1_000)),
    ]:
        answer, _ = await bench.calls.transact(Transaction((condition,)))
        assert (answer.applied, answer.said) == (False, said)


async def test_members_from_before_the_window_do_not_count(bench: Bench) -> None:
    """At its edge neither."""
    now = await bench.now()
    await bench.redis.zadd(SET, {"old": now - MINUTE, "older": now - 2 * MINUTE})
    answer, _ = await bench.calls.transact(Transaction((fewer(SET, 1, MINUTE),)))
    assert answer.applied


async def text_of(bench: Bench) -> object:
    """What the effects below leave of the string."""
    return await bench.redis.get(TEXT)


async def hash_of(bench: Bench) -> object:
    """The same of the hash."""
    return await bench.redis.hgetall(HASH)


async def set_of(bench: Bench) -> object:
    """The same of the sorted set."""
    return await bench.redis.zrange(SET, 0, -1)


EFFECTS: list[tuple[str, list[Effect], Callable[[Bench], Awaitable[object]], object]] = [
    ("put", [put(HASH, {"a": "1", "b": "ü \x00"}), put(HASH, {"a": "2"})], hash_of, {"a": "2", "b": "ü \x00"}),
    ("hold", [hold(TEXT, "one"), hold(TEXT, "two")], text_of, "two"),
    ("release one's own", [hold(TEXT, "one"), release(TEXT, "one")], text_of, None),
    ("release another's", [hold(TEXT, "one"), release(TEXT, "two")], text_of, "one"),
    ("release nothing", [release(TEXT, "one")], text_of, None),
    ("schedule", [schedule(SET, "a", 5), schedule(SET, "b", 4), schedule(SET, "a", 3)], set_of, ["a", "b"]),
    ("unschedule", [schedule(SET, "a", 5), schedule(SET, "b", 4), unschedule(SET, "a")], set_of, ["b"]),
    ("unschedule nothing", [unschedule(SET, "a")], set_of, []),
]


async def test_each_effect(bench: Bench) -> None:
    """Alone and after another."""
    for name, effects, look, expected in EFFECTS:
        await bench.redis.flushall()
        await bench.do(*effects)
        assert await look(bench) == expected, name


async def test_times_are_those_of_the_write(bench: Bench) -> None:
    """By Redis's clock, whole milliseconds."""
    start = await bench.now()
    answer, _ = await bench.calls.transact(
        Transaction(
            effects=(
                put_time(HASH, "at", MINUTE),
                schedule_in(SET, "in a minute", MINUTE),
                schedule(SET, "then", 2**53),
            ),
            read=(HASH,),
        )
    )
    assert start <= answer.now <= await bench.now()
    assert answer.hashes == ({"at": str(answer.now + MINUTE)},)
    assert await bench.redis.zscore(SET, "in a minute") == answer.now + MINUTE
    assert await bench.redis.zscore(SET, "then") == 2**53


async def test_what_is_set_for_a_while_goes_by_itself(bench: Bench) -> None:
    """And what is counted, and what expires."""
    await bench.do(set_for(TEXT, "one", MINUTE), put(HASH, {"a": "1"}), expire(HASH, MINUTE), count(SET, "a", MINUTE))
    for key in (TEXT, HASH, SET):
        assert MINUTE - 10_000 < await bench.redis.pttl(key) <= MINUTE


async def test_counting_forgets_what_the_window_has_left(bench: Bench) -> None:
    """So that a counter does not grow for ever; counting one again does not count it twice."""
    now = await bench.now()
    await bench.redis.zadd(SET, {"old": now - MINUTE - 1_000, "young": now - 1_000})
    await bench.do(count(SET, "new", MINUTE), count(SET, "new", MINUTE))
    assert await set_of(bench) == ["young", "new"]


async def test_an_event_is_appended_with_its_time(bench: Bench) -> None:
    """As JSON, whatever it says, under an ID of the same moment."""
    answer, _ = await bench.calls.transact(Transaction(effects=(append(STREAM, '"kind":"x","reason":"\\u00fc\\"%s"'),)))
    ((event_id, fields),) = await bench.redis.execute_command("XRANGE", STREAM, "-", "+")
    assert fields == {"event": f'{{"at":{answer.now},"kind":"x","reason":"\\u00fc\\"%s"}}'}
    assert abs(int(event_id.partition("-")[0]) - answer.now) < 1_000


async def test_trimming_keeps_what_it_is_told_to(bench: Bench) -> None:
    """To the event."""
    for number in range(1, 6):
        await bench.redis.xadd(STREAM, {"event": "x"}, id=f"{number}-7")
    await bench.do(trim(STREAM, "3-8"))
    assert [str(each[0]) for each in await bench.redis.xrange(STREAM) or []] == ["4-7", "5-7"]


async def test_a_replay_changes_nothing_and_answers_as_the_first_time(bench: Bench) -> None:
    """Also if its conditions no longer hold, since it is they that the first copy has changed."""
    transaction = Transaction(
        (missing(TEXT),), (append(STREAM, '"kind":"x"'), hold(TEXT, "one"), put(HASH, {"a": "1"})), (HASH,)
    )
    first, _ = await bench.calls.transact(transaction)
    await bench.redis.hset(HASH, "a", "2")
    again, _ = await bench.calls.transact(transaction)
    assert (first.applied, again.applied) == (True, True)
    assert again.hashes == ({"a": "2"},)
    assert await bench.redis.xlen(STREAM) == 1
    another, _ = await bench.calls.transact(Transaction(transaction.when, transaction.effects))
    assert (another.applied, another.said) == (False, "one")


async def test_what_was_not_applied_may_be_tried_again(bench: Bench) -> None:
    """The same transaction, once its conditions hold."""
    transaction = Transaction((missing(TEXT),), (hold(HASH + "2", "one"),))
    await bench.redis.set(TEXT, "in the way")
    assert not (await bench.calls.transact(transaction))[0].applied
    await bench.redis.delete(TEXT)
    assert (await bench.calls.transact(transaction))[0].applied


async def test_a_replay_is_known_for_a_minute(bench: Bench) -> None:
    """And then takes no room any more; reading takes none at all."""
    transaction = Transaction(effects=(hold(TEXT, "one"),))
    await bench.calls.transact(transaction)
    assert MINUTE - 10_000 < await bench.redis.pttl(bench.calls.keys.done(transaction.token)) <= MINUTE
    await bench.redis.flushall()
    await bench.calls.read(HASH, TEXT)
    assert await bench.redis.dbsize() == 0


async def test_what_is_read_is_as_it_is_afterwards(bench: Bench) -> None:
    """Each hash, an empty one for what is not there, and what is wrong for what is no hash."""
    await bench.redis.set(TEXT, "no hash")
    answer, _ = await bench.calls.transact(
        Transaction(effects=(put(HASH, {"a": "1"}),), read=("own:nothing", HASH, TEXT))
    )
    nothing, found, wrong = answer.hashes
    assert (nothing, found) == ({}, {"a": "1"})
    assert "WRONGTYPE" in wrong[""]
