"""Checks the storage before anything due is taken over: is it still the same one, and has its clock jumped?

Every replica does this in each sweep. A loss of data freezes deletions until an admin lifts the freeze. After a jump of
Redis's clock, pending deletions get their whole time again.
"""

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.deletions import clock
from bot.deletions.ports import (
    Change,
    ConflictError,
    DeletionStore,
    Hold,
)
from bot.deletions.storage_ports import StorageMemory, StorageVitals, Vitals
from bot.domain.audit import of_deletion
from bot.domain.clock_step import ClockReading, restarted, step_between, waits_until
from bot.domain.data_loss import Remembered, loss
from bot.domain.deletion import Deletion
from bot.domain.identity import BOT
from bot.domain.lifecycle import EventKind, State
from bot.domain.text import Text
from bot.domain.timings import Timings

_LOOK_AT_ALL = 60  # seconds between two checks of everything that is pending
_FAR_AHEAD = 600_000  # ms: the longest postponement of anything that does not wait for people
_NOTED = 600_000  # ms for which a jump is reported
_APART = 5_000  # ms by which Redis's clock and people's may differ

_log = structlog.get_logger(__name__)


async def what_is_lost(vitals: StorageVitals, found: Vitals, remembered: Remembered | None) -> Text | None:
    """What the storage has lost since it was last seen, as a sentence; None if nothing. Raises as its port does."""
    if remembered is None or not remembered.number:
        return loss(remembered, found.instance, None)
    same = remembered.number == found.instance.number
    hash_now = found.instance.hash if same else await vitals.checkpoint(remembered.number)
    return loss(remembered, found.instance, hash_now)


class StorageWatch:
    """Watches the storage, for one process.

    Args:
        vitals: what it says about itself.
        memory: what the bot remembers about it.
        store: changes pending deletions.
        start: runs a deletion that has been changed, in the background.
        spread: shows a freeze or an unfreeze on every prompt and tells the channels, in the background.
        wall: people's clock, in ms since 1970.
        shift: called with the ms by which Redis's clock is ahead of people's, 0 if they roughly agree. People are
            shown times that are earlier by that much.
        timings: leases, and how long an uncertain outcome is looked into.
    """

    def __init__(  # noqa: PLR0913 - it connects all of these
        self,
        vitals: StorageVitals,
        memory: StorageMemory,
        store: DeletionStore,
        *,
        start: Callable[[Deletion], None],
        spread: Callable[[], None],
        wall: Callable[[], int],
        shift: Callable[[int], None],
        timings: Timings,
    ) -> None:
        self._vitals = vitals
        self._memory = memory
        self._store = store
        self._start = start
        self._spread = spread
        self._wall = wall
        self._shift = shift
        self._timings = timings
        self._found: Vitals | None = None
        self._read: ClockReading | None = None
        self._looked = 0.0
        self._apart = False

    @property
    def note(self) -> str:
        """What an operator should know about the storage; "" if all is well."""
        found = self._found
        if found is None:
            return ""
        if found.freeze is not None and found.freeze.by.id == BOT:
            return "it has lost data: deletions are frozen until an admin lifts the freeze"
        if found.stepped_at and abs(found.now - found.stepped_at) < _NOTED:
            return f"its clock has jumped by {found.step / 1_000:.0f} s"
        return ""

    async def check(self) -> int:
        """Check once. Anything that it could not finish is repeated the next time.

        Returns:
            Redis's clock as it was read, in ms: anything due after that may be due only by a jump not yet noticed.

        Raises:
            PersonError: Redis did not answer, or refused: nothing due may be taken over.
        """
        asked = clock.now()
        found = await self._vitals.read()
        read = ClockReading(found.now, asked, clock.now())
        self._compare_clocks(found.now)
        await self._look_for_loss(found)
        await self._look_at_clock(read)
        if found.freeze_spreads:
            self._spread()
        self._found = found
        return found.now

    async def _look_for_loss(self, found: Vitals) -> None:
        instance, remembered = found.instance, self._memory.remembered
        what = await what_is_lost(self._vitals, found, remembered)
        if what is None or remembered is None:
            known = instance.id or await self._vitals.begin()
            await self._memory.keep(Remembered(known, instance.number, instance.hash))
            return
        before = found.freeze
        already = f" Frozen before, by {before.by.id}: {before.reason}" if before and before.by.id != BOT else ""
        freeze = await self._vitals.declare_lost(found, remembered, f"{what}{already}")
        if freeze is None:
            return  # another replica was first: the next check sees the new ID
        _log.error("data lost, deletions frozen", what=str(what), checkpoint=remembered.number)
        self._spread()

    async def _look_at_clock(self, read: ClockReading) -> None:
        step = step_between(self._read, read) if self._read is not None else 0
        if step:
            _log.error("redis clock jumped, pending deletions get their whole time again", by_seconds=step / 1_000)
            await self._vitals.note_step(step)
        if step or read.answered - self._looked >= _LOOK_AT_ALL or self._read is None:
            async for deletion, due in self._vitals.waiting():
                await self._restart(deletion, due, step)
            self._looked = read.answered
        self._read = read  # only once all of it is done

    async def _restart(self, deletion: Deletion, due: int, step: int) -> None:
        """Give a deletion its whole time again, or only a new lease if it does not wait for a person."""
        after = restarted(deletion, step, self._timings)
        if after is not None:
            changed = replace(deletion, lifecycle=after)
            _log.warning("deletion restarted", deletion=deletion.id, state=deletion.state, by_ms=step)
            try:
                event = of_deletion(changed, EventKind.RESTARTED)
                self._start(await self._store.commit(Change(deletion, changed, event, (), Hold())))
            except ConflictError as conflict:
                if conflict.latest is not None:
                    await self._restart(conflict.latest, due, step)
            return
        lease = self._timings.call_lease if deletion.state is State.EXECUTING else self._timings.talk_lease
        if step or due > waits_until(deletion) + _FAR_AHEAD:
            await self._vitals.lease(deletion, lease)

    def _compare_clocks(self, redis: int) -> None:
        ahead = redis - self._wall()
        apart = abs(ahead) > _APART
        if apart and not self._apart:
            _log.warning(
                "redis clock differs, people are shown slack's times",
                redis_ahead_by_seconds=round(ahead / 1_000),
                hint="Synchronise the clock of Redis's machine by NTP.",
            )
        elif self._apart and not apart:
            _log.info("redis clock agrees again")
        self._apart = apart
        self._shift(ahead if apart else 0)
