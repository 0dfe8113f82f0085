"""Whether Redis's clock and this machine's agree: deadlines go by Redis's."""

from typing import cast

from bot.doctor import clocks
from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.store.redis_calls import Calls

_SEEN, _HARMFUL = 2.0, 60.0  # seconds
_HINT = "Keep both clocks in step by NTP."


async def look(deployment: Deployment) -> Findings:
    """Ask Redis for the time, and allow for the time that asking takes."""

    async def ask(calls: Calls) -> float:
        before = clocks.now()
        seconds, microseconds = cast("list[str]", await calls.command("TIME"))
        return int(seconds) + int(microseconds) / 1e6 - (before + clocks.now()) / 2

    ahead = await deployment.redis.run("clock", ask)
    text = clocks.apart(ahead, "Redis's", "this machine's")
    if abs(ahead) >= _HARMFUL:
        yield fault(f"{text}: prompts show times that are wrong", _HINT)
    elif abs(ahead) >= _SEEN:
        yield warning(text, _HINT)
    else:
        yield ok("it agrees with this machine's")


PROBE = Probe(name="Redis clock", order=26, checks="whether it agrees with this machine's", look=look)
