"""Whether the storage is still the one that it was, with all its data, and its clock has gone on evenly."""

from bot.deletions.storage_watch import what_is_lost
from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.store.memory import Memory
from bot.store.redis_calls import RedisCalls
from bot.store.vitals import RedisVitals

_RECENT = 24 * 3_600_000  # ms for which a jump is worth a warning


async def look(deployment: Deployment) -> Findings:
    """What has been lost, whether or not a bot has noticed it, and how the clock has jumped."""
    memory = Memory.of(deployment.settings)

    async def read(calls: RedisCalls) -> tuple[str, int, int]:
        vitals = RedisVitals(calls)
        found = await vitals.read()
        lost = await what_is_lost(vitals, found, memory.remembered)
        recent = bool(found.stepped_at) and abs(found.now - found.stepped_at) < _RECENT
        return str(lost or ""), found.lost_at, found.step if recent else 0

    lost, lost_at, step = await deployment.redis.read("storage", read)
    if lost:
        yield fault(lost.removeprefix("My "), "Restore it from a backup; a bot that runs freezes deletions meanwhile.")
    elif lost_at:
        yield warning("it has lost data before", "`codecheck-bot audit verify` says what. End the freeze, if it holds.")
    else:
        yield ok("it has lost nothing that the bot knows of")
    if step:
        yield warning(f"its clock has jumped by {step / 1_000:.0f} s", "Let its machine keep its time by NTP.")


PROBE = Probe(
    name="storage", order=31, checks="whether the storage has lost data, or its clock has jumped lately", look=look
)
