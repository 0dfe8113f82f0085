"""A whole deletion: what it costs the bot, the floor and the tutorial's bot, and how long people wait for each."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from benchmarks.conversation import Conversation
from benchmarks.rig import Rig, Subject
from benchmarks.spread import Spread, cpu_seconds, percentile
from benchmarks.steps import Recording, steps

_EACH = 10  # deletions of each program in a round
_TRAILING = 0.05  # seconds for what follows the result


async def deletions(
    rig: Rig, subjects: Sequence[Subject], recording: Recording, rounds: int
) -> dict[str, Mapping[str, object]]:
    """The programs in turn, each one deletion after the other.

    Returns:
        For each program its CPU time, also as a multiple of the last one's, and what people wait for; for `io`, how
        many round trips a deletion makes.
    """
    cpu: dict[str, list[float]] = defaultdict(list)
    waits: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for number in range(-1, rounds):  # the first is thrown away
        for subject in subjects:
            rig.slack.connect_http(f"{subject.process.url}/slack/events")
            before = cpu_seconds(subject.process.pid)
            for _ in range(_EACH):
                conversation = Conversation(rig, subject)
                await conversation.whole()
                for what, seconds in conversation.seconds.items() if number >= 0 else ():
                    waits[subject.name][what].append(seconds * 1_000)
            await asyncio.sleep(_TRAILING)
            if number >= 0:
                cpu[subject.name].append((cpu_seconds(subject.process.pid) - before) / _EACH * 1_000)
    floor = cpu[subjects[-1].name]
    results: dict[str, Mapping[str, object]] = {
        name: {
            "cpu_ms": asdict(Spread.of(each)),
            "over_floor": asdict(Spread.of(mine / base for mine, base in zip(each, floor, strict=True))),
            **{f"{what}_p50_ms": round(percentile(seconds, 50), 2) for what, seconds in waits[name].items()},
            **{f"{what}_p95_ms": round(percentile(seconds, 95), 2) for what, seconds in waits[name].items()},
        }
        for name, each in cpu.items()
    }
    made = [step.to for step in steps(recording)]
    return {**results, "io": {to: made.count(to) for to in ("redis", "slack", "codearts")}}
