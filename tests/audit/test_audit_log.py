"""The audit log in Redis: an event for each step, in the same transaction; sealed by one replica; trimmed provably."""

import asyncio
import json
from dataclasses import asdict, replace

import pytest

from bot.deletions.ports import Change, Close, ConflictError
from bot.domain.after_call import after_call, after_look, looked
from bot.domain.audit import Event, of_deletion, of_refusal
from bot.domain.checkpoints import Checkpoint, Report, verify
from bot.domain.facts import LookUp, Presence
from bot.domain.lifecycle import Action, EventKind
from bot.domain.outcome import Outcome, Verdict
from bot.domain.waiting import launched
from bot.store.audit import RedisAuditLog
from tests.audit.agreement import check_agreement
from tests.store.rig import ALICE, BOB, GRACE, TIMINGS, Rig, acting, calling, new
from tests.store.test_replaying import between

INTERVAL = 15_000
REFUSAL = of_refusal(ALICE, "delete", "frozen", "C0QUALITY")


async def verified(rig: Rig, *, retention_days: int = 0, known: Checkpoint | None = None, later: int = 0) -> Report:
    """What a verification of the log in Redis finds, so much later."""
    events = [event async for event in rig.audit.events()]
    return verify(
        events,
        await rig.audit.checkpoints(),
        now=await rig.audit.now() + later,
        interval=INTERVAL,
        retention_days=retention_days,
        known=known,
    )


async def story(rig: Rig, *names: str) -> list[tuple[str, ...]]:
    """What the events say, in order."""
    return [tuple(event.get(name) for name in names) for event in await rig.audit.following()]


# --- what is recorded -----------------------------------------------------------------------------------------------


async def test_a_whole_life_is_recorded(rig: Rig) -> None:
    """Who did what, in order, and the state from then on; what is only drawn or let go of adds nothing."""
    called = await rig.store.commit(calling(await rig.executing()))
    unknown = await rig.step(after_call(called, Outcome(Verdict.UNKNOWN, "error"), TIMINGS), called)
    later = looked(unknown, TIMINGS)
    seen = await rig.store.commit(Change(unknown, later, of_deletion(later, EventKind.LOOKED_UP)))
    over = replace(seen, read_at=seen.lifecycle.verify_until)
    step = after_look(over, LookUp(Presence.UNKNOWN))
    assert step is not None
    ended = await rig.step(step, over)
    await rig.store.commit(Change(ended, ended, then=Close()))
    assert await story(rig, "kind", "who", "state", "looks") == [
        ("requested", ALICE.id, "requested", ""),
        ("reviewed", ALICE.id, "reviewed", ""),
        ("confirmed", ALICE.id, "executing", ""),
        ("called", "bot", "executing", ""),
        ("unknown", "bot", "unknown", ""),
        ("looked_up", "bot", "unknown", "1"),
        ("unknown_final", "bot", "unknown_final", "1"),
    ]
    assert {event.get("task") for event in await rig.audit.following()} == {"task-1"}
    await check_agreement(rig.redis, rig.prefix)


async def test_a_grace_is_recorded(rig: Rig) -> None:
    """Who asked, who confirmed, and when the call was taken up."""
    held = await rig.scheduled()
    await rig.pass_time(GRACE)
    due = await rig.read(held)
    await rig.step(launched(due), due)
    assert (await story(rig, "kind", "who", "requester", "state"))[2:] == [
        ("confirmed", ALICE.id, "", "scheduled"),
        ("launched", "bot", ALICE.id, "executing"),
    ]
    await check_agreement(rig.redis, rig.prefix)


async def test_a_stop_is_recorded_once_with_who_pressed_it(rig: Rig) -> None:
    """Beside who had asked; a second copy finds that it is."""
    before = await rig.scheduled()
    stopping = acting(before, Action.STOP, BOB)
    await rig.store.commit(stopping)
    with pytest.raises(ConflictError):
        await rig.store.commit(stopping)
    assert (await story(rig, "kind", "who", "requester", "state"))[3:] == [("stopped", BOB.id, ALICE.id, "cancelled")]
    await check_agreement(rig.redis, rig.prefix)


async def test_the_reason_for_a_deletion_is_recorded_with_its_request(rig: Rig) -> None:
    """Once."""
    await rig.act(await rig.requested(reason="replaced by shop2"), Action.REVIEW)
    assert await story(rig, "kind", "reason") == [("requested", "replaced by shop2"), ("reviewed", "")]


async def test_what_did_not_happen_is_not_recorded(rig: Rig) -> None:
    """A click that came too late, a second request and a fenced write leave no event."""
    requested = await rig.requested()
    await rig.act(requested, Action.REVIEW)
    for action in (Action.CANCEL, Action.REVIEW):
        with pytest.raises(ConflictError):
            await rig.act(requested, action)
    await rig.store.request(new())
    assert await rig.events() == ["requested", "reviewed"]


async def test_a_refusal_is_recorded(rig: Rig) -> None:
    """As what changes nothing else."""
    await rig.audit.append(REFUSAL)
    assert await story(rig, "kind", "who", "action", "reason", "channel") == [
        ("refused", ALICE.id, "delete", "frozen", "C0QUALITY")
    ]


async def test_the_log_is_read_page_by_page(rig: Rig) -> None:
    """From either end, and from any event on."""
    for number in range(1_203):
        await rig.redis.xadd(rig.keys.events, {"event": f'{{"at":{number}}}'}, id=f"{number + 1}-1")
    assert [event.at async for event in rig.audit.events()] == list(range(1_203))
    assert [event.at async for event in rig.audit.events(since=1_001)] == list(range(1_000, 1_203))
    newest = await rig.audit.latest()
    assert [event.at for event in newest] == list(range(1_202, 1_202 - len(newest), -1))
    assert (await rig.audit.latest(newest[-1].id))[0].at == newest[-1].at - 1
    assert (await rig.audit.following("1000-1"))[0].at == 1_000
    assert await rig.audit.following("1203-1") == []


# --- sealing --------------------------------------------------------------------------------------------------------


async def test_what_is_new_is_sealed(rig: Rig) -> None:
    """Each checkpoint follows the one before; if nothing is new, there is none."""
    assert await rig.audit.seal() is None
    await rig.executing()
    first = await rig.audit.seal()
    assert first is not None
    assert (first.number, first.events) == (1, 3)
    assert await rig.audit.seal() is None
    await rig.audit.append(REFUSAL)
    second = await rig.audit.seal()
    assert [replace(each, at=0) for each in await rig.audit.checkpoints()] == [
        replace(each, at=0) for each in (first, second) if each is not None
    ]
    report = await verified(rig, known=first, later=2 * INTERVAL)
    assert (report.faults, report.events, report.sealed) == ((), 4, 4)


async def test_many_events_are_sealed_at_once(rig: Rig) -> None:
    """More than one round trip holds."""
    async with rig.redis.pipeline(transaction=False) as pipeline:
        for _ in range(1_100):
            pipeline.xadd(rig.keys.events, {"event": f'{{"at":{await rig.audit.now()},{REFUSAL.text()}}}'})
        await pipeline.execute()
    sealed = await rig.audit.seal()
    assert sealed is not None
    assert sealed.events == 1_100
    assert (await verified(rig, later=2 * INTERVAL)).faults == ()


async def test_of_many_replicas_one_seals(rig: Rig) -> None:
    """While others go on recording; none is left out and none sealed twice."""
    logs = [RedisAuditLog(rig.another_calls()) for _ in range(4)]
    for _ in range(20):
        results = await asyncio.gather(
            *(log.seal() for log in logs), *(log.append(REFUSAL) for log in logs), return_exceptions=True
        )
        assert [result for result in results if isinstance(result, BaseException)] == []
    await rig.audit.seal()
    report = await verified(rig, later=2 * INTERVAL)
    assert (report.faults, report.events, report.sealed) == ((), 80, 80)


async def test_lost_replies_seal_and_record_nothing_twice(rig: Rig) -> None:
    """Each replay finds that it has been written."""
    async with between(rig) as proxy:
        for _ in range(3):
            proxy.lose_reply(to=b'"act":[["append"')
            await rig.audit.append(REFUSAL)
            proxy.lose_reply(to=b'"act":[["append"')
            assert await rig.audit.seal() is not None
        assert proxy.lost == 6
    report = await verified(rig, later=2 * INTERVAL)
    assert (report.faults, report.events, report.sealed, report.last.number) == ((), 3, 3, 3)


# --- trimming -------------------------------------------------------------------------------------------------------


async def sealed_in_three(rig: Rig) -> None:
    """Six events under three checkpoints."""
    for _ in range(3):
        await rig.audit.append(REFUSAL)
        await rig.audit.append(REFUSAL)
        await rig.audit.seal()


async def test_a_trimmed_log_is_provable(rig: Rig) -> None:
    """What is left hangs on the last checkpoint of what went; a checkpoint noted since is still met."""
    await sealed_in_three(rig)
    assert await rig.audit.trim(3_600_000) == 0
    assert await rig.audit.trim(-1_000) == 6
    sealed = await rig.audit.seal()
    assert sealed is not None
    report = await verified(rig, retention_days=-1, known=sealed)
    assert (report.faults, report.events, report.trimmed) == ((), 1, 6)
    assert await rig.events() == ["trimmed"]
    assert [each.number for each in await rig.audit.checkpoints()] == [3, 4]


async def test_trimming_twice_counts_once(rig: Rig) -> None:
    """By two replicas at once as well: what went is said once each time, and nothing goes that is not sealed."""
    await sealed_in_three(rig)
    assert await rig.audit.trim(-1_000) == 6
    await rig.audit.append(REFUSAL)
    assert await rig.audit.trim(-1_000) == 0
    await rig.audit.seal()
    logs = [RedisAuditLog(rig.another_calls()) for _ in range(3)]
    await asyncio.gather(*(log.trim(-1_000) for log in logs))
    await rig.audit.seal()
    report = await verified(rig, retention_days=-1)
    assert (report.faults, report.trimmed) == ((), 8)


async def test_an_untouched_log_is_not_trimmed_by_the_settings_that_keep_all(rig: Rig) -> None:
    """What went is then a fault."""
    await sealed_in_three(rig)
    await rig.audit.trim(-1_000)
    assert any("the settings keep everything" in fault.why for fault in (await verified(rig)).faults)


# --- tampering ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["remove", "append", "cut", "set the checkpoint back", "forge a checkpoint", "garbage"])
async def test_tampering_in_redis_is_found(rig: Rig, how: str) -> None:
    """With the rights that the bot has, and with more."""
    await sealed_in_three(rig)
    noted = (await rig.audit.checkpoints())[-1]
    ids = [event.id for event in await rig.audit.following()]
    match how:
        case "remove":
            await rig.redis.xdel(rig.keys.events, ids[2])
        case "append":
            await rig.redis.xadd(rig.keys.events, {"event": (await rig.audit.following())[0].text})
        case "cut":
            await rig.redis.xdel(rig.keys.events, *ids[4:])
        case "set the checkpoint back":
            kept = (await rig.audit.checkpoints())[:2]
            await rig.redis.delete(rig.keys.checkpoints)
            for checkpoint in kept:
                await rig.redis.xadd(rig.keys.checkpoints, {"event": json.dumps(asdict(checkpoint))})
            await rig.redis.xdel(rig.keys.events, *ids[4:])
        case "forge a checkpoint":
            await rig.redis.xadd(rig.keys.checkpoints, {"event": '{"number":4,"hash":"f","upto":"9-9","events":7}'})
        case _:
            await rig.redis.xadd(rig.keys.checkpoints, {"event": "no checkpoint"})
    assert (await verified(rig, known=noted, later=2 * INTERVAL)).faults


async def test_a_checkpoint_that_cannot_be_read_stops_no_event(rig: Rig) -> None:
    """Sealing fails loudly; requests, clicks and their events go on."""
    await sealed_in_three(rig)
    await rig.redis.hset(rig.keys.checkpoint, "checkpoint", "{")
    with pytest.raises(ValueError, match="JSON"):
        await rig.audit.seal()
    await rig.requested()
    assert (await rig.events())[-1] == "requested"


def test_an_event_says_only_what_it_knows() -> None:
    """Nothing empty, and nothing but IDs, codes and reasons."""
    assert REFUSAL.text() == (
        '"kind":"refused","who":"U0ALICE","team":"T0TEAM","channel":"C0QUALITY","action":"delete","reason":"frozen"'
    )
    assert Event(kind=EventKind.TRIMMED, upto="1-1").text() == '"kind":"trimmed","who":"bot","upto":"1-1"'
