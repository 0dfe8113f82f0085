"""How long Slack waits for a command and an action with their writes to Redis, beside `GET /healthz` of that server."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from itertools import cycle
from typing import NamedTuple, TypeVar

import aiohttp

from benchmarks.conversation import REVIEW
from benchmarks.payloads import Client, click, command
from benchmarks.rig import Rig, Subject
from benchmarks.spread import Spread, percentile
from codecheck_sandbox.slack.payloads import Payload

CLIENTS = (1, 32)
EACH = {1: 30, 32: 96}  # requests of each kind in a round, by the number of clients
_Item = TypeVar("_Item")
Post = Callable[[Client, Payload], Awaitable[float]]


class Prompt(NamedTuple):
    """Where a click goes."""

    user: str
    deletion_id: str
    ts: str


async def acknowledgements(rig: Rig, subjects: Mapping[str, Subject], rounds: int) -> list[dict[str, object]]:
    """Measure the programs in turn.

    Args:
        rig: where they are.
        subjects: the programs by how they are called in the results; `socket` uses Socket Mode.
        rounds: how often.
    """
    taken: dict[tuple[str, int, str], list[list[float]]] = defaultdict(list)
    for number in range(-1, rounds):  # the first is thrown away
        for clients in CLIENTS:
            for name, subject in subjects.items():
                for what, samples in (await _round(rig, subject, clients, socket=name == "socket")).items():
                    if number >= 0:
                        taken[name, clients, what].append(samples)
    return [_result(taken, *key) for key in taken]


async def _round(rig: Rig, subject: Subject, clients: int, *, socket: bool) -> dict[str, list[float]]:
    async def envelope(_: Client, payload: Payload) -> float:
        started = time.perf_counter()
        await rig.slack.sockets.deliver("slash_commands" if "command" in payload else "interactive", payload, at=0)
        return time.perf_counter() - started

    post = envelope if socket else Client.post
    async with open_clients(rig, (subject,), clients) as open_:
        healthz = await in_turn(open_, range(EACH[clients]), lambda client, _: client.healthz())
        commands, prompts = await request(rig, subject, open_, EACH[clients], post)
        actions = await review(rig, subject, open_, prompts, post)
    return {"healthz": healthz, "command": commands, "action": actions}


async def request(
    rig: Rig, subject: Subject, clients: Sequence[Client], count: int, post: Post = Client.post
) -> tuple[list[float], list[Prompt]]:
    """Request deletions, and wait for their prompts.

    Returns:
        The seconds that each took to be acknowledged, and the prompts. A request that was refused has none: on a busy
        machine, Slack may not say in time who somebody is.
    """
    asked = [(next(rig.people).id, task) for task in rig.new_tasks(count)]
    taken = await in_turn(
        clients, asked, lambda client, ask: post(client, command(f"delete {ask[1]}", ask[0], rig.channel.id))
    )
    prompts = [(user, await rig.prompted(subject, task)) for user, task in asked]
    return taken, [Prompt(user, *found) for user, found in prompts if found is not None]


async def review(
    rig: Rig, subject: Subject, clients: Sequence[Client], prompts: Sequence[Prompt], post: Post = Client.post
) -> list[float]:
    """Press the first button of each prompt, and wait until the second is shown. Returns the seconds that each took."""
    taken = await in_turn(
        clients,
        prompts,
        lambda client, at: post(client, click(REVIEW, at.deletion_id, at.user, rig.channel.id, at.ts)),
    )
    for prompt in prompts:
        await rig.confirmable(subject, prompt.deletion_id)
    return taken


async def in_turn(
    clients: Sequence[Client], items: Iterable[_Item], send: Callable[[Client, _Item], Awaitable[float]]
) -> list[float]:
    """Send something for each item, each client one at a time. Returns the seconds that each took."""
    left: Iterator[_Item] = iter(items)
    taken: list[float] = []

    async def work(client: Client) -> None:
        taken.extend([await send(client, item) for item in left])

    await asyncio.gather(*map(work, clients))
    return taken


@asynccontextmanager
async def open_clients(rig: Rig, subjects: Sequence[Subject], count: int) -> AsyncIterator[list[Client]]:
    """Clients with a connection each; those of several programs in turn."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        urls = cycle(subject.process.url for subject in subjects)
        yield [Client(session, next(urls), rig.slack.signing_secret) for _ in range(count)]


def _result(
    taken: Mapping[tuple[str, int, str], Sequence[Sequence[float]]], name: str, clients: int, what: str
) -> dict[str, object]:
    rounds = taken[name, clients, what]
    healthz = taken[name, clients, "healthz"]
    together = [sample for samples in rounds for sample in samples]
    return {
        "program": name,
        "clients": clients,
        "what": what,
        "p50_ms": asdict(Spread.of(percentile(each, 50) * 1_000 for each in rounds)),
        "p99_ms": round(percentile(together, 99) * 1_000, 3),
        "p99_over_p50": round(percentile(together, 99) / percentile(together, 50), 2),
        "over_healthz": asdict(
            Spread.of(percentile(mine, 50) / percentile(base, 50) for mine, base in zip(rounds, healthz, strict=True))
        ),
    }
