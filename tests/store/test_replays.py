"""The signatures that Redis remembers."""

import asyncio
import secrets

from bot.store.brakes import RedisBrakes
from redis.asyncio import Redis

from bot.domain.errors import MaybeRecordedError, NotRecordedError
from bot.store.connection import connect
from bot.store.embedded import EmbeddedServer
from bot.store.replays import RedisReplays
from tests.wire.proxy import Proxy


def signature() -> str:
    """One as Slack makes them."""
    return f"v0={secrets.token_hex(32)}"


async def test_once(redis_client: Redis, redis_prefix: str) -> None:
    """The first time is said once, to one of any number of replicas."""
    replicas = [RedisReplays(redis_client, prefix=redis_prefix) for _ in range(20)]
    seen = signature()

    assert sum(await asyncio.gather(*(replica.first_time(seen) for replica in replicas))) == 1
    assert await replicas[0].first_time(signature())


async def test_kept_for_ten_minutes(redis_client: Redis, redis_prefix: str) -> None:
    """As long as Slack's signature can be valid, and no longer; nothing of the signature itself is kept."""
    seen = signature()
    await RedisReplays(redis_client, prefix=redis_prefix).first_time(seen)
    (key,) = [key async for key in redis_client.scan_iter(f"{redis_prefix}:*")]

    assert 595_000 < await redis_client.pttl(key) <= 600_000
    assert seen[3:] not in key


async def test_a_lost_reply_is_no_copy(redis_server: EmbeddedServer, disposable_prefix: str) -> None:
    """If Redis remembered it and its reply was lost, the second attempt still says that this is the first time."""
    path = redis_server.url.removeprefix("unix://").partition("?")[0]
    async with (
        Proxy(lambda: asyncio.open_unix_connection(path)) as proxy,
        connect(f"redis://127.0.0.1:{proxy.port}") as client,
    ):
        replays, seen = RedisReplays(client, prefix=disposable_prefix), signature()
        proxy.lose_reply(to=b"SET")

        assert await replays.first_time(seen)
        assert proxy.lost == 1
        assert not await replays.first_time(seen)


async def used(client: Redis, prefix: str) -> bool:
    """Whether the request that asks may go on to use Redis."""
    try:
        return await RedisBrakes(client, prefix=prefix).frozen() is None
    except (MaybeRecordedError, NotRecordedError):
        return False


async def test_without_redis(redis_client: Redis, redis_prefix: str) -> None:
    """If nobody can say, the request goes on, but nothing that it asks of Redis is done, even if Redis is back."""

    async def request() -> bool:
        async with connect("redis://127.0.0.1:1") as away:
            assert await RedisReplays(away, prefix=redis_prefix).first_time(signature())
        return await used(redis_client, redis_prefix)

    assert not await asyncio.create_task(request())
    assert await used(redis_client, redis_prefix)  # and no other request is concerned


async def test_what_a_request_starts_is_concerned_too(redis_client: Redis, redis_prefix: str) -> None:
    """So is the work that goes on after it has been answered."""

    async def request() -> bool:
        async with connect("redis://127.0.0.1:1") as away:
            await RedisReplays(away, prefix=redis_prefix).first_time(signature())
        return await asyncio.create_task(used(redis_client, redis_prefix))

    assert not await asyncio.create_task(request())


async def test_redis_that_hangs(redis_server: EmbeddedServer, redis_client: Redis, redis_prefix: str) -> None:
    """The same, within the time that Slack waits."""
    path = redis_server.url.removeprefix("unix://").partition("?")[0]

    async def request(port: int) -> bool:
        async with connect(f"redis://127.0.0.1:{port}") as client, asyncio.timeout(2.8):
            assert await RedisReplays(client, prefix=redis_prefix).first_time(signature())
        return await used(redis_client, redis_prefix)

    async with Proxy(lambda: asyncio.open_unix_connection(path)) as proxy:
        proxy.hang()
        assert not await asyncio.create_task(request(proxy.port))
