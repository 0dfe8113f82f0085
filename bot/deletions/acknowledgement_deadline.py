"""One deadline for a payload: set where it comes in, it holds for everything until the acknowledgement.

Whoever asks Slack, Redis or CodeArts Check says so with `waiting_for`, so that the person learns what did not answer,
and whether their click may have counted all the same.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

from bot.deletions import clock
from bot.domain.errors import MaybeRecordedError, TooSlowError
from bot.observability.seldom import Seldom

_seldom = Seldom()


class Dependency(StrEnum):
    """What the bot waits for, as people call it."""

    SLACK = "Slack"
    STORAGE = "My storage"
    CODEARTS = "CodeArts Check"


@dataclass(slots=True)
class _Waits:
    """What did not answer in time, the first of it first."""

    hung: list[Dependency] = field(default_factory=list)
    may_have_acted: bool = False


_waits: ContextVar[_Waits | None] = ContextVar("waits", default=None)
_arrived: ContextVar[float | None] = ContextVar("arrived", default=None)


def payload_arrived() -> None:
    """Note when the payload that this task handles came in: deadlines count from here, and so does what hangs."""
    _arrived.set(clock.now())
    _waits.set(_Waits())


def since_arrival() -> float | None:
    """Seconds since the payload came in that this work goes back to; None if it goes back to none."""
    arrived = _arrived.get()
    return None if arrived is None else clock.now() - arrived


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """Give the block so many seconds in all, counted from when the payload came in.

    Raises:
        MaybeRecordedError: the time was up while Redis was writing, so nobody knows whether it counts.
        TooSlowError: the time was up before anything was written; it names what did not answer.
    """
    arrived = _arrived.get()
    left = seconds if arrived is None else max(arrived + seconds - clock.now(), 0)
    waits = _waits.get() or _Waits()
    reset = _waits.set(waits)
    try:
        async with asyncio.timeout(left):
            yield
    except TimeoutError as error:
        hung = str(waits.hung[0] if waits.hung else "The bot")
        recorded = "not known" if waits.may_have_acted else "no"
        _seldom.warn("a person was not answered in time", f"{hung} hung", seconds=seconds, recorded=recorded)
        if waits.may_have_acted:
            raise MaybeRecordedError from error
        raise TooSlowError(hung) from error
    finally:
        _waits.reset(reset)


@contextmanager
def waiting_for(dependency: Dependency, *, writing: bool = False) -> Iterator[None]:
    """Say what the block waits for.

    Args:
        dependency: who has to answer.
        writing: True if a write may be under way there.
    """
    try:
        yield
    except (asyncio.CancelledError, TimeoutError):
        note_hung(dependency, writing=writing)
        raise


def note_hung(dependency: Dependency, *, writing: bool = False) -> None:
    """Note that something did not answer in time, for whatever the person is told later. Takes what `waiting_for` does.

    If the deadline passes after that, while something else is waited for, it is still the first that is to blame.
    """
    if (waits := _waits.get()) is not None:
        waits.hung.append(dependency)
        waits.may_have_acted = waits.may_have_acted or writing
