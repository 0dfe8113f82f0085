"""The signatures that Redis remembers."""

import asyncio
import secrets

import pytest

from bot.domain.errors import BotError
from bot.store.freeze import RedisFreeze
from bot.store.replays import RedisReplays
from tests.store.rig import Rig
from tests.store.servers import free_port
from tests.store.test_replaying import between
from tests.wire.proxy import Proxy


def signature() -> str:
    """One as Slack makes them."""
    return f"v0={secrets.token_hex(32)}"


def through(rig: Rig, proxy: Proxy) -> RedisReplays:
    """Signatures that are remembered through the proxy."""
    return RedisReplays(rig.another_calls(f"redis://127.0.0.1:{proxy.port}"))


async def test_once(rig: Rig) -> None:
    """The first time is said once, to one of any number of replicas."""
    replicas = [RedisReplays(rig.another_calls()) for _ in range(20)]
    seen = signature()

    assert sum(await asyncio.gather(*(replica.first_time(seen) for replica in replicas))) == 1
    assert await replicas[0].first_time(signature())


async def test_kept_for_ten_minutes(rig: Rig) -> None:
    """As long as Slack's signature can be valid, and no longer; nothing of the signature itself is kept."""
    seen = signature()
    await RedisReplays(rig.calls).first_time(seen)
    keys = [key async for key in rig.redis.scan_iter(f"{rig.prefix}:*") if ":done:" not in key]

    (key,) = keys
    assert 595_000 < await rig.redis.pttl(key) <= 600_000
    assert seen[3:] not in key


async def test_a_lost_reply_is_no_copy(rig: Rig) -> None:
    """If Redis remembered it and its reply was lost, the second attempt still says that this is the first time."""
    async with between(rig) as proxy:
        replays, seen = through(rig, proxy), signature()
        assert await replays.first_time(signature())  # so that what follows is lost on a connection in use
        proxy.lose_reply(to=b"signature")

        assert await replays.first_time(seen)
        assert proxy.lost == 1
        assert not await replays.first_time(seen)


async def used(rig: Rig) -> bool:
    """Whether the request that asks may go on to use Redis."""
    try:
        return await RedisFreeze(rig.calls).current() is None
    except BotError:
        return False


async def test_without_redis(rig: Rig) -> None:
    """If nobody can say, the request goes on, but nothing that it asks of Redis is done, even if Redis is back."""
    away = RedisReplays(rig.another_calls(f"redis://127.0.0.1:{free_port()}"))

    async def request() -> bool:
        assert await away.first_time(signature())
        return await used(rig)

    assert not await asyncio.create_task(request())
    assert await used(rig)  # and no other request is concerned


async def test_what_a_request_starts_is_concerned_too(rig: Rig) -> None:
    """So is the work that goes on after it has been answered."""
    away = RedisReplays(rig.another_calls(f"redis://127.0.0.1:{free_port()}"))

    async def request() -> bool:
        await away.first_time(signature())
        return await asyncio.create_task(used(rig))

    assert not await asyncio.create_task(request())


@pytest.mark.parametrize("connected", [False, True], ids=["before it is reached", "when it was asked"])
async def test_redis_that_hangs(rig: Rig, *, connected: bool) -> None:
    """The same, within the time that Slack waits; whether it has remembered the signature makes no difference."""
    async with between(rig) as proxy:
        hanging = through(rig, proxy)
        if connected:
            await hanging.first_time(signature())

        async def request() -> bool:
            async with asyncio.timeout(2.8):
                assert await hanging.first_time(signature())
            proxy.resume()
            return await used(rig)

        proxy.hang()
        assert not await asyncio.create_task(request())
        assert await used(rig)
