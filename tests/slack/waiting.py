"""Waiting for what nothing announces."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_T = TypeVar("_T")


async def until(condition: Callable[[], Awaitable[_T]]) -> _T:
    """Look again and again until there is something. Returns it; gives up after 20 s."""
    async with asyncio.timeout(20):
        while True:
            if found := await condition():
                return found
            await asyncio.sleep(0.01)
