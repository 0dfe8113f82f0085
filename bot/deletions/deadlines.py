"""Whatever Redis does, the person is answered before Slack gives up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.domain.errors import MaybeRecordedError
from bot.domain.next_step import Timings


@asynccontextmanager
async def in_time(timings: Timings) -> AsyncIterator[None]:
    """Give what is done in the block the time that a person waits.

    Raises:
        MaybeRecordedError: it took longer.
    """
    try:
        async with asyncio.timeout(timings.answer / 1_000):
            yield
    except TimeoutError as error:
        raise MaybeRecordedError from error
