"""Redis for a command that needs only Redis."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import StoreSettings
    from bot.store.redis_calls import RedisCalls


@asynccontextmanager
async def open_redis(settings: "StoreSettings") -> AsyncIterator["RedisCalls"]:
    """The Redis at REDIS_URL, otherwise the embedded server of the data folder, until the end of the block.

    Raises:
        EmbeddedServerError: no server can be started, or the folder has no data of a bot and may be the wrong one.
        BotError: no bot has used this Redis, so it may be the wrong one.
    """
    from bot.store.connection import connect
    from bot.store.embedded import open_embedded
    from bot.store.redis_calls import RedisCalls
    from bot.store.schema import Keys
    from bot.store.vitals import RedisVitals

    async with AsyncExitStack() as stack:
        if settings.redis_url:
            url = settings.redis_url.get_secret_value()
        else:
            url = (await stack.enter_async_context(open_embedded(settings.data_dir, create=False))).url
        client = connect(url)
        stack.push_async_callback(client.aclose)
        redis = RedisCalls(client, Keys(settings.redis_prefix))
        await RedisVitals(redis).refuse_unused()
        yield redis
