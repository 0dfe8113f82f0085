"""Redis for a command that needs nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import StoreSettings
    from bot.store.redis_calls import RedisCalls


@asynccontextmanager
async def open_redis(settings: "StoreSettings") -> AsyncIterator["RedisCalls"]:
    """The Redis of REDIS_URL, otherwise the embedded server of the data folder, until the end of the block."""
    from bot.store.connection import connect
    from bot.store.embedded import start_embedded
    from bot.store.redis_calls import RedisCalls
    from bot.store.schema import Keys

    url = settings.redis_url.get_secret_value() if settings.redis_url else (await start_embedded(settings.data_dir)).url
    client = connect(url)
    try:
        yield RedisCalls(client, Keys(settings.redis_prefix))
    finally:
        await client.aclose()
