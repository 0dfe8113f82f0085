"""The tables of docs/performance.md, made from the results: `python -m tests.generated` writes them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from benchmarks.results import load
from benchmarks.targets import TARGETS, Results, acknowledgement

_PROGRAMS = {"floor": "the floor", "bot": "**the bot**", "tutorial_bot": "the tutorial's bot"}
_WAYS = {"http": "HTTP", "socket": "Socket Mode", "floor": "the floor, HTTP"}


def conditions(results: Results) -> str:
    """When, where and with what the figures were taken."""
    taken = results["conditions"]
    libraries = ", ".join(f"{name} {version}" for name, version in taken["libraries"].items())
    return (
        f"Taken on {taken['taken']} on a machine with {taken['machine']}, whose load average was "
        f"{taken['load_before']} before: {taken['python']}, {taken['redis']}, {libraries}; {taken['rounds']} rounds."
    )


def targets(results: Results) -> str:
    """Each aim with its figure."""
    rows = (
        (
            target.what,
            target.aim,
            f"{target.figure(results):,.4g}{target.unit}",
            "reached" if target.reached(results) else "**missed**",
        )
        for target in TARGETS
    )
    return _table(("what", "aim, at most", "figure", ""), rows)


def acknowledgements(results: Results) -> str:
    """How long Slack waits."""
    rows = (
        (
            f"{name}, {clients} client{'s' * (clients > 1)}",
            f"{acknowledgement(results, program, clients, 'healthz')['p50_ms']['median']:.2f}",
            *(_waits(acknowledgement(results, program, clients, what)) for what in ("command", "action")),
        )
        for clients in (1, 32)
        for program, name in _WAYS.items()
    )
    return _table(("", "`GET /healthz`, p50 ms", "command, p50 / p99 ms (p50 × `/healthz`)", "action, the same"), rows)


def _waits(row: Mapping[str, Any]) -> str:
    return f"{row['p50_ms']['median']:.2f} / {row['p99_ms']:.1f} ({_times(row['over_healthz'])})"


def deletions(results: Results) -> str:
    """What a whole deletion costs, and how long people wait."""
    rows = (
        (
            name,
            f"{each['cpu_ms']['median']:.1f} ({each['cpu_ms']['low']:.1f} to {each['cpu_ms']['high']:.1f})",
            _times(each["over_floor"]),
            *(
                f"{each[f'{what}_p50_ms']:.1f} / {each[f'{what}_p95_ms']:.1f}"
                for what in ("prompt", "review", "result")
            ),
        )
        for program, name in _PROGRAMS.items()
        for each in (results["deletion"][program],)
    )
    return _table(
        ("", "CPU ms", "× the floor", "prompt visible, p50 / p95 ms", "second button, the same", "result, the same"),
        rows,
    )


def growth(results: Results) -> str:
    """The bot with more and more deletions pending."""
    rows = (
        (
            f"{row['pending']:,}",
            *(f"{row[f'{what}_p50_ms']:.2f}" for what in ("command", "action", "pending")),
            f"{row['idle_cpu_ms_per_second']:.1f}",
            f"{row['bytes_each']:,}",
        )
        for row in results["growth"]
    )
    return _table(
        ("pending", "command, p50 ms", "action, p50 ms", "`pending`, p50 ms", "idle CPU, ms/s", "bytes each in Redis"),
        rows,
    )


def replicas(results: Results) -> str:
    """Several bots on one Redis."""
    rows = (
        (
            str(row["replicas"]),
            f"{row['command_p50_ms']:.1f}",
            f"{row['action_p50_ms']:.1f}",
            f"{row['cpu_ms_each']:.1f}",
        )
        for row in results["replicas"]
    )
    return _table(("replicas", "command, p50 ms", "action, p50 ms", "CPU ms for both and what follows"), rows)


def profile(results: Results) -> str:
    """Where the bot's CPU time goes."""
    return _table(("part", "% of the CPU time"), ((row["part"], f"{row['percent']:.1f}") for row in results["profile"]))


def _times(spread: Mapping[str, float]) -> str:
    return f"{spread['median']:.1f} ×, {spread['low']:.1f} to {spread['high']:.1f}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, ["---"] * len(header), *rows))


PARTS: Mapping[str, Callable[[], str]] = {
    f"figures: {name}": (lambda make=make: make(load()))  # type: ignore[misc]  # mypy and defaults of lambdas
    for name, make in {
        "conditions": conditions,
        "targets": targets,
        "acknowledgements": acknowledgements,
        "deletions": deletions,
        "growth": growth,
        "replicas": replicas,
        "profile": profile,
    }.items()
}
