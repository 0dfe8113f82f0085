"""Which storage this is, what its clock says, and what is pending in it."""

import json
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import cast

from bot.deletions.storage_ports import Vitals
from bot.domain.audit import Event, of_freeze
from bot.domain.data_loss import Instance, Remembered
from bot.domain.deletion import Deletion
from bot.domain.errors import BotError
from bot.domain.freeze import Freeze
from bot.domain.identity import BOT, SlackUser
from bot.domain.lifecycle import EventKind
from bot.store.codec import decode, decode_freeze, decode_freeze_change, encode_freeze
from bot.store.redis_calls import Calls, RedisCalls
from bot.store.transaction import Transaction, append, equals, put, put_time, schedule_in

_AT_ONCE = 100  # deletions, or checkpoints
_KNOWN = 20  # earlier IDs that are kept


class RedisVitals:
    """Implements `bot.deletions.storage_ports.StorageVitals`.

    Args:
        redis: runs the transactions.
    """

    def __init__(self, redis: RedisCalls) -> None:
        self._redis = redis
        self._keys = redis.keys

    async def read(self) -> Vitals:
        """See the port."""
        keys = self._keys
        answer = await self._redis.read(keys.instance, keys.checkpoint, keys.freeze)
        fields, checkpoint, freeze = answer.hashes
        number, digest = _number_and_hash(checkpoint.get("checkpoint", ""))
        change = decode_freeze_change(freeze)
        return Vitals(
            now=answer.now,
            instance=Instance(fields.get("id", ""), tuple(fields.get("follows", "").split()), number, digest),
            freeze=decode_freeze(freeze),
            freeze_spreads=change is not None and change.spreads,
            lost_at=int(fields.get("lost_at", "0")),
            step=int(fields.get("step", "0")),
            stepped_at=int(fields.get("stepped_at", "0")),
        )

    async def refuse_unused(self) -> None:
        """Make sure that this is the storage of a bot.

        Raises:
            BotError: nothing was ever kept here under this prefix, so it is probably another bot's, or nobody's.
            PersonError: Redis did not answer, or refused.
        """

        async def used(calls: Calls) -> int:
            return cast("int", await calls.command("EXISTS", self._keys.instance, self._keys.events))

        if not await self._redis.run(used):
            raise BotError(
                f"No bot has kept anything in this Redis under the prefix {self._keys.prefix}, so nothing was done. "
                "Check REDIS_URL, CODECHECK_DATA_DIR and CODECHECK_REDIS_PREFIX."
            )

    async def begin(self) -> str:
        """See the port."""
        made = secrets.token_hex(8)
        answer, _ = await self._redis.transact(
            Transaction(
                when=(equals(self._keys.instance, "id", ""),),
                effects=(put(self._keys.instance, {"id": made}),),
                read=(self._keys.instance,),
            )
        )
        return answer.hashes[0]["id"]

    async def checkpoint(self, number: int) -> str | None:
        """See the port."""
        before = "+"
        while batch := await self._checkpoints(before):
            for stream_id, text in batch:
                found, digest = _number_and_hash(text)
                if found <= number:
                    return digest if found == number else None
                before = f"({stream_id}"
        return None

    async def _checkpoints(self, before: str) -> list[tuple[str, str]]:
        async def call(calls: Calls) -> list[tuple[str, str]]:
            found = await calls.command("XREVRANGE", self._keys.checkpoints, before, "-", "COUNT", _AT_ONCE)
            entries = cast("list[tuple[str, list[str] | Mapping[str, str]]]", found)
            return [
                (stream_id, dict(fields).get("event", "") if isinstance(fields, Mapping) else fields[1])
                for stream_id, fields in entries
            ]

        return await self._redis.run(call)

    async def declare_lost(self, found: Vitals, remembered: Remembered, what: str) -> Freeze | None:
        """See the port."""
        keys, instance = self._keys, found.instance
        frozen = Freeze(SlackUser("", BOT), 0, what)
        follows = " ".join((*instance.follows, *filter(None, (remembered.id, instance.id)))[-_KNOWN:])
        noted = f"{remembered.number}:{remembered.hash}" if remembered.number else ""
        answer, _ = await self._redis.transact(
            Transaction(
                when=(equals(keys.instance, "id", instance.id),),
                effects=(
                    append(keys.events, Event(kind=EventKind.DATA_LOST, reason=what, upto=noted).text()),
                    append(keys.events, of_freeze(frozen).text()),
                    put(keys.instance, {"id": secrets.token_hex(8), "follows": follows}),
                    put_time(keys.instance, "lost_at", 0),
                    put(keys.freeze, encode_freeze(frozen)),
                    put_time(keys.freeze, "at", 0),
                ),
                read=(keys.freeze,),
            )
        )
        return decode_freeze(answer.hashes[0]) if answer.applied else None

    async def note_step(self, step: int) -> None:
        """See the port."""
        effects = (put(self._keys.instance, {"step": str(step)}), put_time(self._keys.instance, "stepped_at", 0))
        await self._redis.transact(Transaction(effects=effects))

    async def waiting(self) -> AsyncIterator[tuple[Deletion, int]]:
        """See the port."""
        all_members = await self._members()
        for start in range(0, len(all_members), _AT_ONCE):
            members = all_members[start : start + _AT_ONCE]
            answer = await self._redis.read(self._keys.freeze, *(self._keys.deletion(each) for each, _ in members))
            for (deletion_id, due), fields in zip(members, answer.hashes[1:], strict=True):
                try:
                    yield decode(deletion_id, fields, answer.now, answer.hashes[0]), due
                except (KeyError, ValueError):
                    continue  # the sweep sets it aside when it is due

    async def _members(self) -> list[tuple[str, int]]:
        async def call(calls: Calls) -> list[tuple[str, int]]:
            found = await calls.command("ZRANGE", self._keys.due, 0, -1, "WITHSCORES")
            pieces = cast("list[object]", found)
            if pieces and isinstance(pieces[0], list):  # RESP3 pairs them
                return [(str(member), int(float(score))) for member, score in cast("list[list[str]]", pieces)]
            return [(str(pieces[i]), int(float(str(pieces[i + 1])))) for i in range(0, len(pieces), 2)]

        return await self._redis.run(call)

    async def lease(self, deletion: Deletion, lasts: int) -> None:
        """See the port."""
        same = equals(self._keys.deletion(deletion.id), "version", str(deletion.version))
        await self._redis.transact(Transaction((same,), (schedule_in(self._keys.due, deletion.id, lasts),)))


def _number_and_hash(text: str) -> tuple[int, str]:
    """Of a checkpoint's text; 0 if there is none, or it cannot be read."""
    try:
        values = json.loads(text) if text else {}
        return int(values.get("number", 0)), str(values.get("hash", ""))
    except (ValueError, TypeError, AttributeError):
        return 0, ""
