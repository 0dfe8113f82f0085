"""The check for keys that stay for ever can fail."""

from redis.asyncio import Redis

from bot.deletions.ports import Change, Close
from bot.domain.lifecycle import Action
from bot.store.schema import Keys
from tests.fixtures.redis import keys_left_for_ever
from tests.store.rig import Rig


async def test_a_closed_deletion_without_a_ttl_is_found(rig: Rig) -> None:
    """The check looks at what really stays."""
    cancelled = await rig.act(await rig.requested(), Action.CANCEL)
    closed = await rig.store.commit(Change(cancelled, cancelled, then=Close()))
    assert await keys_left_for_ever(rig.redis, rig.prefix) == set()
    await rig.redis.persist(rig.keys.deletion(closed.id))
    assert await keys_left_for_ever(rig.redis, rig.prefix) == {rig.keys.deletion(closed.id)}
    await rig.redis.delete(rig.keys.deletion(closed.id))


async def test_a_lock_that_nobody_will_release_is_found(redis_client: Redis, disposable_prefix: str) -> None:
    """Its deletion has gone, or is not the one that is due."""
    key = Keys(disposable_prefix).task("task-1")
    await redis_client.set(key, "a deletion long gone")
    assert await keys_left_for_ever(redis_client, disposable_prefix) == {key}
