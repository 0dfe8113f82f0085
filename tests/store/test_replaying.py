"""Replies lost on the wire: Redis has done it, the bot has not heard, and asks again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest

from bot.deletions.ports import Change, Close, ConflictError, Rest
from bot.domain.after_call import after_call
from bot.domain.audit import of_deletion, of_refusal
from bot.domain.deletion import Deletion, ResponseUrl
from bot.domain.errors import MaybeRecordedError
from bot.domain.lifecycle import Action, State
from bot.domain.outcome import Outcome, Verdict
from bot.store.audit import RedisAuditLog
from bot.store.freeze import RedisFreeze
from tests.store.rig import ADMIN, ALICE, TIMINGS, Rig, acting, calling, new, stepping
from tests.wire.proxy import Proxy, Streams

DELETED = Outcome(Verdict.DELETED, "success", "OK")


@asynccontextmanager
async def between(rig: Rig, wait_replicas: int = 0) -> AsyncIterator[Proxy]:
    """A proxy between a new store of the rig's and its server."""
    await rig.redis.script_load(rig.script)  # so that no reply lost is a mere NOSCRIPT
    async with Proxy(lambda: _open(rig.url)) as proxy:
        direct = rig.store
        calls = rig.another_calls(f"redis://127.0.0.1:{proxy.port}")
        rig.store = rig.another_store(calls=calls, wait_replicas=wait_replicas)
        rig.freezes, rig.audit = RedisFreeze(calls), RedisAuditLog(calls)
        await rig.store.read("connects, so that what follows is lost on a connection in use")
        yield proxy
        rig.store, rig.freezes, rig.audit = direct, RedisFreeze(rig.calls), RedisAuditLog(rig.calls)


async def _open(url: str) -> Streams:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return await asyncio.open_unix_connection(unquote(parts.path))
    return await asyncio.open_connection(parts.hostname, parts.port)


async def test_a_request_whose_reply_is_lost_is_created_once(rig: Rig) -> None:
    """Its caller is told that it was created, and holds it."""
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        deletion, created = await rig.store.request(new())
        assert proxy.lost == 1
    assert created
    assert await rig.unchanged(deletion)
    assert deletion.version == 1
    assert await rig.redis.zcard(rig.keys.due) == 1
    assert await rig.events() == ["requested"]


async def test_a_click_whose_reply_is_lost_counts_once(rig: Rig) -> None:
    """It is recorded once, and its caller is told so, and holds it."""
    reviewed = await rig.reviewed()
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        executing = await rig.act(reviewed, Action.CONFIRM)
        assert proxy.lost == 1
    assert await rig.unchanged(executing)
    assert (executing.version, executing.lifecycle.calls) == (reviewed.version + 1, 1)
    assert (await rig.events()).count("confirmed") == 1
    assert await rig.redis.zcard(rig.keys.hour("everyone")) == 1


@pytest.mark.parametrize("then", [Rest(2**45), Close()])
async def test_a_write_whose_reply_is_lost_is_written_once(rig: Rig, then: Rest | Close) -> None:
    """It is not fenced by itself."""
    called = await rig.called()
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        written = await rig.step(after_call(called, DELETED, TIMINGS), called, then)
        assert proxy.lost == 1
    assert await rig.unchanged(written)
    assert written.version == called.version + 1
    assert (await rig.events()).count("deleted") == 1


async def test_what_is_held_can_be_written_again_after_a_lost_reply(rig: Rig) -> None:
    """The caller has the version that Redis has, and the times: the dwell began when it was written."""
    reviewed = await rig.act(await rig.requested(), Action.REVIEW)
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        shown = await rig.shown(reviewed)
        assert await rig.unchanged(await rig.act(shown, Action.CONFIRM))
        assert proxy.lost == 1


async def test_a_replay_does_not_begin_the_dwell_again(rig: Rig) -> None:
    """What the caller is told is what Redis has."""
    reviewed = await rig.act(await rig.requested(), Action.REVIEW)
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        shown = await rig.store.commit(Change(reviewed, reviewed, confirmable_in=2_000))
        assert proxy.lost == 1
    assert shown.lifecycle.confirmable_at == (await rig.read(shown)).lifecycle.confirmable_at


async def test_what_a_lost_takeover_took_is_held_by_its_caller(rig: Rig) -> None:
    """It is told so by the replay, and an interrupted call is counted once."""
    await rig.called()
    await rig.pass_time(TIMINGS.call_lease)
    async with between(rig) as proxy:
        proxy.lose_reply(to=b'"act":[["append"')
        (taken,) = await rig.store.take_due()
        assert proxy.lost == 1
    assert taken.lifecycle.calls == 2
    assert await rig.unchanged(taken)
    assert (await rig.events()).count("taken_over") == 1


async def test_whoever_hears_late_is_fenced_once_another_has_taken_over(rig: Rig) -> None:
    """A replay says that the click counted, which is true; but what follows is not written, and nothing is sent."""
    reviewed = await rig.reviewed()
    confirming = acting(reviewed, Action.CONFIRM)
    executing = await rig.store.commit(confirming)
    await rig.pass_time(TIMINGS.call_lease)
    assert await rig.store.take_due()
    with pytest.raises(ConflictError):
        await rig.store.commit(calling(executing))


async def test_a_request_lost_on_its_way_is_sent_again(rig: Rig) -> None:
    """Whether Redis has heard it or not makes no difference."""
    async with between(rig) as proxy:
        proxy.lose_request(holding=b"EVALSHA")
        _, created = await rig.store.request(new())
        assert proxy.lost == 1
    assert created


async def test_a_response_url_whose_reply_is_lost_is_kept(rig: Rig) -> None:
    """Writing it twice is writing it once."""
    url = ResponseUrl("https://hooks.example.com/actions/2", edits_prompt=True)
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        await rig.store.keep_response_url("one", url)
        assert proxy.lost == 1
    assert await rig.store.response_url("one") == url


async def restored(rig: Rig, called: Deletion) -> object:
    """A deletion that Redis had lost."""
    await rig.redis.delete(rig.keys.deletion(called.id), rig.keys.task("task-1"))
    step = after_call(called, DELETED, TIMINGS)
    return await rig.store.restore(step.deletion, of_deletion(step.deletion, step.transition.event))


OTHERS: dict[str, tuple[Callable[[Rig, Deletion], Awaitable[object]], str]] = {
    "freeze": (lambda rig, _: rig.freezes.freeze(ADMIN, "an audit"), "frozen"),
    "refusal": (lambda rig, _: rig.audit.append(of_refusal(ALICE, "delete", "frozen", "C1")), "refused"),
    "restore": (restored, "deleted"),
}


@pytest.mark.parametrize("name", OTHERS)
async def test_nothing_is_recorded_twice(rig: Rig, name: str) -> None:
    """A freeze, a refusal, what Redis had lost: each replay finds that it has been recorded, and answers so."""
    write, kind = OTHERS[name]
    called = await rig.called()
    async with between(rig) as proxy:
        proxy.lose_reply(to=b'"act":[["append"')
        answered = await write(rig, called)
        assert proxy.lost == 1
    assert (await rig.events()).count(kind) == 1
    if name == "freeze":
        assert answered == (await rig.freezes.current(), True)


async def test_when_every_reply_is_lost_nobody_knows(rig: Rig) -> None:
    """Then it may have been recorded, and here it was."""
    reviewed = await rig.reviewed()
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA", times=20)
        async with asyncio.timeout(2.5):
            with pytest.raises(MaybeRecordedError):
                await rig.act(reviewed, Action.CONFIRM)
    assert (await rig.read(reviewed)).state is State.EXECUTING
    assert (await rig.events()).count("confirmed") == 1


async def test_a_whole_life_survives_the_loss_of_every_reply_s_first_copy(rig: Rig) -> None:
    """Request, review, show, confirm, call, outcome, close: each is answered as if nothing had been lost."""
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"EVALSHA")
        deletion, created = await rig.store.request(new())
        assert created
        for write in (
            lambda it: rig.act(it, Action.REVIEW),
            rig.shown,
            lambda it: rig.act(it, Action.CONFIRM),
            lambda it: rig.store.commit(calling(it)),
            lambda it: rig.store.commit(stepping(after_call(it, DELETED, TIMINGS), it)),
            lambda it: rig.store.commit(Change(it, replace(it), then=Close())),
        ):
            proxy.lose_reply(to=b"EVALSHA")
            deletion = await write(deletion)
        assert proxy.lost == 7
    assert await rig.unchanged(deletion)
    assert (deletion.state, deletion.lifecycle.calls, deletion.version) == (State.DELETED, 1, 7)
    assert await rig.due_at(deletion) is None
    assert await rig.events() == ["requested", "reviewed", "confirmed", "called", "deleted"]
