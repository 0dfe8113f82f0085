"""Faults of what Redis keeps: frozen, lost, unreadable, forged."""

from pathlib import Path

from bot.domain.audit import Event
from bot.domain.data_loss import Remembered
from bot.domain.identity import SlackUser
from bot.domain.lifecycle import EventKind
from bot.store.memory import Memory, place_of
from bot.store.vitals import RedisVitals
from tests.doctor.deployed import PREFIX, Deployed
from tests.doctor.planted import FAULT, WARNING, planted

_RESTORE = "Restore a backup"


@planted(
    "Deletions are frozen",
    "freeze",
    WARNING,
    "deletions have been frozen since",
    "To let them go on: /codecheck unfreeze, or `codecheck-bot unfreeze`.",
)
async def _(here: Deployed) -> None:
    await here.rig.freezes.freeze(SlackUser("T01SANDBOX", "U01ALICE"), "release weekend")


@planted(
    "Deletions are frozen, and there are no admins",
    "freeze",
    FAULT,
    "and [allow] admins is empty",
    "To let them go on: `codecheck-bot unfreeze` at a shell.",
)
async def _(here: Deployed) -> None:
    await here.rig.freezes.freeze(SlackUser("T01SANDBOX", "U01ALICE"), "release weekend")
    here.toml["allow"]["admins"] = []


@planted(
    "Redis has lost everything",
    "stored data",
    WARNING,
    "Redis keeps nothing of the bot's",
    "If the bot was used before, restore a backup",
)
async def _(here: Deployed) -> None:
    await here.redis.flushall()


@planted("Redis has lost the audit log", "stored data", FAULT, "data are lost: the audit log is gone", _RESTORE)
async def _(here: Deployed) -> None:
    await here.redis.delete(here.keys.events)


@planted("Redis has lost a deletion", "stored data", FAULT, "data are lost: ", _RESTORE)
async def _(here: Deployed) -> None:
    deletion = await here.rig.requested("task-2")
    await here.redis.delete(here.keys.deletion(deletion.id))


@planted(
    "A deletion in Redis cannot be read",
    "stored data",
    FAULT,
    "deletions that cannot be read: ",
    "A newer version of the bot may have written it: run that version.",
)
async def _(here: Deployed) -> None:
    deletion = await here.rig.requested("task-2")
    await here.redis.hset(here.keys.deletion(deletion.id), "lifecycle", '{"state": "paused"}')


@planted(
    "Someone else writes under the bot's prefix",
    "stored data",
    FAULT,
    "keys of the wrong type: ",
    "set CODECHECK_REDIS_PREFIX to one of the bot's own.",
)
async def _(here: Deployed) -> None:
    await here.redis.set(here.keys.freeze, "no")


@planted(
    "An event of the audit log was removed",
    "audit log",
    FAULT,
    "does not fit the events that it seals",
    "Run `codecheck-bot audit verify`",
)
async def _(here: Deployed) -> None:
    await here.rig.audit.append(Event(kind=EventKind.REFUSED, who="U01BOB"))
    await here.rig.audit.seal()
    await here.redis.xtrim(here.keys.events, maxlen=1, approximate=False)
    last = (await here.rig.audit.following())[-1]
    await here.redis.xdel(here.keys.events, last.id)
    await here.rig.audit.append(Event(kind=EventKind.REFUSED, who="U01BOB"))


@planted(
    "Nothing seals the audit log",
    "audit log",
    WARNING,
    "1 event has not been sealed",
    "Start a bot: it seals them within seconds.",
)
async def _(here: Deployed) -> None:
    now = await here.rig.audit.now()
    await here.redis.xadd(here.keys.events, {"event": f'{{"at":{now - 90_000},"kind":"refused"}}'})


@planted(
    "Nothing trims the audit log",
    "audit log",
    WARNING,
    "but [record] retention_days is 1",
    "Start a bot: it trims every hour.",
)
async def _(here: Deployed) -> None:
    now = await here.rig.audit.now()
    await here.redis.delete(here.keys.events, here.keys.checkpoints, here.keys.checkpoint)
    old = now - 5 * 24 * 3_600_000
    await here.redis.xadd(here.keys.events, {"event": f'{{"at":{old},"kind":"refused"}}'}, id=f"{old}-0")
    await here.rig.audit.seal()
    here.toml["record"] = {"retention_days": 1}


@planted(
    "Someone else's list stands where the audit log should be",
    "audit log",
    WARNING,
    "cannot tell: Redis refused (WRONGTYPE",
    "See Redis.",
)
async def _(here: Deployed) -> None:
    await here.redis.delete(here.keys.events)
    await here.redis.lpush(here.keys.events, "an item")


@planted(
    "The last checkpoint was forged",
    "audit log",
    FAULT,
    "checkpoint 2 does not fit the events that it seals",
    "Run `codecheck-bot audit verify`",
)
async def _(here: Deployed) -> None:
    await here.rig.audit.append(Event(kind=EventKind.REFUSED, who="U01BOB"))
    await here.rig.audit.seal()
    kept = await here.redis.execute_command("XREVRANGE", here.keys.checkpoints, "+", "-")
    at, fields = kept[0]
    await here.redis.xdel(here.keys.checkpoints, at)
    forged = str(fields["event"]).replace('"events":2', '"events":3')
    await here.redis.xadd(here.keys.checkpoints, {"event": forged}, id=f"{int(at.partition('-')[0]) + 1}-0")


async def _seen(here: Deployed) -> None:
    """Let a bot on this machine have seen Redis as it is now."""
    vitals = RedisVitals(here.rig.calls)
    await vitals.begin()
    found = (await vitals.read()).instance
    folder = Path(here.environ["CODECHECK_DATA_DIR"])
    folder.mkdir(mode=0o700)
    memory = Memory(folder, place_of(here.environ["REDIS_URL"], PREFIX))
    await memory.keep(Remembered(found.id, found.number, found.hash))


@planted(
    "Redis has lost everything since a bot on this machine saw it",
    "lost data",
    FAULT,
    "Redis has lost all its data, requests and any freeze included",
    "A bot that starts with this freezes deletions until an admin lifts the freeze.",
)
async def _(here: Deployed) -> None:
    await _seen(here)
    await here.redis.flushall()


@planted(
    "Redis is behind what a bot on this machine saw (an old backup, say)",
    "lost data",
    FAULT,
    "Redis has lost its latest data: it was at checkpoint 1, now at 0",
    "A bot that starts with this freezes deletions until an admin lifts the freeze.",
)
async def _(here: Deployed) -> None:
    await _seen(here)
    await here.redis.delete(here.keys.checkpoint)


@planted(
    "A loss of data was noticed before",
    "lost data",
    WARNING,
    "a loss of data was noticed before",
    "See `codecheck-bot audit export` for what it said.",
)
async def _(here: Deployed) -> None:
    vitals = RedisVitals(here.rig.calls)
    await vitals.begin()
    await vitals.declare_lost(await vitals.read(), Remembered("another"), "everything is lost")
