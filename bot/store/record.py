"""The record in Redis: one stream, and a hash that holds where it ends and where it begins."""

import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from bot.domain.chain import START, Link
from bot.domain.record import Entry, Note
from bot.store.attempts import Attempts
from bot.store.keys import Keys
from bot.store.scripts import Scripts, load_scripts

_AT_ONCE = 500  # entries
_REPLAY_WITHIN = 60_000  # milliseconds

_Found = list[tuple[str, Mapping[str, str]]]  # what redis-py gives with `decode_responses`, which its types leave open


@dataclass(frozen=True, slots=True)
class Ends:
    """Where the record begins and ends.

    Args:
        anchor: the last entry that was trimmed; START where none was.
        head: the last entry.
    """

    anchor: Link
    head: Link


class RedisRecord:
    """Implements `bot.deletions.ports.Record`, and reads all of it for audits.

    Args:
        client: what `bot.store.connection.connect` gives.
        prefix: what every key begins with, before a colon.
        scripts: the scripts; tests plant bugs in them.
    """

    def __init__(self, client: Redis, *, prefix: str, scripts: Scripts | None = None) -> None:
        self._attempts = Attempts(client)
        self._keys = Keys(prefix)
        scripts = scripts or load_scripts()
        self._note = client.register_script(scripts.note)
        self._trim = client.register_script(scripts.trim)

    async def note(self, note: Note) -> None:
        """See the port."""
        keys = [self._keys.record, self._keys.head, self._keys.noted(secrets.token_urlsafe(12))]
        args: list[str | int] = [note.told(), _REPLAY_WITHIN]

        async def operation(connection: Redis) -> None:
            await self._note(keys, args, connection)

        await self._attempts.run(operation)

    async def latest(self, before: str = "") -> list[Entry]:
        """See the port."""

        async def operation(connection: Redis) -> list[Entry]:
            top = f"({before}" if before else "+"
            return _entries(cast("_Found", await connection.xrevrange(self._keys.record, top, "-", count=_AT_ONCE)))

        return await self._attempts.run(operation)

    async def following(self, after: str = "") -> list[Entry]:
        """See the port."""

        async def operation(connection: Redis) -> list[Entry]:
            bottom = f"({after}" if after else "-"
            return _entries(cast("_Found", await connection.xrange(self._keys.record, bottom, "+", count=_AT_ONCE)))

        return await self._attempts.run(operation)

    async def entries(self, since: int = 0) -> AsyncIterator[Entry]:
        """Every entry, the oldest first.

        Args:
            since: milliseconds since 1970: only what was recorded from then on.
        """
        after = f"{since - 1}-{2**64 - 1}" if since else ""
        while entries := await self.following(after):
            for entry in entries:
                yield entry
            after = entries[-1].position

    async def ends(self) -> Ends:
        """Where the record begins and ends."""

        async def operation(connection: Redis) -> Ends:
            fields = cast("Mapping[str, str]", await connection.hgetall(self._keys.head))
            return Ends(_link(fields, "anchor_"), _link(fields, ""))

        return await self._attempts.run(operation)

    async def trim(self, age: int) -> int:
        """Remove what is older than `age` milliseconds, and keep the rest provable. Returns how many were removed."""

        async def operation(connection: Redis) -> int:
            return int(await self._trim([self._keys.record, self._keys.head], [age, _AT_ONCE], connection))

        removed = batch = await self._attempts.run(operation)
        while batch == _AT_ONCE:
            batch = await self._attempts.run(operation)
            removed += batch
        return removed


def _entries(found: _Found) -> list[Entry]:
    return [Entry(position, fields.get("entry", ""), fields.get("hash", "")) for position, fields in found]


def _link(fields: Mapping[str, str], name: str) -> Link:
    number = int(fields.get(f"{name}number", "0"))
    return Link(number, fields[f"{name}hash"]) if number else START
