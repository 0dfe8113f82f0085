"""Whether Redis's clock has gone on evenly while bots watched it."""

from bot.doctor.check import ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.store.vitals import RedisVitals

_RECENT = 24 * 3_600_000  # ms for which a jump is worth a warning


async def look(deployment: Deployment) -> Findings:
    """The last jump that a bot has noticed."""
    found = await deployment.redis.read("clock jumps", lambda calls: RedisVitals(calls).read())
    if found.stepped_at and abs(found.now - found.stepped_at) < _RECENT:
        text = f"Redis's clock has jumped by {found.step / 1_000:.0f} s within the last day"
        yield warning(text, "What waited then got its whole time again. Let Redis's machine keep its time by NTP.")
    else:
        yield ok("no bot has seen Redis's clock jump within the last day")


PROBE = Probe(
    name="clock jumps", order=31, checks="whether Redis's clock has jumped while a bot was watching it", look=look
)
