"""One deadline for a payload, set when it arrives, for everything until the acknowledgement.

Code that asks Slack, Redis or CodeArts Check says so with `waiting_for`, so that the person learns what did not answer,
and whether their click may have counted.
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

ANSWER = 2.5  # seconds until the acknowledgement: Slack gives up after 3

_seldom = Seldom()


class Dependency(StrEnum):
    """What the bot waits for, in people's words."""

    SLACK = "Slack"
    STORAGE = "My storage"
    CODEARTS = "CodeArts Check"


@dataclass(slots=True)
class _Waits:
    """What did not answer in time, in order."""

    hung: list[Dependency] = field(default_factory=list)
    may_have_acted: bool = False


_waits: ContextVar[_Waits | None] = ContextVar("waits", default=None)
_arrived: ContextVar[float | None] = ContextVar("arrived", default=None)


def payload_arrived() -> None:
    """Note that a payload has just arrived: its deadline counts from now, and what hangs is recorded for it."""
    _arrived.set(clock.now())
    _waits.set(_Waits())


def since_arrival() -> float | None:
    """Seconds since the arrival of the payload that this work belongs to; None if it belongs to none."""
    arrived = _arrived.get()
    return None if arrived is None else clock.now() - arrived


@asynccontextmanager
async def deadline(seconds: float = ANSWER) -> AsyncIterator[None]:
    """Give the block so many seconds in total, counted from the payload's arrival.

    Raises:
        MaybeRecordedError: the deadline passed while Redis was writing, so nobody knows whether it counts.
        TooSlowError: the deadline passed before anything was written; it names what did not answer.
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
        _seldom.warn("deadline missed", f"{hung} hung", seconds=seconds, recorded=recorded)
        if waits.may_have_acted:
            raise MaybeRecordedError from error
        raise TooSlowError(hung) from error
    finally:
        _waits.reset(reset)


@contextmanager
def waiting_for(dependency: Dependency, *, writing: bool = False) -> Iterator[None]:
    """Declare what the block waits for.

    Args:
        dependency: what has to answer.
        writing: True if it may be writing meanwhile.
    """
    try:
        yield
    except (asyncio.CancelledError, TimeoutError):
        note_hung(dependency, writing=writing)
        raise


def note_hung(dependency: Dependency, *, writing: bool = False) -> None:
    """Note that something did not answer in time, for a later error. Takes the same arguments as `waiting_for`.

    If the deadline then passes while the bot waits for something else, the first one is still to blame.
    """
    if (waits := _waits.get()) is not None:
        waits.hung.append(dependency)
        waits.may_have_acted = waits.may_have_acted or writing
