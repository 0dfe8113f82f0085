"""`DeletionStore` on Redis: what each write requires and does, as values of `bot.store.transaction`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import cast

import structlog

from bot.deletions.ports import Change, ConflictError, Hold, NewDeletion, Pending, PendingIds, Rest, Then
from bot.domain.audit import Event, of_deletion
from bot.domain.deletion import Deletion, Lifecycle, ResponseUrl
from bot.domain.errors import NotRecordedError, NotReplicatedError
from bot.domain.lifecycle import EventKind, Requirement, State
from bot.domain.rate_limits import HOUR, Limits
from bot.domain.timings import Timings
from bot.observability.spans import part_of
from bot.store.codec import (
    decode,
    decode_freeze,
    decode_response_url,
    encode,
    encode_progress,
    encode_response_url,
    freeze_of,
)
from bot.store.listing import Listing
from bot.store.redis_calls import Calls, RedisCalls
from bot.store.requirements import CONDITIONS, Counters
from bot.store.transaction import (
    Answer,
    Condition,
    Effect,
    Transaction,
    append,
    equals,
    expire,
    hold,
    missing,
    put,
    put_time,
    release,
    schedule,
    schedule_in,
    set_for,
    unschedule,
)

RESPONSE_URL_LIFE = 30 * 60_000  # Slack's own limit
_HANDOVERS = 5  # of a task, while one request for it is being recorded: never seen, but no reason to spin
_REPLICATED = frozenset(
    {
        EventKind.CONFIRMED,
        EventKind.WITHDRAWN,
        EventKind.GLASS_BROKEN,
        EventKind.CANCELLED,
        EventKind.DECLINED,
        EventKind.STOPPED,
    }
)

_UNLOGGED = frozenset({"kind", "team", "reason", "name"})

_log = structlog.get_logger(__name__)


class RedisDeletionStore:
    """Implements `bot.deletions.ports.DeletionStore`.

    Args:
        redis: runs the transactions.
        timings: leases, the time to confirm, and how long an ended deletion is kept.
        limits: how many second confirmations an hour takes.
        wait_replicas: how many replicas must hold a second confirmation or a cancellation.
    """

    def __init__(
        self, redis: RedisCalls, timings: Timings, limits: Limits | None = None, *, wait_replicas: int = 0
    ) -> None:
        self._redis = redis
        self._keys = redis.keys
        self._timings = timings
        self._counters = Counters(redis.keys, limits or Limits())
        self._listing = Listing(redis)
        self._wait_replicas = wait_replicas

    async def request(self, new: NewDeletion) -> tuple[Deletion, bool]:
        """See the port."""
        ttl = new.ttl or self._timings.ttl
        deletion = Deletion(
            id=new.id,
            task_id=new.task_id,
            requester=new.requester,
            operator=new.operator,
            channel=new.channel,
            reason=new.reason,
            safeguards=new.safeguards,
            lifecycle=Lifecycle(state=State.REQUESTED, expires_at=0, ttl=ttl),
            shown=new.shown,
            version=1,
            traceparent=new.traceparent,
        )
        key, task = self._keys.deletion(new.id), self._keys.task(new.task_id)
        transaction = Transaction(
            when=(missing(task), missing(key), equals(self._keys.freeze, "on", "")),
            effects=(
                append(self._keys.events, of_deletion(deletion, EventKind.REQUESTED, new.requester).text()),
                put(key, encode(deletion)),
                put_time(key, "requested_at", 0),
                put_time(key, "expires_at", ttl),
                hold(task, new.id),
                schedule_in(self._keys.due, new.id, self._timings.talk_lease),
            ),
            read=(key, self._keys.freeze),
        )
        for _ in range(_HANDOVERS):
            answer, _replicas = await self._redis.transact(transaction)
            if answer.applied or answer.failed == transaction.when[1]:  # the second: a late copy of what was recorded
                recorded = self._decoded(new.id, answer)
                _log_event(of_deletion(recorded, EventKind.REQUESTED, new.requester))
                return recorded, recorded.version == 1  # else another replica has taken it over
            if answer.failed == transaction.when[2]:
                raise ConflictError(Requirement.NOT_FROZEN, None, freeze=decode_freeze(answer.hashes[1]))
            other = await self.read(answer.said)
            if other is not None and not other.ended:
                return other, False
            await self._redis.transact(Transaction(effects=(release(task, answer.said),)))  # it has vanished
        raise NotRecordedError("the task changed hands too often")

    async def read(self, deletion_id: str) -> Deletion | None:
        """See the port."""
        answer = await self._redis.read(self._keys.deletion(deletion_id), self._keys.freeze)
        return self._decoded(deletion_id, answer) if answer.hashes[0] else None

    async def commit(self, change: Change) -> Deletion:
        """See the port."""
        before_it = change.before
        key = self._keys.deletion(before_it.id)
        written = replace(change.after, version=before_it.version + 1)
        effects: list[Effect] = []
        if change.event is not None:
            effects.append(append(self._keys.events, change.event.text()))
        effects.append(put(key, encode_progress(written)))
        if change.confirmable_in is not None:
            effects.append(put_time(key, "confirmable_at", change.confirmable_in))
        effects += self._then(written, change.then)
        if written.ended:
            effects.append(release(self._keys.task(written.task_id), written.id))
        if Requirement.WITHIN_LIMITS in change.requires:
            effects += self._counters.effects(written)
        conditions = list(self._conditions(before_it, change.requires))
        transaction = Transaction(
            when=tuple(condition for _, condition in conditions),
            effects=tuple(effects),
            read=(key, self._keys.freeze),
        )
        replicas = self._wait_replicas if change.event is not None and change.event.kind in _REPLICATED else 0
        answer, reached = await self._redis.transact(transaction, replicas=replicas)
        if not answer.applied:
            raise await self._conflict(before_it, conditions, answer)
        if change.event is not None:
            _log_event(change.event)
        if reached < replicas:
            raise NotReplicatedError(replicas, reached)
        if change.confirmable_in is not None:
            recorded = int(answer.hashes[0]["confirmable_at"])  # after a replay that is earlier than `answer.now` says
            dwelled = replace(written.lifecycle, confirmable_at=recorded)
            written = replace(written, lifecycle=dwelled)
        return replace(written, read_at=answer.now, freeze=freeze_of(written.lifecycle, answer.hashes[1]))

    def _then(self, deletion: Deletion, then: Then) -> Iterable[Effect]:
        """When it is due again, if it is."""
        match then:
            case Hold():
                yield schedule_in(self._keys.due, deletion.id, self._lease(deletion.state))
            case Rest(until):
                yield schedule(self._keys.due, deletion.id, until)
            case _:
                yield unschedule(self._keys.due, deletion.id)
                yield expire(self._keys.deletion(deletion.id), self._timings.retention)

    def _conditions(
        self, deletion: Deletion, requires: Iterable[Requirement]
    ) -> Iterable[tuple[Requirement, Condition]]:
        for requirement in (Requirement.SAME_VERSION, *requires):
            if requirement is Requirement.WITHIN_LIMITS:
                for counted in self._counters.conditions(deletion):
                    yield requirement, counted
            else:
                yield requirement, CONDITIONS[requirement](self._keys, deletion)

    async def _conflict(
        self, deletion: Deletion, conditions: Sequence[tuple[Requirement, Condition]], answer: Answer
    ) -> ConflictError:
        """Which requirement failed, and what is there now."""
        requirement, failed = next(pair for pair in conditions if pair[1] == answer.failed)
        latest = self._decoded(deletion.id, answer) if answer.hashes[0] else None
        limit = None
        if requirement is Requirement.WITHIN_LIMITS:
            who, limit = self._counters.reached(deletion, failed, answer)
            burst = self._keys.burst(who)
            first, _ = await self._redis.transact(
                Transaction(when=(missing(burst),), effects=(set_for(burst, deletion.id, HOUR),))
            )
            limit = replace(limit, first=first.applied)
        return ConflictError(requirement, latest, freeze=decode_freeze(answer.hashes[1]), limit=limit)

    async def restore(self, deletion: Deletion, event: Event) -> Deletion:
        """See the port."""
        key = self._keys.deletion(deletion.id)
        restored = replace(deletion, version=deletion.version + 1)
        answer, _ = await self._redis.transact(
            Transaction(
                when=(missing(key),),
                effects=(
                    append(self._keys.events, event.text()),
                    put(key, {**encode(restored), "requested_at": str(deletion.requested_at)}),
                    schedule_in(self._keys.due, deletion.id, self._lease(deletion.state)),
                ),
                read=(key, self._keys.freeze),
            )
        )
        if not answer.applied:
            raise ConflictError(Requirement.SAME_VERSION, self._decoded(deletion.id, answer))
        _log_event(event)
        return replace(restored, read_at=answer.now)

    async def take_due(self, except_for: Collection[str] = (), by: int | None = None) -> list[Deletion]:
        """See the port."""
        found = await self._listing.due(except_for, by)
        return [held for deletion in found if (held := await self._take(deletion)) is not None]

    async def _take(self, deletion: Deletion) -> Deletion | None:
        """Take one over that is due; None if another replica was first."""
        lifecycle, event = deletion.lifecycle, None
        if deletion.state is State.EXECUTING and lifecycle.called_at:  # interrupted
            lifecycle = replace(lifecycle, calls=lifecycle.calls + 1)
            event = of_deletion(deletion, EventKind.TAKEN_OVER)
        taken = replace(deletion, lifecycle=lifecycle)
        with part_of(deletion.traceparent):
            try:
                return await self.commit(Change(deletion, taken, event, (Requirement.DUE,)))
            except ConflictError:
                return None

    async def pending(self) -> Pending:
        """See the port."""
        return await self._listing.pending()

    async def pending_ids(self) -> PendingIds:
        """See the port."""
        return await self._listing.pending_ids()

    async def several(self, ids: Sequence[str]) -> list[Deletion]:
        """See the port."""
        return await self._listing.several(ids)

    async def unclosed(self) -> list[Deletion]:
        """All that have not ended, or whose end has not been announced everywhere; at most the first 500."""
        return await self._listing.unclosed()

    async def keep_response_url(self, deletion_id: str, response_url: ResponseUrl) -> None:
        """See the port."""
        key, value = self._keys.response_url(deletion_id), encode_response_url(response_url)
        await self._redis.transact(Transaction(effects=(set_for(key, value, RESPONSE_URL_LIFE),)))

    async def response_url(self, deletion_id: str) -> ResponseUrl | None:
        """See the port."""

        async def call(calls: Calls) -> str | None:
            return cast("str | None", await calls.command("GET", self._keys.response_url(deletion_id)))

        value = await self._redis.run(call, "GET")
        return decode_response_url(value) if value else None

    def _decoded(self, deletion_id: str, answer: Answer) -> Deletion:
        try:
            return decode(deletion_id, answer.hashes[0], answer.now, answer.hashes[1])
        except (KeyError, ValueError) as error:
            _log.error("deletion unreadable", deletion=deletion_id, error=answer.hashes[0].get("") or repr(error))
            raise NotRecordedError("deletion unreadable, perhaps written by a newer version") from error

    def _lease(self, state: State) -> int:
        return self._timings.call_lease if state is State.EXECUTING else self._timings.talk_lease


def _log_event(event: Event) -> None:
    """One line in the log for each event of a deletion, once it is recorded; what people wrote stays out of it."""
    _log.info(f"deletion {event.kind}", **{name: value for name, value in event.known.items() if name not in _UNLOGGED})
