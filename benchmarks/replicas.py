"""One to four replicas on one Redis."""

from collections.abc import Mapping

from benchmarks.acknowledgements import open_clients, request, review
from benchmarks.rig import Rig, Subject
from benchmarks.spread import cpu_seconds, percentile

REPLICAS = (1, 2, 4)
_CLIENTS = 8
_REQUESTS = 120


async def replicas(rig: Rig, service: Mapping[str, str]) -> list[dict[str, float]]:
    """Commands, then clicks, each spread over the replicas in turn.

    Args:
        rig: where they run.
        service: the environment that leads them to the service.
    """
    running: list[Subject] = []
    results = []
    for count in REPLICAS:
        while len(running) < count:
            running.append(await rig.start("replica", environ=service))
        cpu = sum(cpu_seconds(each.process.pid) for each in running)
        async with open_clients(rig, running, _CLIENTS) as clients:
            commands, prompts = await request(rig, running[0], clients, _REQUESTS)
            actions = await review(rig, running[0], clients, prompts)
        cpu = sum(cpu_seconds(each.process.pid) for each in running) - cpu
        results.append(
            {
                "replicas": count,
                "command_p50_ms": round(percentile(commands, 50) * 1_000, 2),
                "action_p50_ms": round(percentile(actions, 50) * 1_000, 2),
                "cpu_ms_each": round(cpu / _REQUESTS * 1_000, 2),
            }
        )
    return results
