"""What a soak showed, as text."""

from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.soak.conversations import Kind
from benchmarks.soak.load import Options
from benchmarks.soak.resources import Process, growth, second_half, slope
from benchmarks.soak.verdict import Verdict

_STORIES = 20  # at most so many
_MIB = 1 << 20


def report(verdict: Verdict, options: Options) -> str:
    """Everything that was counted, and what is wrong."""
    return "\n".join([*_conversations(verdict, options), *_faults(verdict), *_processes(verdict), *_wrong(verdict)])


def _conversations(verdict: Verdict, options: Options) -> Iterator[str]:
    count = len(verdict.ended)
    yield f"{count} conversations, {options.rate:g} a second for {options.seconds:g} s; {verdict.skipped} not started"
    yield f"  as long as people saw it: {_percentiles(verdict.seconds)}"
    for kind in Kind:
        ends = Counter(
            str(verdict.states[task][-1]) if verdict.states[task] else "answered privately"
            for task, ended in verdict.ended.items()
            if ended.kind is kind
        )
        yield f"  {kind:<26}{', '.join(f'{number} {end}' for end, number in ends.most_common())}"
    repeated = sum(len(ended.shown) > 1 for ended in verdict.ended.values())
    announced = sum(len(set(ended.results)) < len(ended.results) for ended in verdict.ended.values())
    again = sum(max(ended.calls - 1, 0) for ended in verdict.ended.values())
    yield f"  {repeated} with more than one prompt, {announced} announced more than once, {again} DELETEs sent again"


def _faults(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.counted.total()} faults"
    for what, number in sorted(verdict.counted.items()):
        yield f"  {what:<38}{number}"


def _processes(verdict: Verdict) -> Iterator[str]:
    count = max(len(verdict.ended), 1)
    yield f"Redis: {verdict.redis_bytes / _MIB:.1f} MiB, {verdict.redis_bytes / count / 1_024:.1f} KiB for each"
    if not verdict.processes:
        return
    yield "processes that lived from start to end"
    cpu = 0.0
    for name, process in verdict.processes.items():
        cpu += process.quiet.cpu - process.busy[0].cpu
        yield from _process(name, process)
    yield f"  {cpu / count * 1_000:.1f} ms of their CPU for each conversation of all replicas"


def _process(name: str, process: Process) -> Iterator[str]:
    late = second_half(process.busy)
    per_minute = slope([(each.at, each.memory) for each in late]) * 60 / 1_024
    files = [each.descriptors for each in process.busy]
    kept = ", ".join(f"{number} to {server}" for server, number in sorted(process.connections.items()))
    yield (
        f"  {name}: memory {process.busy[0].memory / _MIB:.1f} MiB, after half the time {late[0].memory / _MIB:.1f}, "
        f"at the end {late[-1].memory / _MIB:.1f}; over the second half {growth(process.busy):+.1%}, "
        f"{per_minute:+.0f} KiB a minute"
    )
    yield (
        f"    descriptors {files[0]} at first, {max(files)} at most, {process.quiet.descriptors} when all was quiet, "
        f"of which connections: {kept}"
    )


def _wrong(verdict: Verdict) -> Iterator[str]:
    if not verdict.wrong:
        yield "nothing lost, nothing twice, nothing said that was not so"
        return
    yield f"WRONG, {len(verdict.wrong)} times"
    yield from (f"  {each}" for each in verdict.wrong)
    for task, story in list(verdict.stories.items())[:_STORIES]:
        yield f"\n{task}"
        yield from (f"  {line}" for line in story)


def _percentiles(seconds: Sequence[float]) -> str:
    if not seconds:
        return "none"
    middle, late = (seconds[min(int(len(seconds) * share), len(seconds) - 1)] for share in (0.5, 0.95))
    return f"median {middle:.1f} s, 95 of 100 within {late:.1f} s, the longest {seconds[-1]:.1f} s"
