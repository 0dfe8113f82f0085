"""A client for what the bot serves about itself."""

from collections.abc import AsyncIterator

import aiohttp
import pytest


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A session without limits or headers of its own."""
    async with aiohttp.ClientSession() as opened:
        yield opened
