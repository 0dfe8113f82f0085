"""One queue per channel: messages are sent in order, prompts before notices, at the pace that Slack asks for.

Slack accepts about one message a second in a channel, and short bursts beyond that. So nothing is held back until Slack
answers 429: then the whole channel waits for its Retry-After, the refused message goes first, and for half a minute
messages are sent at least a second apart. (Source: "Rate limits" in Slack's documentation.)

No message waits here longer than `patience`, since its sender has a lease in Redis. A sender that would have to wait
longer learns when its turn comes (`DeliveryDelayedError.retry_after`), and keeps its place until it comes back.

Each replica has its own queues. Two replicas that post to one channel notice by Slack's 429, which both of them
honour. That is enough, and needs no coordination through Redis.
"""

import asyncio
import bisect
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeVar

from bot.domain.errors import DeliveryDelayedError

PATIENCE = 2.0  # seconds that a message waits here
APART = 1.0  # seconds between messages: what Slack accepts in the long run
CALM_AFTER = 30.0  # seconds without a 429 after which a channel is not paced any more
_PLACE_KEPT = 5  # turns: a sender that has not come back by then was overtaken by another replica

_T = TypeVar("_T")
_Ticket = tuple[int, int]  # its rank, then its number: the smallest goes first


class Rank(IntEnum):
    """The priority of a message."""

    PROMPT = 0  # a person waits for it
    RESULT = 1
    NOTICE = 2


@dataclass(slots=True)
class _Lane:
    """The queue of one channel. Times are seconds of `time.monotonic`."""

    apart: float
    waiting: list[_Ticket] = field(default_factory=list)  # sorted
    booked: dict[str, tuple[_Ticket, float]] = field(
        default_factory=dict
    )  # senders that will come back: their place, and when
    sending: bool = False
    opens_at: float = 0.0  # nothing is sent before this time
    paced_until: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def expected(self, ticket: _Ticket, now: float) -> float:
        """When it will probably be the turn of `ticket`."""
        if now >= max(self.opens_at, self.paced_until):
            return now
        ahead = sum(other < ticket for other in [*self.waiting, *(place for place, _ in self.booked.values())])
        return max(self.opens_at, now) + (ahead + self.sending) * self.apart

    def blocked(self, ticket: _Ticket, now: float) -> float | None:
        """Seconds until `ticket` can be sent; None until something has changed."""
        return None if self.sending or self.waiting[0] != ticket else max(self.opens_at - now, 0.0)

    def notify(self) -> None:
        """Wake all waiting senders, so that they check again."""
        self.changed.set()
        self.changed = asyncio.Event()

    def forget(self, now: float) -> bool:
        """Drop the places of senders that did not come back. Returns whether nothing is left to remember."""
        self.booked = {key: kept for key, kept in self.booked.items() if kept[1] + _PLACE_KEPT * self.apart > now}
        calm = now >= max(self.opens_at, self.paced_until)
        return calm and not (self.waiting or self.booked or self.sending)


class ChannelQueues:
    """The queues.

    Args:
        patience: seconds that a message waits here at most.
        apart: seconds between two messages in a channel that has had a 429.
    """

    def __init__(self, patience: float = PATIENCE, apart: float = APART) -> None:
        self._patience = patience
        self._apart = apart
        self._lanes: dict[str, _Lane] = {}
        self._numbers = itertools.count()

    @property
    def channels(self) -> frozenset[str]:
        """The channels in which something waits or is paced."""
        return frozenset(self._lanes)

    async def send(self, channel: str, rank: Rank, key: str, call: Callable[[], Awaitable[_T]]) -> _T:
        """Make `call` when it is its turn in `channel`.

        Args:
            channel: the conversation's ID, or a user's for their direct messages.
            rank: the priority.
            key: the same for every attempt to send this message here; it identifies the place that is kept.
            call: posts or edits one message. It is made again after a 429.

        Raises:
            DeliveryDelayedError: its turn comes too late to wait for it here, or Slack said "not now".
            DeliveryError: any other error that `call` raises.
        """
        key = f"{rank.name} {key}"
        deadline = time.monotonic() + self._patience
        lane = self._lanes.setdefault(channel, _Lane(self._apart))
        lane.forget(time.monotonic())
        ticket, _ = lane.booked.pop(key, ((rank, next(self._numbers)), 0.0))
        try:
            while True:
                await self._turn(lane, ticket, key, deadline)
                try:
                    return await call()
                except DeliveryDelayedError as delayed:
                    if not delayed.retry_after:
                        raise
                    self._pause(lane, delayed.retry_after / 1_000)
                    if lane.opens_at > deadline:
                        lane.booked[key] = (ticket, lane.opens_at)
                        raise
                finally:
                    self._sent(lane)
        finally:
            if lane.forget(time.monotonic()):
                self._lanes.pop(channel, None)

    async def _turn(self, lane: _Lane, ticket: _Ticket, key: str, deadline: float) -> None:
        """Wait until it is the turn of `ticket`, and take it; or book a later turn.

        Raises:
            DeliveryDelayedError: the turn comes after the deadline.
        """
        bisect.insort(lane.waiting, ticket)
        try:
            while (pause := lane.blocked(ticket, now := time.monotonic())) != 0:
                expected = lane.expected(ticket, now)
                if max(now, expected) >= deadline:
                    lane.booked[key] = (ticket, expected)
                    raise DeliveryDelayedError("other messages go first in this channel", _ms(expected - now))
                changed = lane.changed
                with suppress(TimeoutError):
                    async with asyncio.timeout(deadline - now if pause is None else min(pause, deadline - now)):
                        await changed.wait()
            lane.sending = True
        finally:
            lane.waiting.remove(ticket)
            lane.notify()

    @staticmethod
    def _pause(lane: _Lane, seconds: float) -> None:
        lane.opens_at = max(lane.opens_at, time.monotonic() + seconds)
        lane.paced_until = lane.opens_at + CALM_AFTER

    @staticmethod
    def _sent(lane: _Lane) -> None:
        now = time.monotonic()
        if now < lane.paced_until:
            lane.opens_at = max(lane.opens_at, now + lane.apart)
        lane.sending = False
        lane.notify()


def _ms(seconds: float) -> int:
    return max(round(seconds * 1_000), 0)
