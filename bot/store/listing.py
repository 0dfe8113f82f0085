"""Many deletions at once: those that are due, and those that have not been closed."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from typing import cast

import structlog

from bot.deletions.ports import Pending, PendingIds
from bot.domain.deletion import Deletion
from bot.domain.lifecycle import ENDED
from bot.domain.rate_limits import HOUR
from bot.store.codec import decode, state_of
from bot.store.redis_calls import Calls, RedisCalls
from bot.store.transaction import Answer, Transaction, due, missing, schedule_in, unschedule

_CANDIDATES = 16  # other replicas may take some of them first
_AT_ONCE = 100  # deletions read in one round trip
_PENDING = 500  # deletions that can be listed

_log = structlog.get_logger(__name__)


class Listing:
    """Reads them. One that cannot be read does not block the others.

    Args:
        redis: runs the transactions.
    """

    def __init__(self, redis: RedisCalls) -> None:
        self._redis = redis
        self._keys = redis.keys

    async def due(self, except_for: Collection[str], by: int | None) -> list[Deletion]:
        """Some of the deletions that are due; see `DeletionStore.take_due`."""
        last = _CANDIDATES + len(except_for) - 1  # deletions that may not be taken over must not block the rest

        async def candidates(calls: Calls) -> list[str]:
            time, found = await calls.pipeline(("TIME",), ("ZRANGE", self._keys.due, 0, last, "WITHSCORES"))
            now = int(cast("list[str]", time)[0]) * 1_000 + int(cast("list[str]", time)[1]) // 1_000
            due_by = now if by is None else min(by, now)
            return [member for member, score in scored(found) if score <= due_by and member not in except_for]

        return await self.several(await self._redis.run(candidates))

    async def pending_ids(self) -> PendingIds:
        """Those that have not ended, newest first. Most are not shown, so they are not decoded."""
        ids = await self._redis.run(self._first_due, "ZRANGE")
        found = []
        complete = len(ids) < _PENDING
        async for deletion_id, fields, _ in self._hashes(ids):
            try:
                if state_of(fields) not in ENDED:
                    found.append((int(fields["requested_at"]), deletion_id))
            except (KeyError, ValueError):
                complete = False
        return PendingIds(tuple(deletion_id for _, deletion_id in sorted(found, reverse=True)), complete)

    async def pending(self) -> Pending:
        """Those that have not ended."""
        ids = await self._redis.run(self._first_due, "ZRANGE")
        found = await self.several(ids)
        waiting = tuple(deletion for deletion in found if not deletion.ended)
        return Pending(waiting, complete=len(found) == len(ids) < _PENDING)

    async def unclosed(self) -> list[Deletion]:
        """All that have not ended, or whose end has not been announced everywhere; at most the first 500."""
        return await self.several(await self._redis.run(self._first_due, "ZRANGE"))

    async def _first_due(self, calls: Calls) -> list[str]:
        return [str(each) for each in cast("list[str]", await calls.command("ZRANGE", self._keys.due, 0, _PENDING - 1))]

    async def several(self, ids: Sequence[str]) -> list[Deletion]:
        """Some deletions, in that order."""
        found = []
        async for deletion_id, fields, answer in self._hashes(ids):
            try:
                found.append(decode(deletion_id, fields, answer.now, answer.hashes[0]))
            except (KeyError, ValueError) as error:
                await self.set_aside(deletion_id, fields, error)
        return found

    async def _hashes(self, ids: Sequence[str]) -> AsyncIterator[tuple[str, Mapping[str, str], Answer]]:
        """Each deletion's hash, and the answer that it comes from, whose first hash is the freeze."""
        for start in range(0, len(ids), _AT_ONCE):
            batch = ids[start : start + _AT_ONCE]
            answer = await self._redis.read(self._keys.freeze, *map(self._keys.deletion, batch))
            for deletion_id, fields in zip(batch, answer.hashes[1:], strict=True):
                yield deletion_id, fields, answer

    async def set_aside(self, deletion_id: str, fields: Mapping[str, str], error: Exception) -> None:
        """If it is due, look at it again in an hour: a newer replica may have written it, and may hold it.

        One that has vanished is forgotten.
        """
        due_set = self._keys.due
        if not fields:
            vanished = (missing(self._keys.deletion(deletion_id)),)
            await self._redis.transact(Transaction(vanished, (unschedule(due_set, deletion_id),)))
            return
        _log.error("deletion unreadable", deletion=deletion_id, error=fields.get("") or repr(error))
        nobody_holds_it = (due(due_set, deletion_id),)
        await self._redis.transact(Transaction(nobody_holds_it, (schedule_in(due_set, deletion_id, HOUR),)))


def scored(found: object) -> Iterable[tuple[str, float]]:
    """A sorted set's members and scores, which RESP3 pairs and RESP2 does not."""
    pieces = cast("list[object]", found)
    if pieces and isinstance(pieces[0], list):
        return [(str(member), float(score)) for member, score in cast("list[list[str]]", pieces)]
    return [(str(pieces[i]), float(str(pieces[i + 1]))) for i in range(0, len(pieces), 2)]
