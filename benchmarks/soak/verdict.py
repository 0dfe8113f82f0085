"""What came of it: every conversation, the audit log, what is left in Redis, and what the processes took."""

import asyncio
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from redis.asyncio import Redis

from benchmarks.soak.ending import Ended, faults_of
from benchmarks.soak.resources import Process
from benchmarks.soak.scene import PREFIX, Scene
from benchmarks.soak.traffic import Traffic
from bot.domain.deletion import Deletion
from bot.domain.lifecycle import State
from bot.domain.timings import Timings
from bot.store.deletions import RedisDeletionStore
from bot.store.redis_calls import RedisCalls
from bot.store.schema import Keys
from tests.audit.agreement import check_agreement

_CLOSED = 90.0  # seconds until nothing may be due any more
_KEYS = Keys(PREFIX)


@dataclass(slots=True)
class Verdict:
    """What came of a soak.

    Args:
        ended: every conversation that ended, by task.
        states: the states of each task's deletions in Redis.
        wrong: what is wrong, in sentences.
        stories: of the conversations that went wrong.
        counted: the faults, by name.
        processes: those that lived, by name.
        seconds: how long each conversation took, for the people in it.
        redis_bytes: Redis's memory in the end.
    """

    ended: Mapping[str, Ended]
    counted: Counter[str]
    processes: Mapping[str, Process]
    seconds: Sequence[float]
    states: dict[str, list[State]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    stories: dict[str, Sequence[str]] = field(default_factory=dict)
    redis_bytes: int = 0
    skipped: int = 0


async def judge(scene: Scene, traffic: Traffic, counted: Counter[str], processes: Mapping[str, Process]) -> Verdict:
    """Wait until nothing is due any more, and look at everything."""
    verdict = Verdict(traffic.ended, counted, processes, sorted(traffic.seconds), skipped=traffic.skipped)
    async with Redis.from_url(scene.redis.url, decode_responses=True) as client:
        if left := await _left(client):
            verdict.wrong.append(f"{left} deletions are still due")
        for deletion in await _deletions(client):
            verdict.states[deletion.task_id].append(deletion.state)
        verdict.redis_bytes = (await client.info("memory"))["used_memory"]
        try:
            await check_agreement(client, PREFIX)
        except AssertionError as error:
            verdict.wrong.append(f"the audit log and Redis differ: {error}")
    verdict.wrong += await _audit_log(scene)
    for task_id, ended in traffic.ended.items():
        for fault in faults_of(ended, verdict.states[task_id]):
            verdict.wrong.append(f"{ended.kind} {task_id}: {fault}")
            verdict.stories[task_id] = ended.story
    if scene.board.strays:
        verdict.wrong.append(f"{scene.board.strays} messages or DELETEs came long after everything had ended")
    for stray in verdict.states.keys() - traffic.ended.keys():
        verdict.wrong.append(f"nobody asked for {stray}")
    verdict.wrong += [f"{name}: {fault}" for name, process in processes.items() for fault in process.faults()]
    return verdict


async def _left(client: Redis) -> int:
    """How many deletions are still due after a while."""
    deadline = time.monotonic() + _CLOSED
    while (left := int(await client.zcard(_KEYS.due))) and time.monotonic() < deadline:  # noqa: ASYNC110 - seen there only
        await asyncio.sleep(1)
    return left


async def _deletions(client: Redis) -> list[Deletion]:
    """Every deletion, in the order of the requests."""
    store = RedisDeletionStore(RedisCalls(client, _KEYS), Timings())
    ids = [
        str(key).removeprefix(_KEYS.deletion("")) async for key in client.scan_iter(_KEYS.deletion("*"), count=1_000)
    ]
    found = [deletion for one in ids if (deletion := await store.read(one)) is not None]
    return sorted(found, key=lambda deletion: deletion.requested_at)


async def _audit_log(scene: Scene) -> list[str]:
    """What `codecheck-bot audit verify` has to say against the log."""
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "audit", "verify"),
        env={"REDIS_URL": scene.redis.url, "CODECHECK_REDIS_PREFIX": PREFIX},
        cwd=scene.folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await run.communicate()
    return [] if run.returncode == 0 else [f"audit verify: {said.decode()}"]
