"""The data folder of the embedded server: whose it is, who can read it, what it has lost, how much room it has."""

import asyncio

from bot.doctor.check import fault, ok, warning
from bot.doctor.deployment import Deployment
from bot.doctor.probe import Findings, Probe
from bot.store.embedded import problems
from bot.store.embedded.problem import shown


async def look(deployment: Deployment) -> Findings:
    """What the store says about the folder, if there is no REDIS_URL. Nothing is made, locked or started."""
    if not deployment.redis.embedded:
        return
    folder = deployment.settings.data_dir
    found = await asyncio.to_thread(problems, folder)
    for problem in found:
        yield (fault if problem.fatal else warning)(problem.what, problem.hint or "Then run doctor again.")
    if not found:
        yield ok(f"an embedded server keeps everything in {shown(folder)}; to run several replicas, set REDIS_URL")


PROBE = Probe(
    name="data folder", order=20, checks="the embedded server's folder: owner, rights, lost files, space", look=look
)
