"""Asking each question only once, however many probes need the answer."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")


class Once:
    """Remembers answers and errors, by what was asked."""

    def __init__(self) -> None:
        self._asked: dict[object, asyncio.Task[Any]] = {}

    async def ask(self, question: object, how: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """The answer of `how`, or its error, shared by everyone who asks the same question."""
        if question not in self._asked:
            self._asked[question] = asyncio.create_task(how())
        # If one caller is cancelled, the others must still get the answer.
        answer: _T = await asyncio.shield(self._asked[question])
        return answer

    async def close(self) -> None:
        """Ask no more: what has not been answered yet is cancelled."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
