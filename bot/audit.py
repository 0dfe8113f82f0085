"""`codecheck-bot audit`: checks the record, and writes it out."""

import csv
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import TextIO

from bot.domain.chain import Break, Chain, Link
from bot.domain.record import COLUMNS
from bot.settings import Settings
from bot.store.connection import connect
from bot.store.embedded import open_embedded
from bot.store.record import RedisRecord

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for one (OWASP, "CSV Injection")


async def verify(settings: Settings, noted: Link | None = None) -> tuple[Link, Break | None]:
    """Follow the whole record.

    Args:
        settings: where it is.
        noted: a head that somebody wrote down.

    Returns:
        The last entry that is in order, and the first break, if there is one.
    """
    async with _record(settings) as record:
        return await follow(record, noted)


async def follow(record: RedisRecord, noted: Link | None = None) -> tuple[Link, Break | None]:
    """The same for a record at hand. What is appended meanwhile is left for the next time."""
    ends = await record.ends()
    chain = Chain(ends.anchor, noted)
    async for entry in record.entries():
        if found := chain.follow(entry):
            return chain.last, found
        if chain.last.number == ends.head.number:
            break
    return chain.last, chain.end(ends.head)


async def export(settings: Settings, form: str, since: datetime | None, out: TextIO) -> None:
    """Write the record out, the oldest entry first.

    Args:
        settings: where it is.
        form: `jsonl` or `csv`.
        since: only what was recorded from then on.
        out: where to.
    """
    async with _record(settings) as record:
        await write(record, form, since, out)


async def write(record: RedisRecord, form: str, since: datetime | None, out: TextIO) -> None:
    """The same for a record at hand."""
    rows = csv.DictWriter(out, COLUMNS, extrasaction="ignore")
    if form == "csv":
        rows.writeheader()
    async for entry in record.entries(int(since.timestamp() * 1_000) if since else 0):
        facts = {**entry.facts, "hash": entry.hash}
        if form == "csv":
            rows.writerow({name: _safe(value) for name, value in facts.items()})
        else:
            out.write(json.dumps(facts, separators=(",", ":")) + "\n")


def _safe(value: str | int) -> str | int:
    """A value that no spreadsheet takes for a formula: an apostrophe before it says that it is text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


@asynccontextmanager
async def _record(settings: Settings) -> AsyncIterator[RedisRecord]:
    """The record that the settings lead to. Makes no data folder, and leaves no server running."""
    async with AsyncExitStack() as stack:
        if settings.redis_url:
            url = settings.redis_url.get_secret_value()
        else:
            url = (await stack.enter_async_context(open_embedded(settings.data_dir, create=False))).url
        client = connect(url)
        stack.push_async_callback(client.aclose)
        yield RedisRecord(client, prefix=settings.redis_prefix)
