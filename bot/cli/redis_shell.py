"""`ShellStore` on Redis: an operator at a shell goes through the bot's own stores, audit events included."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bot.cli.ports import Event, Frozen, Listed, ShellStore, ShellUser, Story
from bot.cli.storage import open_redis
from bot.domain.audit import Recorded
from bot.domain.deletion import Deletion
from bot.domain.freeze import Freeze
from bot.domain.identity import SHELL, SlackUser
from bot.domain.lifecycle import AWAITING_CONFIRMATION, LOOKED_INTO, State
from bot.domain.text import Text, Value
from bot.domain.timings import Timings
from bot.settings import StoreSettings
from bot.store.audit import RedisAuditLog
from bot.store.deletions import RedisDeletionStore
from bot.store.freeze import RedisFreeze
from bot.store.redis_calls import RedisCalls


@asynccontextmanager
async def open_shell_store(settings: StoreSettings) -> AsyncIterator[ShellStore]:
    """The store in Redis, until the end of the block."""
    async with open_redis(settings) as redis:
        yield RedisShell(redis)


class RedisShell:
    """Implements `bot.cli.ports.ShellStore`."""

    def __init__(self, redis: RedisCalls) -> None:
        self._freeze = RedisFreeze(redis)
        self._deletions = RedisDeletionStore(redis, Timings())
        self._audit = RedisAuditLog(redis)

    async def freeze(self, by: ShellUser, reason: str) -> tuple[Frozen, bool]:
        """See the port."""
        freeze, changed = await self._freeze.freeze(_as_user(by), reason)
        return _frozen(freeze), changed

    async def unfreeze(self, by: ShellUser) -> Frozen | None:
        """See the port."""
        freeze = await self._freeze.current()
        lifted = await self._freeze.unfreeze(_as_user(by))
        return _frozen(freeze) if lifted and freeze else None

    async def frozen(self) -> Frozen | None:
        """See the port."""
        freeze = await self._freeze.current()
        return _frozen(freeze) if freeze else None

    async def pending(self) -> Sequence[Listed]:
        """See the port."""
        pending = await self._deletions.pending()
        return [_listed(each) for each in sorted(pending.deletions, key=lambda each: each.requested_at)]

    async def show(self, deletion_id: str) -> Story | None:
        """See the port. The audit log keeps it longer than Redis keeps the deletion."""
        deletion = await self._deletions.read(deletion_id)
        events = [event async for event in self._audit.events() if event.get("deletion") == deletion_id]
        if deletion is None and not events:
            return None
        return Story(
            _listed(deletion) if deletion else _recorded(deletion_id, events),
            tuple(Event(event.at, _told(event)) for event in events),
        )


def _as_user(by: ShellUser) -> SlackUser:
    """How the audit log and a freeze name an operator at a shell. No Slack user has such an ID."""
    return SlackUser("", f"{SHELL}{by.name}@{by.host}")


def _frozen(freeze: Freeze) -> Frozen:
    return Frozen(_named(freeze.by.id), freeze.at, freeze.reason)


def _named(who: str) -> str:
    name, _, host = who.removeprefix(SHELL).rpartition("@")
    return str(ShellUser(name, host)) if who.startswith(SHELL) else who


def _listed(deletion: Deletion) -> Listed:
    lifecycle = deletion.lifecycle
    until = 0
    if deletion.state in AWAITING_CONFIRMATION:
        until = lifecycle.expires_at
    elif deletion.state is State.SCHEDULED:
        until = lifecycle.send_at
    elif deletion.state in LOOKED_INTO:
        until = lifecycle.verify_until
    return Listed(
        id=deletion.id,
        task_id=deletion.task_id,
        name=deletion.name,
        requester=deletion.requester.id,
        channel=deletion.channel,
        state=deletion.state,
        until=until,
    )


def _recorded(deletion_id: str, events: Sequence[Recorded]) -> Listed:
    """A deletion that Redis no longer keeps, rebuilt from its events: for each field the latest value counts."""
    last: dict[str, str] = {}
    for event in events:
        last |= {name: value for name in ("task", "name", "channel", "state") if (value := event.get(name))}
    return Listed(
        id=deletion_id,
        task_id=last.get("task", ""),
        name=last.get("name", ""),
        requester=events[0].get("who"),
        channel=last.get("channel", ""),
        state=last.get("state", "requested"),
    )


def _told(event: Recorded) -> Text:
    """What an event says, as a sentence."""
    values: dict[str, Value] = {
        "what": event.get("kind").replace("_", " "),
        "who": _named(event.get("who")),
        "reason": event.get("reason"),
        "status": event.get("status"),
        "http_status": event.get("http_status"),
    }
    if event.get("status") or event.get("http_status"):
        return Text("{what} by {who} (status: {status}, httpStatus: {http_status})", values)
    return Text("{what} by {who}: {reason}" if event.get("reason") else "{what} by {who}", values)
