"""Calling Redis: one time limit over all attempts, and what it means if they fail.

A person who reads "I didn't do anything" must be able to rely on it. So the connection is made before anything is sent
on it: a call that fails until then, or that Redis refuses, was certainly not executed; all else is not known. Every
transaction is safe to replay, so it may be retried after a lost connection.

READONLY, MASTERDOWN and LOADING, and MOVED in a Cluster, mean that this is the wrong server now, as after a failover:
the pool closes all its connections, so that the next attempt looks the name up again.
"""

import asyncio
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from hashlib import sha1
from typing import TypeVar

import structlog
from redis.asyncio import Connection, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import AuthenticationError, NoScriptError, RedisError, ResponseError
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import TimeoutError as NoAnswerError

from bot.deletions.acknowledgement_deadline import Dependency, note_hung, waiting_for
from bot.domain.errors import CopiedError, MaybeRecordedError, NotRecordedError
from bot.observability.metrics import REDIS, RETRIES
from bot.observability.seldom import Seldom
from bot.observability.spans import Kind, Timed
from bot.store.schema import Keys
from bot.store.transaction import SCRIPT, Answer, SignedRequest, Transaction

_SLOW = 0.5  # seconds: a call takes a millisecond, and a person waits for several
TIME_LIMIT = 2.2  # seconds, for connecting and every attempt together: Slack waits 3
_WAIT_FOR_REPLICAS = 1_000  # milliseconds

# The codes of errors that come before the script's first write; Redis 6.2 puts them after a dash.
_REFUSED = re.compile(
    r"^UNCHANGED |(?:^|-)(?:READONLY|OOM|MISCONF|NOREPLICAS|LOADING|BUSY|MASTERDOWN|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|"
    r"NOPERM|NOAUTH|WRONGPASS) "
)
_WRONG_SERVER = re.compile(r"(?:^|-|^UNCHANGED )(?:READONLY|LOADING|MASTERDOWN|MOVED) ")
_NO_RIGHT = re.compile(r"run the '(?P<command>[^']+)' command")
_WHY = (
    ("OOM ", "Redis is out of memory: raise maxmemory, and keep maxmemory-policy noeviction"),
    ("NOPERM ", "the Redis user may not use the keys under this prefix: see the ACL in the README"),
    ("can't run this command", "the Redis user lacks a right: see the ACL in the README"),
    ("READONLY ", "this Redis is a read-only replica"),
    ("NOREPLICAS ", "Redis has too few replicas (min-replicas-to-write)"),
    ("MISCONF ", "Redis cannot save to its disk"),
    ("CLUSTERDOWN ", "the Redis cluster is down"),
    ("MOVED ", "this Redis is a node of a cluster, and another one has the keys: write REDIS_URL as redis+cluster://"),
    ("WRONGTYPE ", "a key has another kind than it should: someone else writes under this prefix"),
)
SIGNED: ContextVar[SignedRequest | None] = ContextVar("SIGNED", default=None)
"""The signed request that this work belongs to. The first transaction of each counts it (`bot.store.replays`)."""

_log = structlog.get_logger(__name__)
_Reply = TypeVar("_Reply")
_Call = Callable[["Calls"], Awaitable[_Reply]]


class Calls:
    """Commands on one connection, for as long as a call lasts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def command(self, *pieces: str | int) -> object:
        """One command and its reply."""
        await self._connection.send_command(*pieces)
        return await self._connection.read_response()

    async def pipeline(self, *commands: tuple[str | int, ...]) -> list[object]:
        """Several commands in one round trip; the first error among their replies is raised."""
        await self._connection.send_packed_command(self._connection.pack_commands(commands))
        replies: list[object] = []
        for _ in commands:  # every reply is read, or the connection's next user would get it
            try:
                replies.append(await self._connection.read_response())
            except ResponseError as error:
                replies.append(error)
        if (failed := next((reply for reply in replies if isinstance(reply, ResponseError)), None)) is not None:
            raise failed
        return replies


class RedisCalls:
    """Runs transactions and reads against one Redis.

    Args:
        client: what `bot.store.connection.connect` returns.
        keys: the keys under the bot's prefix.
        script: the transaction's script; tests plant bugs in it.
    """

    def __init__(self, client: Redis, keys: Keys, script: str = SCRIPT) -> None:
        self.keys = keys
        self._pool = client.connection_pool
        self._script = script
        self._sha = sha1(script.encode()).hexdigest()  # noqa: S324 - Redis's own name for a script
        self._retry = Retry(
            ExponentialBackoff(cap=0.4, base=0.05), 3, supported_errors=(ConnectionLost, _WrongServerError)
        )
        self._last_failure = ""
        self._seldom = Seldom()

    async def transact(self, transaction: Transaction, *, replicas: int = 0) -> tuple[Answer, int]:
        """Run a transaction.

        Args:
            transaction: what is to be done.
            replicas: how many replicas should hold it before this returns, or until a second has passed.

        Returns:
            The answer, and how many replicas are known to hold it.

        Raises:
            NotRecordedError: it was certainly not executed.
            MaybeRecordedError: nobody knows.
            CopiedError: this work belongs to a copy of a signed request, so nothing was done.
        """
        request = _uncounted()
        keys, plan = transaction.encoded(self.keys.done(transaction.token), request)

        async def call(calls: Calls) -> tuple[Answer, int]:
            answer = transaction.answer(await self._run_script(calls, keys, plan))
            return answer, await _replicated(calls, replicas) if replicas and answer.applied else 0

        answer, reached = await self._run(call, "EVALSHA", writing=transaction.writes)
        if answer.copied:
            raise CopiedError
        if request is not None:
            request.counted = True
        return answer, reached

    async def read(self, *hashes: str) -> Answer:
        """Read hashes and Redis's clock in one round trip. Raises as `transact` does."""
        answer, _ = await self.transact(Transaction(read=hashes))
        return answer

    async def count_request(self) -> None:
        """Count the signed request that this work belongs to, if that has not been done. Raises as `transact` does."""
        if _uncounted() is not None:
            await self.transact(Transaction())

    async def run(self, call: _Call[_Reply], command: str = "redis") -> _Reply:
        """Make a call that writes nothing; `command` is its name in a trace. Raises as `transact` does."""
        await self.count_request()
        return await self._run(call, command, writing=False)

    async def _run(self, call: _Call[_Reply], command: str, *, writing: bool) -> _Reply:
        """Make a call on a connection of its own; again from its start if that was lost."""
        unknown = False

        async def attempt() -> _Reply:
            nonlocal unknown
            connection = await self._pool.get_connection()
            if timed.traced:
                timed.note(_address(connection))
            clean = False
            try:
                reply = await call(Calls(connection))
            except ResponseError as error:
                clean = True
                unknown = unknown or (writing and not _refused(error))
                if _WRONG_SERVER.search(f"{_said(error)} "):
                    await self._pool.disconnect()
                    raise _WrongServerError(_said(error)) from error
                raise
            except (RedisError, OSError, asyncio.CancelledError):
                unknown = unknown or writing
                raise
            else:
                clean = True
                return reply
            finally:
                if clean:
                    await self._give_back(connection)
                else:
                    await asyncio.shield(connection.disconnect(nowait=True))
                    await asyncio.shield(self._pool.release(connection))

        with Timed(command, Kind.CLIENT, REDIS) as timed:
            timed.note({"db.system.name": "redis", "db.operation.name": command})
            timed.result = "unknown"
            try:
                with waiting_for(Dependency.STORAGE, writing=writing):
                    async with asyncio.timeout(TIME_LIMIT):
                        reply = await self._retry.call_with_retry(attempt, _go_on, is_retryable=_may_pass)
            except (RedisError, OSError) as failure:
                error = NoAnswerError(f"no answer within {TIME_LIMIT} s") if type(failure) is TimeoutError else failure
                why = self._note(error, unknown=unknown)
                timed.result = "unknown" if unknown else "failed"
                raise (MaybeRecordedError() if unknown else NotRecordedError(why)) from error
            timed.result = "ok"
        self._warn_if_slow(timed.seconds, writing=writing)
        self._last_failure = ""
        return reply

    async def _give_back(self, connection: Connection) -> None:
        """Release a connection. Seldom does that wait, so a task of its own, as for `shield`, is made only then."""
        try:
            await self._pool.release(connection)
        except asyncio.CancelledError:
            with suppress(KeyError):  # it has been released after all
                await asyncio.shield(self._pool.release(connection))
            raise

    def _warn_if_slow(self, took: float, *, writing: bool) -> None:
        """Log a call that people may have noticed; failures are logged separately."""
        if took > _SLOW:
            self._seldom.warn("redis is slow", "a write" if writing else "a read", took_ms=round(took * 1_000))

    async def _run_script(self, calls: Calls, keys: list[str], plan: str) -> list[object]:
        arguments: tuple[str | int, ...] = (self._sha, len(keys), *keys, plan)
        try:
            reply = await calls.command("EVALSHA", *arguments)
        except NoScriptError:
            await calls.command("SCRIPT", "LOAD", self._script)
            reply = await calls.command("EVALSHA", *arguments)
        return list(reply) if isinstance(reply, list) else []

    def _note(self, error: Exception, *, unknown: bool) -> str:
        """Log a failure once, not at every sweep for as long as it lasts. Returns what it means."""
        if isinstance(error, NoAnswerError):
            note_hung(Dependency.STORAGE, writing=unknown)
        said = _said(error)
        why = _meaning(said)
        if why != self._last_failure:
            _log.warning("redis failed", why=why, error=said, recorded="not known" if unknown else "no")
        self._last_failure = why
        return why


class _WrongServerError(RedisError):
    """The server is not the primary, or not ready."""


def _address(connection: Connection) -> dict[str, str | int]:
    """OpenTelemetry's attributes of the server; those of a Unix socket have only its path."""
    if isinstance(path := getattr(connection, "path", None), str):
        return {"server.address": path}
    return {"server.address": str(getattr(connection, "host", "")), "server.port": int(getattr(connection, "port", 0))}


def _uncounted() -> SignedRequest | None:
    request = SIGNED.get()
    return None if request is None or request.counted else request


async def _replicated(calls: Calls, replicas: int) -> int:
    try:
        reached = await calls.command("WAIT", replicas, _WAIT_FOR_REPLICAS)
    except ResponseError as error:  # no right to WAIT, or no longer the primary: what was recorded stays recorded
        _log.warning("redis cannot wait for replicas", why=str(error))
        return 0
    return reached if isinstance(reached, int) else 0


def _said(error: Exception) -> str:
    code = getattr(error, "status_code", None) or ""
    return f"{code} {error}".strip() or type(error).__name__


def _meaning(said: str) -> str:
    """What an error means, for the person who runs the bot."""
    if (lacking := _NO_RIGHT.search(said)) is not None:
        return f"the Redis user may not run {lacking['command'].upper()}: see the ACL in the README"
    return next((meaning for code, meaning in _WHY if code in said), said)


def _refused(error: Exception) -> bool:
    """Whether this is Redis's own word that it did not execute the script."""
    return _REFUSED.search(f"{_said(error)} ") is not None


def _may_pass(error: Exception) -> bool:
    """Whether trying again within the time limit can help: not against a wrong password or certificate."""
    untrusted = isinstance(error.__cause__, ssl.SSLCertVerificationError)
    return not isinstance(error, AuthenticationError) and not untrusted


async def _go_on(_error: Exception) -> None:
    """Nothing has to be cleaned up between attempts: each has its own connection."""
    RETRIES.labels("redis").inc()
