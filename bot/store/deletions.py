"""`DeletionStore` on Redis: one script for each transition, whose semantics stand at its head (`*.lua`).

Replay: each write leaves a token in the hash (`holder`), the request its ID, a click the click's token, everything else
one of its own. A script that finds its own token has been executed before: it changes nothing and answers the same.
Every write raises the epoch, so a late copy of a writer's earlier write is fenced as a stranger's would be.
A claim whose reply is lost is the exception: nobody holds what it took until the lease is over.
"""

import secrets
from dataclasses import replace

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from bot.deletions.ports import NewDeletion
from bot.domain.brakes import Limits
from bot.domain.deletion import ENDS, Deletion, Prompt, ResponseUrl, State
from bot.domain.errors import BrakedError, FencedError, NotRecordedError, NotReplicatedError
from bot.domain.identity import SlackUser
from bot.domain.next_step import Timings
from bot.domain.record import What, of_act, of_progress, of_take_over
from bot.store.attempts import Attempts
from bot.store.brakes import read_burst, read_freeze
from bot.store.codec import (
    decode,
    decode_response_url,
    encode,
    encode_progress,
    encode_prompt,
    encode_response_url,
    encode_user,
    flat,
    paired,
)
from bot.store.keys import Keys
from bot.store.scripts import Scripts, load_scripts

RESPONSE_URL_LIFE = 30 * 60_000  # Slack's own limit
_CANDIDATES = 8  # other replicas may take some of them first
_CHANGES_OF_HANDS = 5  # of a task, while one request for it is being recorded: never seen, but no reason to spin
_WAIT = 1_000  # milliseconds for replicas to catch up
_SECOND_CONFIRMATIONS = frozenset({State.EXECUTING, State.SCHEDULED})  # these a freeze and the limits stop
_REPLICATED = _SECOND_CONFIRMATIONS | {State.CANCELLED}
_FROZEN, _TOO_MANY = -1, -2  # what advance.lua answers
_PENDING = 500  # deletions that can be listed

_log = structlog.get_logger(__name__)


class RedisDeletionStore:
    """Implements `bot.deletions.ports.DeletionStore`.

    Args:
        client: what `bot.store.connection.connect` gives.
        prefix: what every key begins with, before a colon.
        timings: leases, the time to confirm, and how long an ended deletion is kept.
        wait_replicas: how many replicas must hold a second confirmation or a cancel.
        limits: how many second confirmations an hour takes.
        scripts: the scripts; tests plant bugs in them.
    """

    def __init__(  # noqa: PLR0913 - all but one are named by the caller
        self,
        client: Redis,
        *,
        prefix: str,
        timings: Timings,
        wait_replicas: int = 0,
        limits: Limits | None = None,
        scripts: Scripts | None = None,
    ) -> None:
        self._attempts = Attempts(client)
        self._keys = Keys(prefix)
        self._timings = timings
        self._wait_replicas = wait_replicas
        self._limits = limits or Limits()
        scripts = scripts or load_scripts()
        self._request = client.register_script(scripts.request)
        self._load = client.register_script(scripts.load)
        self._advance = client.register_script(scripts.advance)
        self._due = client.register_script(scripts.due)
        self._claim = client.register_script(scripts.claim)
        self._save = client.register_script(scripts.save)

    async def request(self, new: NewDeletion) -> tuple[Deletion, bool]:
        """See the port. The ID is the token."""
        blank = Deletion(
            id=new.id,
            task_id=new.task_id,
            requester=new.requester,
            operator=new.operator,
            channel=new.channel,
            state=State.REQUESTED,
            requested_at=0,  # these two by Redis's clock
            expires_at=0,
        )
        told = of_act(blank, State.REQUESTED, new.requester).told()
        args: list[str | int] = [self._timings.ttl, self._timings.talk_lease, told, *flat(encode(blank))]

        async def operation(connection: Redis) -> tuple[Deletion, bool]:
            believed = new.id
            for _ in range(_CHANGES_OF_HANDS):
                keys = [
                    self._keys.deletion(new.id),
                    self._keys.task(new.task_id),
                    self._keys.due,
                    self._keys.deletion(believed),
                    self._keys.freeze,
                    *self._record,
                ]
                found, now, pairs = await self._request(keys, [new.id, believed, *args], connection)
                if not found:
                    raise BrakedError(read_freeze(paired(pairs)))
                if pairs:
                    fields = paired(pairs)
                    return decode(found, fields, now), found == new.id and fields["holder"] == new.id
                believed = found
            raise NotRecordedError

        return await self._attempts.run(operation)

    async def load(self, deletion_id: str) -> Deletion | None:
        """See the port."""

        async def operation(connection: Redis) -> Deletion | None:
            now, pairs = await self._load([self._keys.deletion(deletion_id)], [], connection)
            return decode(deletion_id, paired(pairs), now) if pairs else None

        return await self._attempts.run(operation)

    async def advance(  # noqa: PLR0913 - as the port
        self,
        deletion: Deletion,
        to: State,
        *,
        token: str,
        by: SlackUser | None = None,
        grace: int = 0,
        prompt: Prompt | None = None,
    ) -> tuple[Deletion, bool]:
        """See the port."""
        by = by or deletion.requester
        person = f"{deletion.requester.team}/{deletion.requester.id}"
        keys = [*self._keys_of(deletion), self._keys.freeze]
        keys += [key(whose) for key in (self._keys.hour, self._keys.burst) for whose in ("everybody", person)]
        args: list[str | int] = [
            deletion.id,
            deletion.state,
            to,
            int(to in ENDS),
            token,
            self._lease(to),
            encode_prompt(prompt),
            of_act(deletion, to, by).told(),
            int(to in _SECOND_CONFIRMATIONS),
            self._limits.per_hour,
            self._limits.per_hour_per_person,
            encode_user(by),
            grace,
        ]

        async def operation(connection: Redis) -> tuple[Deletion, bool]:
            won, now, pairs = await self._advance(keys, args, connection)
            if won == _FROZEN:
                raise BrakedError(read_freeze(paired(pairs)))
            if won == _TOO_MANY:
                raise BrakedError(read_burst(paired(pairs), deletion.requester))
            if won and to in _REPLICATED:
                await self._wait_for_replicas(connection)
            if not pairs:
                return replace(deletion, state=State.EXPIRED, seen_at=now), False
            return decode(deletion.id, paired(pairs), now), bool(won)

        return await self._attempts.run(operation)

    async def _wait_for_replicas(self, connection: Redis) -> None:
        """Wait until enough replicas hold what was written on `connection`."""
        if not self._wait_replicas:
            return
        try:
            reached = await connection.wait(self._wait_replicas, _WAIT)
        except ResponseError as error:  # no right to WAIT, or no longer the primary: what was recorded stays recorded
            _log.warning("Redis cannot wait for replicas", why=str(error))
            reached = 0
        if reached < self._wait_replicas:
            raise NotReplicatedError(self._wait_replicas, reached)

    async def claim(self) -> Deletion | None:
        """See the port. Finding what is due and taking it are two scripts, since a script's keys must be declared."""

        async def operation(connection: Redis) -> Deletion | None:
            for deletion_id in await self._due([self._keys.due], [_CANDIDATES], connection):
                keys = [self._keys.deletion(deletion_id), self._keys.due, *self._record]
                leases = [self._timings.call_lease, self._timings.talk_lease]
                told = of_take_over(deletion_id).told()
                now, pairs = await self._claim(keys, [deletion_id, _token(), *leases, told], connection)
                if not pairs:
                    continue  # another replica took it first
                try:
                    return decode(deletion_id, paired(pairs), now)
                except (KeyError, ValueError) as error:  # its lease keeps it from standing in the way of the others
                    _log.error("a deletion cannot be read", deletion=deletion_id, why=repr(error))
            return None

        return await self._attempts.run(operation)

    async def pending(self) -> list[Deletion]:
        """See the port."""

        async def operation(connection: Redis) -> list[Deletion]:
            found = []
            for deletion_id in map(str, await connection.zrange(self._keys.due, 0, _PENDING - 1)):
                now, pairs = await self._load([self._keys.deletion(deletion_id)], [], connection)
                if pairs:
                    found.append(decode(deletion_id, paired(pairs), now))
            return [deletion for deletion in found if not deletion.ended]

        return await self._attempts.run(operation)

    async def hold(self, deletion: Deletion, what: What | None = None) -> Deletion:
        """See the port."""
        now, epoch = await self._write(deletion, lease=self._lease(deletion.state), what=what)
        return replace(deletion, seen_at=now, epoch=epoch)

    async def rest(self, deletion: Deletion, until: int) -> None:
        """See the port."""
        await self._write(deletion, rest_until=until)

    async def close(self, deletion: Deletion) -> None:
        """See the port."""
        await self._write(deletion)

    async def _write(
        self, deletion: Deletion, *, lease: int = 0, rest_until: int = 0, what: What | None = None
    ) -> tuple[int, int]:
        """Write `deletion`; with neither a lease nor a time to rest until, close it. Returns the time and its epoch."""
        closed = not lease and not rest_until
        args: list[str | int] = [
            deletion.id,
            deletion.epoch,
            _token(),
            lease,
            rest_until,
            int(deletion.ended or closed),
            self._timings.retention,
            of_progress(deletion, what).told(),
            int(what is not None),
            int(what is What.SENT_AGAIN or (deletion.state is State.EXECUTING and deletion.calls == 1)),
            *flat(encode_progress(deletion)),
        ]
        keys = [*self._keys_of(deletion), self._keys.freeze]

        async def operation(connection: Redis) -> tuple[int, int, int]:
            written, now, epoch = await self._save(keys, args, connection)
            if written == _FROZEN:
                raise BrakedError(read_freeze(paired(epoch)))
            return written, now, epoch

        written, now, epoch = await self._attempts.run(operation)
        if not written:
            raise FencedError(f"epoch {deletion.epoch} of {deletion.id} is no longer the latest")
        return now, epoch

    async def keep_response_url(self, deletion_id: str, response_url: ResponseUrl) -> None:
        """See the port."""
        key, value = self._keys.response_url(deletion_id), encode_response_url(response_url)

        async def operation(connection: Redis) -> None:
            await connection.set(key, value, px=RESPONSE_URL_LIFE)

        await self._attempts.run(operation)

    async def response_url(self, deletion_id: str) -> ResponseUrl | None:
        """See the port."""

        async def operation(connection: Redis) -> ResponseUrl | None:
            value = await connection.get(self._keys.response_url(deletion_id))
            return decode_response_url(value) if value else None

        return await self._attempts.run(operation)

    def _keys_of(self, deletion: Deletion) -> list[str]:
        return [self._keys.deletion(deletion.id), self._keys.due, self._keys.task(deletion.task_id), *self._record]

    @property
    def _record(self) -> list[str]:
        return [self._keys.record, self._keys.head]

    def _lease(self, state: State) -> int:
        return self._timings.call_lease if state is State.EXECUTING else self._timings.talk_lease


def _token() -> str:
    return secrets.token_urlsafe(12)
