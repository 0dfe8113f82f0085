"""Whether the server is new enough."""

from bot.doctor.check import CannotTell, fault, ok
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe

_OLDEST = (6, 2)  # what the script needs


async def look(deployment: Deployment) -> Findings:
    """The version, by HELLO, which every user may run."""
    hello = await deployment.redis.hello()
    server, version = str(hello.get("server", "")), str(hello.get("version", ""))
    named = f"{server.capitalize()} {version}"
    numbers = version.split(".")
    if len(numbers) < len(_OLDEST) or not all(number.isdecimal() for number in numbers[:2]):
        raise CannotTell(f"the server calls itself {named}", "It must do what Redis 6.2 does.")
    if (int(numbers[0]), int(numbers[1])) < _OLDEST:
        yield fault(f"{named} is too old", "Take Redis 6.2, Valkey, or newer.")
    else:
        yield ok(named)


PROBE = Probe(name="Redis version", order=22, checks="whether the server is Redis 6.2, Valkey, or newer", look=look)
