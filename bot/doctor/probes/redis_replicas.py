"""Whether there are as many replicas as `[redis] wait_replicas` waits for."""

from bot.doctor.check import CannotTell, fault, ok
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.store.redis_calls import Calls

_PATIENCE = 1_000  # milliseconds, as long as the bot waits


async def look(deployment: Deployment) -> Findings:
    """Count them by WAIT, which the bot's user may run; INFO it need not."""
    wanted = deployment.settings.redis.wait_replicas
    if not wanted:
        return

    async def ask(calls: Calls) -> object:
        return await calls.command("WAIT", wanted, _PATIENCE)

    there = await deployment.redis.run("replicas", ask)
    if not isinstance(there, int):
        raise CannotTell("the server does not count its replicas", "Look at INFO replication.")
    if there < wanted:
        yield fault(
            f"{wanted} are waited for, but {there} answered: every confirmation is reported as not safe yet",
            "Connect more replicas, or lower [redis] wait_replicas.",
        )
    else:
        yield ok(f"{there} answered, {wanted} are waited for")


PROBE = Probe(name="Redis replicas", order=25, checks="whether there are as many as wait_replicas says", look=look)
