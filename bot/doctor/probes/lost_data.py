"""Whether Redis still is the storage that a bot on this machine last saw: the same, and not behind it."""

from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.domain.data_loss import Remembered, loss
from bot.domain.text import Text
from bot.store.memory import Memory, place_of
from bot.store.redis_calls import RedisCalls
from bot.store.vitals import RedisVitals


async def look(deployment: Deployment) -> Findings:
    """Compare it with what a bot has noted beside the data folder, as the bot itself does; note nothing."""
    settings = deployment.settings
    url = settings.redis_url.get_secret_value() if settings.redis_url else ""
    remembered = Memory(settings.data_dir, place_of(url, settings.redis_prefix)).remembered

    async def compare(calls: RedisCalls) -> tuple[Text | None, bool]:
        return await _compare(RedisVitals(calls), remembered)

    lost, declared = await deployment.redis.read("lost data", compare)
    if lost is not None:
        yield fault(
            str(lost).replace("My storage", "Redis").rstrip("."),
            "Restore a backup. A bot that starts with this freezes deletions until an admin lifts the freeze.",
        )
    elif declared:
        yield warning("a loss of data was noticed before", "See `codecheck-bot audit export` for what it said.")
    elif remembered is None:
        yield ok("no bot on this machine has seen this Redis yet, so there is nothing to compare")
    else:
        yield ok("it is what a bot on this machine last saw")


async def _compare(vitals: RedisVitals, remembered: Remembered | None) -> tuple[Text | None, bool]:
    """What has been lost since, and whether an earlier loss is known."""
    found = await vitals.read()
    hash_now = await vitals.checkpoint(remembered.number) if remembered is not None and remembered.number else None
    return loss(remembered, found.instance, hash_now), bool(found.lost_at)


PROBE = Probe(name="lost data", order=31, checks="whether Redis is still what a bot here last saw", look=look)
