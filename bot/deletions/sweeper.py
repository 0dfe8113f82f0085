"""Finding what is due: requests to expire, prompts to show, calls interrupted, outcomes to look into or announce.

Every replica sweeps; there is no leader. A claim is atomic, so each due deletion is carried on by one of them.
"""

import asyncio
import time

import structlog

from bot.deletions.background import Background
from bot.deletions.ports import DeletionStore, Record
from bot.deletions.runner import Runner
from bot.domain.errors import PersonError
from bot.domain.next_step import Timings

_HOUR = 3_600  # seconds
_DAY = 24 * 3_600_000  # milliseconds
_log = structlog.get_logger(__name__)


async def sweep_forever(store: DeletionStore, carrier: Runner, background: Background, timings: Timings) -> None:
    """Claim whatever is due and carry it on in the background, until cancelled."""
    reachable = True
    while True:
        try:
            held_since = time.monotonic()
            while (deletion := await store.claim()) is not None:
                background.start(carrier.carry_on(deletion, held_since), name=deletion.id)
                held_since = time.monotonic()
            if not reachable:
                _log.info("Redis answers again")
            reachable = True
        except PersonError as error:
            if reachable:
                _log.warning("Redis cannot be asked for what is due", why=str(error))
            reachable = False
        except Exception:  # noqa: BLE001  one deletion that cannot be read must not end the sweep for all
            _log.exception("a sweep failed")
        await asyncio.sleep(timings.sweep / 1_000)


async def trim_forever(record: Record, retention_days: int) -> None:
    """Once an hour, remove the entries of the record that are older than the settings keep them, until cancelled."""
    while True:
        try:
            if removed := await record.trim(retention_days * _DAY):
                _log.info("the record was trimmed", entries=removed, retention_days=retention_days)
        except PersonError as error:
            _log.warning("the record could not be trimmed", why=str(error))
        await asyncio.sleep(_HOUR)
