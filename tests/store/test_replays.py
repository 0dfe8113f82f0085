"""A signed request is counted by the first transaction that it asks for; copies of it change nothing."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from bot.domain.errors import BotError, CopiedError, NotRecordedError
from bot.domain.lifecycle import Action, EventKind
from bot.store.freeze import RedisFreeze
from bot.store.redis_calls import RedisCalls
from bot.store.replays import RedisReplays
from tests.store.rig import ADMIN, Rig, acting, new
from tests.store.servers import free_port
from tests.store.test_replaying import between

Work = Callable[[RedisCalls], Awaitable[object]]


def signature() -> str:
    """One as Slack makes them."""
    return f"v0={secrets.token_hex(32)}"


async def answered(calls: RedisCalls, signed: str, *works: Work) -> bool:
    """One request that asks for something, as the transport handles it. Returns whether it was the first."""

    async def request() -> bool:
        replays = RedisReplays(calls)
        replays.received(signed)
        for work in works:
            with suppress(BotError):
                await work(calls)
        return await replays.first_time()

    return await asyncio.create_task(request())


async def freeze(calls: RedisCalls) -> None:
    """A write."""
    await RedisFreeze(calls).freeze(ADMIN, "")


async def unfreeze(calls: RedisCalls) -> None:
    """Another."""
    await RedisFreeze(calls).unfreeze(ADMIN)


@pytest.mark.parametrize("works", [(), (freeze,)], ids=["asks for nothing", "writes"])
async def test_once(rig: Rig, works: tuple[Work, ...]) -> None:
    """The first time is said once, to one of any number of replicas, and only that one writes."""
    replicas = [rig.another_calls() for _ in range(20)]
    seen = signature()

    assert sum(await asyncio.gather(*(answered(replica, seen, *works) for replica in replicas))) == 1
    assert await rig.events() == ["frozen"] * len(works)
    assert await answered(replicas[0], signature())


async def test_a_copy_changes_nothing(rig: Rig) -> None:
    """Whatever it asks for first: a write, a read, or a command of another kind."""
    seen = signature()
    assert await answered(rig.calls, seen, freeze)
    await unfreeze(rig.calls)

    async def asks(work: Work) -> None:
        RedisReplays(rig.calls).received(seen)
        with pytest.raises(CopiedError):
            await work(rig.calls)

    async def latest(_: RedisCalls) -> None:
        await rig.audit.latest()

    for work in (freeze, lambda calls: calls.read(rig.keys.freeze), latest):
        await asyncio.create_task(asks(work))
    assert await rig.events() == ["frozen", "unfrozen"]
    assert await rig.freezes.current() is None


async def test_what_was_refused_is_counted_too(rig: Rig) -> None:
    """A click that was refused during a freeze does nothing when it is sent again after it."""
    seen, deletion = signature(), await rig.reviewed()
    await freeze(rig.calls)

    async def confirm(_: RedisCalls) -> None:
        await rig.store.commit(acting(deletion, Action.CONFIRM))

    assert await answered(rig.calls, seen, confirm)
    await unfreeze(rig.calls)

    assert not await answered(rig.calls, seen, confirm)
    assert await rig.unchanged(deletion)


async def test_all_that_a_request_asks_for_is_done(rig: Rig) -> None:
    """Several transactions, one after the other or at once, belong to one request."""

    async def both(calls: RedisCalls) -> None:
        await asyncio.gather(unfreeze(calls), calls.read(rig.keys.freeze))

    assert await answered(rig.calls, signature(), freeze, both, freeze)
    assert await rig.events() == ["frozen", "unfrozen", "frozen"]


async def test_kept_for_ten_minutes(rig: Rig) -> None:
    """As long as Slack's signature can be valid, and no longer; nothing of the signature itself is kept."""
    seen = signature()
    await answered(rig.calls, seen)
    (key,) = [key async for key in rig.redis.scan_iter(f"{rig.prefix}:*")]

    assert 595_000 < await rig.redis.pttl(key) <= 600_000
    assert seen[3:] not in key


async def test_a_lost_reply_is_no_copy(rig: Rig) -> None:
    """If Redis remembered it and its reply was lost, the second attempt is still the first time, and answers so."""
    async with between(rig) as proxy:
        seen = signature()
        proxy.lose_reply(to=b"signature")

        async def request(_: RedisCalls) -> None:
            await rig.store.request(new())

        assert await answered(rig.store._redis, seen, request)  # noqa: SLF001 - the calls through the proxy
        assert proxy.lost == 1
        assert not await answered(rig.store._redis, seen, request)  # noqa: SLF001 - the same
    assert await rig.events() == [EventKind.REQUESTED]


async def test_a_lost_reply_to_a_refusal_is_no_copy(rig: Rig) -> None:
    """The same if a condition failed, so that only the signature was written."""
    await freeze(rig.calls)
    async with between(rig) as proxy:
        proxy.lose_reply(to=b"signature")
        assert await answered(rig.store._redis, signature(), freeze)  # noqa: SLF001 - the calls through the proxy
        assert proxy.lost == 1


def away(rig: Rig) -> RedisCalls:
    """Calls to a server that does not run."""
    return rig.another_calls(f"redis://127.0.0.1:{free_port()}")


async def test_without_redis(rig: Rig) -> None:
    """If nobody can say, the request is answered, and nothing that it asked of Redis is done."""
    assert await answered(away(rig), signature(), freeze)
    assert await rig.events() == []


async def test_what_could_not_be_counted_is_counted_later(rig: Rig) -> None:
    """If Redis is back before the request ends, what it asks for then is done, once."""
    seen = signature()

    async def request() -> None:
        RedisReplays(rig.calls).received(seen)
        with pytest.raises(NotRecordedError):
            await freeze(away(rig))
        await freeze(rig.calls)

    await asyncio.create_task(request())
    assert not await answered(rig.calls, seen, unfreeze)
    assert await rig.events() == ["frozen"]


@pytest.mark.parametrize("connected", [False, True], ids=["before it is reached", "when it was asked"])
async def test_redis_that_hangs(rig: Rig, *, connected: bool) -> None:
    """The same, within the time that Slack waits."""
    async with between(rig) as proxy:
        hanging = rig.another_calls(f"redis://127.0.0.1:{proxy.port}")
        if connected:
            await hanging.read(rig.keys.freeze)
        proxy.hang()
        async with asyncio.timeout(2.8):
            assert await answered(hanging, signature())
        proxy.resume()
