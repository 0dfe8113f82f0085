"""The sweeper: finds deletions that are due, and seals and trims the audit log.

Every replica sweeps; there is no leader. Taking a deletion over is one conditional transaction, so only one replica
runs it.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.deletions.ports import AuditLog, DeletionStore
from bot.deletions.refusals import Refusals
from bot.deletions.runner import Runner
from bot.deletions.storage_watch import StorageWatch
from bot.domain.errors import PersonError
from bot.domain.timings import Timings

_COUNT = 5  # seconds
_HOUR = 3_600  # seconds
_DAY = 24 * 3_600_000  # milliseconds
_log = structlog.get_logger(__name__)


async def sweep_forever(store: DeletionStore, runner: Runner, watch: StorageWatch, timings: Timings) -> None:
    """Until cancelled, take over due deletions and run them in the background. Each sweep checks the storage first."""

    async def sweep() -> None:
        checked = await watch.check()
        while taken := await store.take_due(runner.in_flight, by=checked):
            for deletion in taken:
                runner.start(deletion)

    await _repeat("sweep", sweep, timings.sweep / 1_000)


async def seal_forever(audit: AuditLog, timings: Timings) -> None:
    """Until cancelled, seal the audit log's latest events with checkpoints.

    A checkpoint's number and hash are logged, out of reach of anyone who can write to Redis.
    """

    async def seal() -> None:
        if (sealed := await audit.seal()) is not None:
            _log.info("checkpoint", number=sealed.number, hash=sealed.hash, events=sealed.events)

    await _repeat("seal", seal, timings.seal / 1_000)


async def count_forever(refusals: Refusals) -> None:
    """Until cancelled, record the refusals that were only counted so far."""
    await _repeat("count refusals", refusals.record_repeated, _COUNT)


async def trim_forever(audit: AuditLog, retention_days: int) -> None:
    """Until cancelled, remove the events that are older than the settings allow, once an hour."""

    async def trim() -> None:
        if removed := await audit.trim(retention_days * _DAY):
            _log.info("audit log trimmed", events=removed, retention_days=retention_days)

    await _repeat("trim", trim, _HOUR)


async def _repeat(name: str, work: Callable[[], Awaitable[None]], pause: float) -> None:
    """Repeat `work`. If Redis is unavailable, that is logged once."""
    reachable = True
    while True:
        try:
            await work()
            if not reachable:
                _log.info("storage answers again", work=name)
            reachable = True
        except PersonError as error:
            if reachable:
                _log.warning("storage does not answer", work=name, why=str(error))
            reachable = False
        except Exception:  # noqa: BLE001 - one unreadable deletion must not stop the work for all others
            _log.exception("work failed", work=name)
        await asyncio.sleep(pause)
