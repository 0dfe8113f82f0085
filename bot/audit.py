"""`codecheck-bot audit`: verifies and exports the audit log."""

import csv
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from bot.deletions.storage_watch import what_is_lost
from bot.domain.audit import FIELDS
from bot.domain.checkpoints import Checkpoint, Fault, Report, verify
from bot.domain.timings import Timings
from bot.settings import StoreSettings
from bot.store.audit import RedisAuditLog
from bot.store.connection import connect
from bot.store.embedded import open_embedded
from bot.store.memory import Memory
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from bot.store.vitals import RedisVitals

_COLUMNS = ("id", *FIELDS)
_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), full-width forms included."""
_UNSEALED = 3
"""Intervals after which an unsealed event is suspicious: one replica may be down, but another one seals."""


class Out(Protocol):
    """What the audit log is written to."""

    def write(self, text: str, /) -> object:
        """Write `text`."""
        ...


async def check(settings: StoreSettings, known: Checkpoint | None = None) -> Report:
    """Check the whole audit log.

    Args:
        settings: where it is, and how long events are kept.
        known: number and hash of a checkpoint that was saved elsewhere.
    """
    async with _redis(settings) as redis:
        report = await check_log(RedisAuditLog(redis), settings.record.retention_days, known)
        vitals = RedisVitals(redis)
        lost = await what_is_lost(vitals, await vitals.read(), Memory.of(settings).remembered)
    return replace(report, faults=(*report.faults, Fault("the end", str(lost)))) if lost else report


async def check_log(audit: RedisAuditLog, retention_days: int, known: Checkpoint | None = None) -> Report:
    """The same for an audit log that is already open."""
    checkpoints = await audit.checkpoints()
    events = [event async for event in audit.events()]
    return verify(
        events,
        checkpoints,
        now=await audit.now(),
        interval=_UNSEALED * Timings().seal,
        retention_days=retention_days,
        known=known,
    )


async def export(settings: StoreSettings, form: str, since: datetime | None, out: Out) -> None:
    """Write the audit log out, the oldest event first.

    Args:
        settings: where it is.
        form: `jsonl` or `csv`.
        since: the time from which on events are exported.
        out: where the export is written.
    """
    async with _redis(settings) as redis:
        await write(RedisAuditLog(redis), form, since, out)


async def write(audit: RedisAuditLog, form: str, since: datetime | None, out: Out) -> None:
    """The same for an audit log that is already open."""
    rows = csv.DictWriter(out, _COLUMNS, extrasaction="ignore")
    if form == "csv":
        rows.writeheader()
    async for event in audit.events(int(since.timestamp() * 1_000) if since else 0):
        if form == "csv":
            at = datetime.fromtimestamp(event.at / 1_000, UTC).isoformat(timespec="milliseconds")
            values = {"id": event.id, **event.values, "at": at}
            rows.writerow({name: _harmless(value) for name, value in values.items()})
        else:
            out.write(f'{{"id":"{event.id}",{event.text[1:]}\n')  # the text as it was sealed, with the ID before it


def _harmless(value: str | int) -> str | int:
    """A value without control characters. An apostrophe marks it as text where a spreadsheet would see a formula."""
    if isinstance(value, int):
        return value
    printable = "".join(character if character.isprintable() else " " for character in value)
    return f"'{printable}" if printable.lstrip()[:1] in _FORMULA else printable


@asynccontextmanager
async def _redis(settings: StoreSettings) -> AsyncIterator[RedisCalls]:
    """The audit log, open. An embedded server that had to be started for it ends with it. Nothing is created."""
    async with AsyncExitStack() as stack:
        if settings.redis_url:
            url = settings.redis_url.get_secret_value()
        else:
            url = (await stack.enter_async_context(open_embedded(settings.data_dir, create=False))).url
        client = connect(url)
        stack.push_async_callback(client.aclose)
        redis = RedisCalls(client, Keys(settings.redis_prefix))
        if Memory.of(settings).remembered is None:  # otherwise what is lost can be said
            await RedisVitals(redis).refuse_unused()
        yield redis
