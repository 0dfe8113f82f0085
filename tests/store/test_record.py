"""What the record must keep: an entry for each transition, in the same step, and none without one."""

import hashlib
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.audit import follow, write
from bot.domain.chain import Link
from bot.domain.deletion import State
from bot.domain.identity import SlackUser
from bot.domain.record import of_refusal
from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer
from bot.store.record import RedisRecord
from bot.store.scripts import load_scripts
from tests.record.agreement import check_agreement
from tests.store.rig import ALICE, TIMINGS, Rig, new
from tests.store.test_replaying import between

BOB = SlackUser("T0TEAM", "U0BOB")
SHARED = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def record(rig: Rig) -> RedisRecord:
    """The record beside the rig's store."""
    return RedisRecord(rig.redis, prefix=rig.prefix)


async def told(record: RedisRecord) -> list[str]:
    """What its entries tell of, in order."""
    return [entry.says("what") async for entry in record.entries()]


async def test_sha256_is_sha256(redis_server: EmbeddedServer) -> None:
    """Redis's Lua gives what hashlib gives, at every length round a block's end."""
    client = connect(redis_server.url)
    script = client.register_script(
        load_scripts().load.partition("-- Stands before every script")[0] + "return sha256(ARGV[1])"
    )
    for length in (*range(130), 447, 448, 1_000):
        message = bytes(i % 251 for i in range(length))
        assert await script([], [message]) == hashlib.sha256(message).hexdigest()
    await client.aclose()


@settings(suppress_health_check=SHARED, deadline=None, max_examples=50)
@given(message=st.binary(max_size=300))
async def test_sha256_of_anything(rig: Rig, message: bytes) -> None:
    """Whatever the bytes are."""
    script = rig.redis.register_script(
        load_scripts().load.partition("-- Stands before every script")[0] + "return sha256(ARGV[1])"
    )
    assert await script([], [message]) == hashlib.sha256(message).hexdigest()


async def test_a_whole_life_is_recorded(rig: Rig, record: RedisRecord) -> None:
    """Who did what, in order; writing what does not change where it stands adds nothing."""
    requested = await rig.requested()
    reviewed, _ = await rig.store.advance(requested, State.REVIEWED, token="1")
    executing, _ = await rig.store.advance(reviewed, State.EXECUTING, token="2", by=BOB)
    unknown = await rig.store.hold(replace(executing, state=State.UNKNOWN, verify_until=10**15))
    drawn = await rig.store.hold(replace(unknown, drawn="unknown", tries=2))
    looked = await rig.store.hold(replace(drawn, looks=1, look_at=5))
    given_up = await rig.store.hold(replace(looked, verify_until=0))
    await rig.store.close(given_up)
    assert await told(record) == ["requested", "reviewed", "confirmed", "unknown", "looked", "unknown"]
    entries = [entry async for entry in record.entries()]
    assert [entry.says("who") for entry in entries] == [ALICE.id, ALICE.id, BOB.id, "bot", "bot", "bot"]
    assert entries[2].says("requester") == ALICE.id
    assert {entry.says("task") for entry in entries} == {"task-1"}
    assert [entry.says("state") for entry in entries][-1] == "unknown.final"
    await check_agreement(rig.redis, rig.prefix)


async def test_what_did_not_happen_is_not_recorded(rig: Rig, record: RedisRecord) -> None:
    """A lost act, a second request and a fenced write leave no entry."""
    requested = await rig.requested()
    await rig.won(requested, State.REVIEWED)
    await rig.store.advance(requested, State.CANCELLED, token="late click")
    await rig.store.request(new())
    with pytest.raises(Exception, match="no longer the latest"):
        await rig.store.hold(replace(requested, state=State.EXPIRED))
    assert await told(record) == ["requested", "reviewed"]


async def test_an_interrupted_call_is_recorded(rig: Rig, record: RedisRecord) -> None:
    """Each take-over of a call has its entry; that of a prompt has none."""
    await rig.executing()
    await rig.pass_time(TIMINGS.call_lease)
    assert await rig.store.claim() is not None
    assert (await told(record))[-1] == "taken_up"
    await check_agreement(rig.redis, rig.prefix)
    await rig.requested("task-2")
    await rig.pass_time(TIMINGS.talk_lease)
    await rig.store.claim()
    assert (await told(record))[-1] == "requested"


async def test_lost_replies_record_nothing_twice(rig: Rig, record: RedisRecord) -> None:
    """Request, clicks, outcome and a refusal: each replay finds that it has been recorded."""
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        deletion, _ = await rig.store.request(new())
        for to in (State.REVIEWED, State.EXECUTING):
            proxy.lose_reply(to=b"EVALSHA")
            deletion, _ = await rig.store.advance(deletion, to, token=f"to {to}")
        proxy.lose_reply(to=b"EVALSHA")
        await rig.store.hold(replace(deletion, state=State.DELETED))
        client = connect(f"redis://127.0.0.1:{proxy.port}")
        noting = RedisRecord(client, prefix=rig.prefix)
        await rig.redis.script_load(load_scripts().note)
        proxy.lose_reply(to=b"EVALSHA")
        await noting.note(of_refusal(ALICE, "delete", "frozen", "C1"))
        await client.aclose()
        assert proxy.lost == 5
    assert await told(record) == ["requested", "reviewed", "confirmed", "deleted", "refused"]
    await check_agreement(rig.redis, rig.prefix)


async def test_tampering_in_redis_is_found(rig: Rig, record: RedisRecord) -> None:
    """An entry removed, the tail cut off, an entry written by hand: the audit names the first break."""
    await rig.executing()
    before, found = await follow(record)
    assert (before.number, found) == (3, None)
    entries = [entry async for entry in record.entries()]
    await rig.redis.xadd(rig.keys.record, {"entry": entries[0].text, "hash": entries[0].hash})
    await rig.redis.hset(rig.keys.head, mapping={"number": 4})
    _, found = await follow(record)
    assert found is not None
    assert found.number == 4
    await rig.redis.xdel(rig.keys.record, entries[1].position)
    _, found = await follow(record)
    assert found is not None
    assert found.number == 2


async def test_a_trimmed_record_is_provable(rig: Rig, record: RedisRecord) -> None:
    """What is left hangs on the anchor, which the record itself tells of; a head noted later is still met."""
    await rig.executing()
    assert await record.trim(3_600_000) == 0
    await rig.redis.ping()
    assert await record.trim(-1_000) == 3
    await rig.requested("task-2")
    last, found = await follow(record)
    assert (last.number, found) == (5, None)
    assert await told(record) == ["trimmed", "requested"]
    assert (await follow(record, last))[1] is None
    await rig.redis.hset(rig.keys.head, "anchor_hash", "f" * 64)
    assert (await follow(record))[1] is not None


@pytest.mark.parametrize("form", ["jsonl", "csv"])
async def test_the_record_is_written_out(rig: Rig, record: RedisRecord, form: str) -> None:
    """Every entry is a line, with its hash."""
    await rig.executing()
    out = io.StringIO()
    await write(record, form, None, out)
    lines = out.getvalue().splitlines()
    assert len(lines) == (3 if form == "jsonl" else 4)
    ends = await record.ends()
    assert ends.head.hash in lines[-1]
    assert ends.anchor == Link()


MUTANTS = [
    ("advance", "id)\nappend(record, head, now, told)", "id)"),
    ("request", "id)\nappend(record, head, now, told)", "id)"),
    ("save", "if standing() ~= before or", "if"),
    ("save", "if standing() ~= before or always == '1' then", "if true then"),
    ("claim", "  append(record, head, now, told)\n", ""),
]
GUARDS: dict[str, Callable[[Rig, RedisRecord], Awaitable[None]]] = {
    "claim": test_an_interrupted_call_is_recorded,
}


@pytest.mark.parametrize(("script", "sound", "broken"), MUTANTS)
async def test_a_planted_bug_is_caught(rig: Rig, record: RedisRecord, script: str, sound: str, broken: str) -> None:
    """A transition without its entry, or an entry without its transition, fails these tests."""
    text = getattr(rig.scripts, script)
    assert text.count(sound) == 1
    async with rig.planted(script, text.replace(sound, broken)) as planted:
        with pytest.raises(AssertionError):
            await GUARDS.get(script, test_a_whole_life_is_recorded)(planted, record)
