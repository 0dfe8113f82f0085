"""The audit log in Redis: a stream of events, and the checkpoints that seal them."""

from collections.abc import AsyncIterator, Mapping
from typing import cast

from pydantic import TypeAdapter

from bot.domain.audit import Event, Recorded
from bot.domain.checkpoints import START, Checkpoint, seal
from bot.domain.lifecycle import EventKind
from bot.store.redis_calls import Calls, RedisCalls
from bot.store.transaction import Transaction, append, equals, put, trim

_AT_ONCE = 500  # events
_CHECKPOINT: TypeAdapter[Checkpoint] = TypeAdapter(Checkpoint)


class RedisAuditLog:
    """Implements `bot.deletions.ports.AuditLog`, and reads all of it for `audit`.

    Args:
        redis: runs the transactions.
    """

    def __init__(self, redis: RedisCalls) -> None:
        self._redis = redis
        self._keys = redis.keys

    async def append(self, event: Event) -> None:
        """See the port."""
        await self._redis.transact(Transaction(effects=(append(self._keys.events, event.text()),)))

    async def latest(self, before: str = "") -> list[Recorded]:
        """See the port."""
        return await self._range("XREVRANGE", self._keys.events, f"({before}" if before else "+", "-")

    async def following(self, after: str = "") -> list[Recorded]:
        """See the port."""
        return await self._range("XRANGE", self._keys.events, f"({after}" if after else "-", "+")

    async def events(self, since: int = 0) -> AsyncIterator[Recorded]:
        """Every event, the oldest first.

        Args:
            since: ms since 1970: only what was recorded from then on.
        """
        after = f"{since - 1}-{2**64 - 1}" if since else ""
        while events := await self.following(after):
            for event in events:
                yield event
            after = events[-1].id

    async def checkpoints(self) -> list[Checkpoint]:
        """Every checkpoint that is kept, the oldest first."""
        found: list[Checkpoint] = []
        after = "-"
        while batch := await self._range("XRANGE", self._keys.checkpoints, after, "+"):
            found += [_checkpoint(recorded) for recorded in batch]
            after = f"({batch[-1].id}"
        return found

    async def latest_checkpoints(self, count: int) -> list[Checkpoint]:
        """The last checkpoints, the oldest of them first: at most `count`, and at most 500."""
        batch = await self._range("XREVRANGE", self._keys.checkpoints, "+", "-")
        return [_checkpoint(recorded) for recorded in reversed(batch[:count])]

    async def now(self) -> int:
        """Redis's clock, in ms."""
        return (await self._redis.read()).now

    async def seal(self) -> Checkpoint | None:
        """See the port."""
        answer = await self._redis.read(self._keys.checkpoint)
        fields = answer.hashes[0]
        last = _CHECKPOINT.validate_json(fields["checkpoint"]) if fields else START
        events: list[Recorded] = []
        after = last.upto
        while batch := await self.following(after):
            events += batch
            after = batch[-1].id
        checkpoint = seal(last, events, answer.now)
        if checkpoint == last:
            return None
        text = _CHECKPOINT.dump_json(checkpoint).decode()
        members = text[1:-1].rpartition(',"at":')[0]  # the script adds the time
        written, _ = await self._redis.transact(
            Transaction(
                when=(equals(self._keys.checkpoint, "number", str(last.number) if last.number else ""),),
                effects=(
                    append(self._keys.checkpoints, members),
                    put(self._keys.checkpoint, {"number": str(checkpoint.number), "checkpoint": text}),
                ),
            )
        )
        return checkpoint if written.applied else None

    async def trim(self, age: int) -> int:
        """See the port."""
        now = await self.now()
        kept = await self.checkpoints()
        old = [each for each in kept if each.events and int(each.upto.partition("-")[0]) < now - age]
        if not old or (anchor := old[-1]) == kept[0]:
            return 0
        ms, _, sequence = anchor.upto.partition("-")
        stream_id = await self._id_of(anchor)
        await self._redis.transact(
            Transaction(
                effects=(
                    append(self._keys.events, Event(kind=EventKind.TRIMMED, upto=anchor.upto).text()),
                    trim(self._keys.events, f"{ms}-{int(sequence) + 1}"),
                    trim(self._keys.checkpoints, stream_id),
                )
            )
        )
        trimmed_before = kept[0].events if kept[0].number > START.number + 1 else 0
        return anchor.events - trimmed_before

    async def _id_of(self, checkpoint: Checkpoint) -> str:
        """The ID of a checkpoint in its stream."""
        after = "-"
        while batch := await self._range("XRANGE", self._keys.checkpoints, after, "+"):
            for recorded in batch:
                if recorded.values.get("number") == checkpoint.number:
                    return recorded.id
            after = f"({batch[-1].id}"
        raise LookupError(f"checkpoint {checkpoint.number} has gone meanwhile")

    async def _range(self, command: str, key: str, start: str, end: str) -> list[Recorded]:
        async def call(calls: Calls) -> list[Recorded]:
            found = cast("list[tuple[str, object]]", await calls.command(command, key, start, end, "COUNT", _AT_ONCE))
            return [Recorded(str(event_id), _field(fields)) for event_id, fields in found or []]

        return await self._redis.run(call, command)


def _checkpoint(recorded: Recorded) -> Checkpoint:
    """A checkpoint of the stream; what is none becomes one that fits nowhere, for a verification to find."""
    try:
        return _CHECKPOINT.validate_json(recorded.text)
    except ValueError:
        return Checkpoint(number=-1, hash=f"unreadable, at {recorded.id}")


def _field(fields: object) -> str:
    """The one field of a stream's entry, which RESP2 and RESP3 write differently."""
    if isinstance(fields, Mapping):
        return str(fields.get("event", ""))
    pieces = cast("list[str]", fields)
    return str(pieces[1]) if len(pieces) > 1 and pieces[0] == "event" else ""
